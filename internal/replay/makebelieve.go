package replay

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// makeBelieve is a system that was drawn, not recorded.
type makeBelieve struct {
	services []*actorService
	entries  []*endpoint
	jobs     []*endpoint // roots that nobody called
	clocks   map[uint32]clock
	// plain are the services whose client spans are all called get, and name the
	// service they call; those of others are called like the callee's operation.
	plain map[uint32]bool
	get   uint32
}

type actorService struct {
	name      uint32
	processes []process
	// coarse says that its clock has steps of a millisecond. Such services are
	// slower: what is shorter than a step cannot be told apart by anybody.
	coarse bool
}

type process struct{ name, host uint32 }

// endpoint is what a service does for one kind of request.
type endpoint struct {
	service   *actorService
	operation uint32
	stages    []stage
	// work is the median of the time between stages, in ns; sigma its spread.
	work, sigma float64
	// failures is the share of requests that fail.
	failures float64
}

// stage is calls that start together; the next stage waits for all of them, or
// for none if they are fired and forgotten.
type stage struct {
	calls []plannedCall
	// inside says that an internal span is around them.
	inside bool
	forget bool
}

type plannedCall struct {
	to *endpoint // nil: a database
	// peer names the database.
	peer uint32
	// times it is called, one after the other.
	times int
	// cached is the share of requests that need no call.
	cached float64
	// latency is the median one-way time, or a database's answer time, in ns.
	latency float64
}

const (
	layers       = 4
	fewServices  = 2 // a layer
	moreServices = 3
	maxReplicas  = 3
	fewStages    = 2         // of what users call
	coarseStep   = 1_000_000 // ns
	coarseWork   = 20
)

// newMakeBelieve draws the deepest services first: what is called exists already.
func newMakeBelieve(rec *Recording, r *rand.Rand) *makeBelieve {
	m := &makeBelieve{clocks: map[uint32]clock{}, plain: map[uint32]bool{}, get: rec.Names.ID("GET")}
	var below []*endpoint
	for layer := layers - 1; layer >= 0; layer-- {
		count := fewServices + r.IntN(moreServices)
		var here []*endpoint
		for range count {
			s := m.addService(rec.Names, r, layer < layers/2 && r.IntN(3) == 0)
			for k := range 1 + r.IntN(3) {
				e := newEndpoint(rec.Names, r, s, k, below)
				for layer == 0 && len(e.stages) < fewStages {
					e.addStage(rec.Names, r, below)
				}
				here = append(here, e)
			}
		}
		if layer == 0 {
			m.entries = here
		}
		below = append(below, here...)
	}
	caller := m.addService(rec.Names, r, false)
	for k := range 2 {
		job := newEndpoint(rec.Names, r, caller, k, below)
		job.addStage(rec.Names, r, below)
		m.jobs = append(m.jobs, job)
	}
	last := m.jobs[0].stages
	last[len(last)-1].forget = true // jobs that only start others
	return m
}

// addService draws a service; a coarse one has a clock with steps of a millisecond.
func (m *makeBelieve) addService(names *Names, r *rand.Rand, coarse bool) *actorService {
	n := len(m.services)
	s := &actorService{name: names.ID(fmt.Sprintf("service-%d", n)), coarse: coarse}
	m.plain[s.name] = r.IntN(2) == 0
	c := clock{step: 1000}
	if s.coarse {
		c.step = coarseStep
	}
	for replica := range 1 + r.IntN(maxReplicas) {
		p := process{
			name: names.ID(fmt.Sprintf("service-%d/%d", n, replica)),
			host: names.ID(fmt.Sprintf("host-%d-%d", n, replica)),
		}
		c.offset = int64(r.NormFloat64() * 1e6)
		m.clocks[p.name] = c
		s.processes = append(s.processes, p)
	}
	m.services = append(m.services, s)
	return s
}

func newEndpoint(names *Names, r *rand.Rand, s *actorService, number int, below []*endpoint) *endpoint {
	median := 5e4
	if s.coarse {
		median *= coarseWork
	}
	e := &endpoint{
		service: s, operation: names.ID(fmt.Sprintf("%s/operation-%d", names.String(s.name), number)),
		work: median * math.Exp(0.8*r.NormFloat64()), sigma: 0.2 + 0.6*r.Float64(), failures: 0.02 * r.Float64(),
	}
	for range r.IntN(4) {
		e.addStage(names, r, below)
	}
	return e
}

// addStage draws calls: one, several in parallel, several to the same callee.
func (e *endpoint) addStage(names *Names, r *rand.Rand, below []*endpoint) {
	st := stage{inside: r.IntN(5) == 0, forget: r.IntN(40) == 0}
	width := 1
	if r.IntN(4) == 0 {
		width += 1 + r.IntN(2)
	}
	for range width {
		c := plannedCall{times: 1, latency: 1e5 * math.Exp(0.7*r.NormFloat64())}
		c.to = e.callee(r, below)
		if c.to == nil {
			c.peer = names.ID(fmt.Sprintf("database-%d table-%d", r.IntN(3), r.IntN(8)))
			c.latency *= 5
		}
		if r.IntN(6) == 0 {
			c.times += 1 + r.IntN(2)
		}
		if r.IntN(6) == 0 {
			c.cached = 0.1 + 0.5*r.Float64()
		}
		st.calls = append(st.calls, c)
	}
	if r.IntN(8) == 0 { // the same callee at once
		st.calls = append(st.calls, st.calls[0])
	}
	e.stages = append(e.stages, st)
}

// callee draws an endpoint that mostly is not called yet; nil is a database.
func (e *endpoint) callee(r *rand.Rand, below []*endpoint) *endpoint {
	if len(below) == 0 || r.IntN(4) == 0 {
		return nil
	}
	to := below[r.IntN(len(below))]
	for range 3 {
		if !e.has(to) {
			break
		}
		to = below[r.IntN(len(below))]
	}
	return to
}

func (e *endpoint) has(to *endpoint) bool {
	return slices.ContainsFunc(e.stages, func(st stage) bool {
		return slices.ContainsFunc(st.calls, func(c plannedCall) bool { return c.to == to })
	})
}
