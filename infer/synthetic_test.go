package infer

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
)

// recorded is a made-up recording: spans with their contexts removed, and what
// was removed.
type recorded struct {
	spans []Span // in order of end
	truth map[Ref]Ref
	roots []Ref // orphans that are nobody's child
}

// workload draws recordings of one service and what it calls. Zero fields switch a
// difficulty off.
type workload struct {
	requests int
	every    time64 // mean time between requests
	replicas int
	tick     time64 // of the clock, 0 is exact
	// Shape of a request: stages one after the other, calls of a stage at once.
	stages [][]plan
	// propagated is the share of requests whose context arrived.
	propagated float64
	jobEvery   time64 // mean time between calls that no request made
	skew       time64 // of the callees' clock
	between    bool   // lose the contexts of problem Between, not of Within
}

// plan is a call in a stage.
type plan struct {
	operation uint32
	times     int     // one after the other
	skipped   float64 // share of requests without it
	late      bool    // the request does not wait for it
}

type time64 = float64 // ns

const (
	us = 1e3
	ms = 1e6

	theService, theOperation, theCallee uint32 = 1, 2, 3
)

// maker writes one recording.
type maker struct {
	workload
	r   *rand.Rand
	out recorded
}

func (s workload) record(seed uint64) recorded {
	m := maker{workload: s, r: rand.New(rand.NewPCG(seed, 1))}
	m.out.truth = map[Ref]Ref{}
	at := 1e18
	for range s.requests {
		at += m.r.ExpFloat64() * s.every
		m.request(at)
	}
	if s.jobEvery > 0 {
		for t := 1e18; t < at; t += m.r.ExpFloat64() * s.jobEvery {
			job := m.span(theService, KindClient, 20, t, t+m.around(300*us))
			m.out.roots = append(m.out.roots, job.Ref())
			m.add(job)
		}
	}
	m.r.Shuffle(len(m.out.spans), func(i, j int) {
		m.out.spans[i], m.out.spans[j] = m.out.spans[j], m.out.spans[i]
	})
	slices.SortStableFunc(m.out.spans, func(a, b Span) int { return cmp.Compare(a.End, b.End) })
	return m.out
}

func (m *maker) around(median time64) time64 { return median * math.Exp(0.4*m.r.NormFloat64()) }

func (m *maker) request(at time64) {
	req := m.span(theService, KindServer, theOperation, at, at)
	req.Process += uint64(m.r.IntN(max(m.replicas, 1)))
	known := m.r.Float64() < m.propagated
	t := at + m.around(100*us)
	for _, stage := range m.stages {
		done := t
		for _, p := range stage {
			if m.r.Float64() < p.skipped {
				continue
			}
			end := t + m.around(20*us)
			for range p.times {
				begin := end
				end += m.around(800 * us)
				m.call(&req, p.operation, begin, end, known)
			}
			if !p.late {
				done = max(done, end)
			}
		}
		t = done + m.around(100*us)
	}
	req.End = m.clock(t)
	m.add(req)
}

// call adds a client span and the server span that answers it.
func (m *maker) call(req *Span, operation uint32, begin, end time64, known bool) {
	client := m.span(theService, KindClient, operation, begin, end)
	client.Process, client.Host = req.Process, req.Host
	server := m.span(theCallee, KindServer, operation, begin+m.around(100*us)+m.skew, end-m.around(80*us)+m.skew)
	server.End = max(server.End, server.Start)
	lost, parent := &client, req
	if m.between {
		client.Trace, client.Parent = req.Trace, req.ID
		lost, parent = &server, &client
	} else {
		server.Trace, server.Parent = client.Trace, client.ID
	}
	if known {
		lost.Trace, lost.Parent = parent.Trace, parent.ID
		server.Trace = client.Trace
	} else {
		m.out.truth[lost.Ref()] = parent.Ref()
	}
	m.add(client)
	m.add(server)
}

func (m *maker) clock(t time64) int64 {
	if m.tick == 0 {
		return int64(t) / 1000 * 1000
	}
	return int64(t) / int64(m.tick) * int64(m.tick)
}

func (m *maker) span(service uint32, kind uint8, operation uint32, begin, end time64) Span {
	s := Span{Service: service, Process: uint64(service) * 100, Host: uint64(service), Operation: operation, Kind: kind}
	s.Start, s.End = m.clock(begin), m.clock(end)
	binary.BigEndian.PutUint64(s.Trace[:], m.r.Uint64()|1)
	binary.BigEndian.PutUint64(s.ID[:], m.r.Uint64()|1)
	return s
}

func (m *maker) add(s Span) { m.out.spans = append(m.out.spans, s) }

// play streams a recording through an engine; a span arrives when it ends.
func (r *recorded) play(e *Engine) []Join {
	const batch = int64(50 * ms)
	var joins []Join
	for i := 0; i < len(r.spans); {
		now := r.spans[i].End + batch
		from := i
		for i < len(r.spans) && r.spans[i].End <= now {
			i++
		}
		e.Add(now, r.spans[from:i])
		joins = append(joins, e.Advance(now)...)
	}
	return append(joins, e.Flush()...)
}

// judged is how good joins are.
type judged struct {
	right    float64 // share of lost parents found
	accepted float64 // share of joins at or above the minimum confidence that are right
	coverage float64 // share of lost parents with such a join
	roots    float64 // share of true roots given a parent for sure
}

func (r *recorded) judge(joins []Join) judged {
	right, accepted, acceptedRight, roots := 0, 0, 0, 0
	for _, j := range joins {
		parent, lost := r.truth[j.Child]
		good := lost && parent == j.Parent
		if good {
			right++
		}
		if !j.Accepted {
			continue
		}
		accepted++
		if good {
			acceptedRight++
		}
		if !lost {
			roots++
		}
	}
	n := float64(len(r.truth))
	return judged{
		right: float64(right) / n, accepted: float64(acceptedRight) / math.Max(float64(accepted), 1),
		coverage: float64(accepted) / n, roots: float64(roots) / math.Max(float64(len(r.roots)), 1),
	}
}
