package topologyexporter

import (
	"sync"
	"sync/atomic"

	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/history"
)

// maxLateCalls bounds the calls remembered until the next harvest, of about 500 bytes.
const maxLateCalls = 8192

// lateCalls collects calls whose span time the window no longer has a place for. The
// graph shows them as of now, so that they are seen; the history has them in their own
// time, and not in the slot where the graph put them (rule T8).
type lateCalls struct {
	width   int64
	dropped atomic.Uint64 // beyond maxLateCalls, or older than the retention

	mu    sync.Mutex // guards what follows; taken under the graph's lock, never the other way round
	n     int
	calls map[int64][]history.Edge // by the start of the slot they belong to
	// wrong is what the graph put into a slot though it is not of that time.
	wrong map[wrongSlot]*topology.Figures
}

type wrongSlot struct {
	name  topology.EdgeName
	start int64
}

// outside takes a call from the graph, which is locked.
func (l *lateCalls) outside(name topology.EdgeName, start, end int64, f *topology.Figures, slotStart int64) {
	if end > slotStart {
		return // the caller's clock is ahead: there is no better slot
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n >= maxLateCalls {
		l.dropped.Add(1)
		return
	}
	if l.calls == nil {
		l.calls, l.wrong = map[int64][]history.Edge{}, map[wrongSlot]*topology.Figures{}
	}
	l.n++
	own := copyFigures(f)
	at := end / l.width * l.width
	l.calls[at] = append(l.calls[at], history.Edge{EdgeName: name, First: start, Last: end, Figures: own})
	key := wrongSlot{name, slotStart}
	if l.wrong[key] == nil {
		l.wrong[key] = &topology.Figures{}
	}
	add(l.wrong[key], f)
}

// misplaced is what is to be left out of an edge's slot, nil if nothing is.
func (l *lateCalls) misplaced(name topology.EdgeName, start int64) *topology.Figures {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.wrong[wrongSlot{name, start}]
	if f == nil {
		return nil
	}
	c := copyFigures(f)
	return &c
}

// take gives what was collected since the last time, and forgets the slots that have
// left the window.
func (l *lateCalls) take(oldest int64) map[int64][]history.Edge {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key := range l.wrong {
		if key.start < oldest {
			delete(l.wrong, key)
		}
	}
	calls := l.calls
	l.n = 0
	l.calls = map[int64][]history.Edge{}
	if l.wrong == nil {
		l.wrong = map[wrongSlot]*topology.Figures{}
	}
	return calls
}

func (l *lateCalls) drop(calls float64) { l.dropped.Add(uint64(calls)) }

// add adds the figures of a call.
func add(to, f *topology.Figures) {
	to.Calls += f.Calls
	for i, n := range f.Errors {
		to.Errors[i] += n
	}
	for i, n := range f.Evidence {
		to.Evidence[i] += n
	}
	to.Client.Add(&f.Client)
	to.Server.Add(&f.Server)
	to.Boundary.Add(&f.Boundary)
	to.Queue.Add(&f.Queue)
	to.Request.Bytes, to.Request.Count = to.Request.Bytes+f.Request.Bytes, to.Request.Count+f.Request.Count
	to.Response.Bytes, to.Response.Count = to.Response.Bytes+f.Response.Bytes, to.Response.Count+f.Response.Count
}

// subtract takes figures out of those that hold them; nothing goes below 0.
func subtract(from, f *topology.Figures) {
	less := func(a *float64, b float64) { *a = max(*a-b, 0) }
	less(&from.Calls, f.Calls)
	for i, n := range f.Errors {
		less(&from.Errors[i], n)
	}
	for i, n := range f.Evidence {
		less(&from.Evidence[i], n)
	}
	for _, h := range [...][2]*topology.Histogram{
		{&from.Client, &f.Client}, {&from.Server, &f.Server}, {&from.Boundary, &f.Boundary}, {&from.Queue, &f.Queue},
	} {
		for i, c := range h[1].Counts {
			if at := h[1].First + i - h[0].First; at >= 0 && at < len(h[0].Counts) {
				less(&h[0].Counts[at], c)
			}
		}
		less(&h[0].SumSeconds, h[1].SumSeconds)
	}
	less(&from.Request.Bytes, f.Request.Bytes)
	less(&from.Request.Count, f.Request.Count)
	less(&from.Response.Bytes, f.Response.Bytes)
	less(&from.Response.Count, f.Response.Count)
}
