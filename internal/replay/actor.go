package replay

import (
	"math/rand/v2"

	"github.com/polyspan/polyspan/infer"
)

// actor runs requests through a made-up system and writes their spans.
type actor struct {
	system *makeBelieve
	rec    *Recording
	r      *rand.Rand
	number int32
	room   int // spans the trace may still have
	// begin and end of each span, from the start of its trace, on a right clock.
	begin, end []int64
}

const (
	jobShare     = 0.05
	maxTrace     = 120 // spans, about: where a system calls itself wide, the rest is left out
	maxAttempts  = 3
	retryPause   = 2e6 // median, ns
	retrySpread  = 0.5
	answerSpread = 0.6
)

// trace records one request, or one job that nobody called.
func (a *actor) trace(number int32) {
	a.number, a.room = number, maxTrace
	if a.r.Float64() < jobShare {
		a.serve(a.system.jobs[a.r.IntN(len(a.system.jobs))], -1, infer.KindInternal, 0)
		return
	}
	a.serve(a.system.entries[a.r.IntN(len(a.system.entries))], -1, infer.KindServer, 0)
}

// serve runs an endpoint and returns when it answers, and whether it failed.
func (a *actor) serve(e *endpoint, up int32, kind uint8, at int64) (end int64, failed bool) {
	i := a.add(up, kind, e.service, e.service.processes[a.r.IntN(len(e.service.processes))], at)
	a.rec.Spans[i].Operation = e.operation
	t := at + a.work(e)
	for n := range e.stages {
		if a.room > 0 {
			t = a.stage(&e.stages[n], e, i, t) + a.work(e)
		}
	}
	a.end[i] = t
	a.rec.Spans[i].Failed = a.r.Float64() < e.failures
	return t, a.rec.Spans[i].Failed
}

func (a *actor) work(e *endpoint) int64 { return duration(a.r, e.work, e.sigma) }

// stage makes its calls and returns when the endpoint goes on.
func (a *actor) stage(st *stage, e *endpoint, up int32, at int64) int64 {
	parent := up
	if st.inside {
		parent = a.child(up, infer.KindInternal, at)
		a.rec.Spans[parent].Operation = e.operation
	}
	done := at
	for n := range st.calls {
		c := &st.calls[n]
		if a.r.Float64() < c.cached {
			continue
		}
		t := at + duration(a.r, e.work/20, e.sigma)
		for range c.times {
			t = a.call(c, parent, t) + duration(a.r, e.work/20, e.sigma)
		}
		done = max(done, t)
	}
	if st.inside {
		a.end[parent] = done
	}
	if st.forget {
		return at
	}
	return done
}

// call makes one call, again if it fails, and returns when the last one ended.
func (a *actor) call(c *plannedCall, parent int32, at int64) int64 {
	for attempt := 1; ; attempt++ {
		i := a.child(parent, infer.KindClient, at)
		var failed bool
		if c.to == nil {
			a.rec.Spans[i].Operation, a.rec.Spans[i].Peer = c.peer, c.peer
			a.end[i] = at + duration(a.r, c.latency, answerSpread)
		} else {
			a.describe(i, c.to)
			var answered int64
			answered, failed = a.serve(c.to, i, infer.KindServer, at+duration(a.r, c.latency, answerSpread))
			a.end[i] = answered + duration(a.r, c.latency, answerSpread)
			a.rec.Spans[i].Failed = failed
		}
		if !failed || attempt == maxAttempts {
			return a.end[i]
		}
		at = a.end[i] + duration(a.r, retryPause, retrySpread)
	}
}

// describe names a client span the way its service's library does.
func (a *actor) describe(i int32, to *endpoint) {
	s := &a.rec.Spans[i]
	s.Operation = to.operation
	if a.system.plain[s.Service] {
		s.Operation, s.Peer = a.system.get, to.service.name
	}
}

// child adds a span in its parent's process.
func (a *actor) child(up int32, kind uint8, at int64) int32 {
	s := a.rec.Spans[up]
	i := a.add(up, kind, nil, process{name: s.Process, host: s.Host}, at)
	a.rec.Spans[i].Service = s.Service
	return i
}

func (a *actor) add(up int32, kind uint8, s *actorService, p process, at int64) int32 {
	a.room--
	span := Span{Trace: a.number, Up: up, Process: p.name, Host: p.host, Kind: kind}
	if s != nil {
		span.Service = s.name
	}
	a.rec.Spans = append(a.rec.Spans, span)
	a.begin = append(a.begin, at)
	a.end = append(a.end, at)
	return int32(len(a.rec.Spans) - 1)
}
