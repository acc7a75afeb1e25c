package corpus

import (
	"math/rand/v2"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// walker runs requests through the system's operations and writes their spans.
type walker struct {
	r    *rand.Rand
	sys  *system
	c    *Case
	sent *int64 // counts messages, for their ids
	// budget is how many spans the request may have; steps beyond are left out.
	budget int
	// plants are steps that the request must contain, whatever it is.
	plants   []*step
	segments int32
}

// request walks one request that starts at the given true time.
func (w *walker) request(at int64, budget int, plants ...*step) {
	entry := w.sys.entries[w.r.IntN(len(w.sys.entries))]
	w.budget = len(w.c.Spans) + budget
	w.plants = plants
	w.c.Requests++
	w.serve(entry, -1, at)
}

// serve runs an operation in one of its service's processes, and returns its span.
func (w *walker) serve(o *operation, up int32, at int64) int32 {
	w.segments++
	p := o.service.pick(w.r)
	i := w.add(up, p, o.kind, o.name, at)
	s := &w.c.Spans[i]
	s.scope, s.rpc = o.scopeOf(), o.rpc
	s.attrs = append(s.attrs, o.attrs...)
	if p.service.profile.threads {
		n := w.r.IntN(len(threadNames))
		s.attrs = append(s.attrs, number("thread.id", int64(n)), text("thread.name", threadNames[n]))
	}
	t := at
	for _, st := range o.steps {
		t += w.pause(o.work)
		if len(w.plants) > 0 && w.r.IntN(3) == 0 {
			t = w.plant(i, t)
		}
		t = w.step(st, i, t)
	}
	for up < 0 && len(w.plants) > 0 {
		t = w.plant(i, t)
	}
	w.c.Spans[i].end = t + w.pause(o.work)
	return i
}

// plant runs the next step that must be there.
func (w *walker) plant(up int32, t int64) int64 {
	st := w.plants[0]
	w.plants = w.plants[1:]
	return w.step(st, up, t)
}

// pause is a random time of its own with the given mean, at least 1 µs.
func (w *walker) pause(mean time.Duration) int64 {
	return int64(time.Microsecond) + int64(w.r.ExpFloat64()*float64(mean))
}

func (w *walker) latency() int64 { return int64(minLatency) + w.r.Int64N(int64(moreLatency)) }

// step runs one step below a span from time t and returns when the span goes on.
func (w *walker) step(st *step, up int32, t int64) int64 {
	if len(w.c.Spans) >= w.budget && !st.sure {
		return t
	}
	switch st.action {
	case actCall:
		return w.calls(st, up, t)
	case actPublish:
		return w.publish(st, up, t)
	case actDatabase:
		i := w.stepSpan(st, up, ptrace.SpanKindClient, t)
		w.c.Spans[i].end = t + w.latency()
		return w.c.Spans[i].end
	case actAsync:
		i := w.stepSpan(st, up, ptrace.SpanKindInternal, t+w.latency())
		w.inside(st, i)
		return t
	default:
		i := w.stepSpan(st, up, ptrace.SpanKindInternal, t)
		w.inside(st, i)
		return w.c.Spans[i].end
	}
}

// inside runs what an internal span does, and ends it.
func (w *walker) inside(st *step, i int32) {
	t := w.c.Spans[i].begin + w.pause(time.Millisecond)
	if st.inner != nil {
		t = w.step(st.inner, i, t)
	}
	w.c.Spans[i].end = t + w.pause(time.Millisecond/2)
}

// regionState is a member that the tracers of one vendor add to every trace.
const regionState = "acme=k7f3a9c2-eu-west-1"

// rootState draws the tracestate of a new trace: mostly none, a sampling
// threshold, a vendor's constant, or a vendor's id.
func (w *walker) rootState() string {
	switch w.r.IntN(10) {
	case 0:
		return "ot=th:c"
	case 1:
		return regionState
	case 2:
		return "190@nr=0-0-709288-" + strconv.FormatUint(w.r.Uint64(), 16)
	default:
		return ""
	}
}

// stepSpan adds the span of a step below another of the same process.
func (w *walker) stepSpan(st *step, up int32, kind ptrace.SpanKind, at int64) int32 {
	i := w.add(up, w.c.Spans[up].process, kind, st.name, at)
	s := &w.c.Spans[i]
	s.scope = st.scopeOf()
	s.attrs = append(s.attrs, st.attrs...)
	return i
}

// add adds a span below another, in its trace.
func (w *walker) add(up int32, p *process, kind ptrace.SpanKind, name string, at int64) int32 {
	i := int32(len(w.c.Spans))
	s := w.c.grow()
	s.ID = newSpanID(w.r)
	s.Kind, s.name, s.process = kind, name, p
	s.begin, s.Up, s.Copies = at, up, 1
	s.Request = int32(w.c.Requests - 1)
	s.Home = s.Request
	s.segment = w.segments
	if up < 0 {
		s.TraceID = newTraceID(w.r, p.service.ids, at)
		s.state = w.rootState()
		return i
	}
	parent := &w.c.Spans[up]
	s.state = parent.state
	s.TraceID, s.Parent = parent.TraceID, parent.ID
	if parent.process == p && kind != ptrace.SpanKindServer && kind != ptrace.SpanKindConsumer {
		s.segment = parent.segment
	}
	return i
}

var threadNames = func() []string {
	names := make([]string, 200)
	for i := range names {
		names[i] = "http-nio-8080-exec-" + strconv.Itoa(i)
	}
	return names
}()
