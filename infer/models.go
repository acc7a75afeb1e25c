package infer

// models is what was learned of every service, over all windows.
type models struct {
	services map[uint32]*service
	// between holds the models of problem [Between]: its endpoints are what clients
	// call, its types what servers answer.
	between *service
	// size is the number of endpoints; it and that of services are at most limit.
	size, limit int
}

func newModels(limit int) models {
	return models{services: map[uint32]*service{}, between: newService(), limit: limit}
}

// service is what was learned of one service.
type service struct {
	unit      int64 // of its delays, ns
	timed     bool  // unit is a clock tick that was seen
	types     map[typeKey]int16
	kinds     []callKind // by type
	endpoints map[endpointKey]*endpoint
	windows   int
}

// endpointKey is an operation that enters a process, or starts in it; for
// [Between], what a client calls.
type endpointKey struct {
	service, operation, peer uint32
	kind                     uint8
}

// typeKey tells calls apart: what the caller calls it, and who answers.
type typeKey struct {
	operation, peer, peerOperation uint32
	kind                           uint8
}

// maxTypes bounds the call types of one service; calls of further ones are given up.
const maxTypes = 512

// service returns the models of a service, or nil above the bound.
func (m *models) service(name uint32) *service {
	s := m.services[name]
	if s == nil && len(m.services) < m.limit {
		s = newService()
		m.services[name] = s
	}
	return s
}

func newService() *service {
	return &service{unit: minUnit, types: map[typeKey]int16{}, endpoints: map[endpointKey]*endpoint{}}
}

// typeOf returns the number of a call type, or false above the bound.
func (s *service) typeOf(k typeKey) (int16, bool) {
	t, ok := s.types[k]
	if ok {
		return t, true
	}
	if len(s.types) >= maxTypes {
		return 0, false
	}
	t = int16(len(s.types))
	s.types[k] = t
	s.kinds = append(s.kinds, callKind{})
	return t, true
}

// endpoint returns the model of an endpoint, or nil above the bound.
func (m *models) endpoint(s *service, k endpointKey) *endpoint {
	e := s.endpoints[k]
	if e == nil && m.size < m.limit {
		m.size++
		e = &endpoint{}
		e.fit(false)
		s.endpoints[k] = e
	}
	return e
}

// coarse reports whether the service's clock has steps that delays fall between.
func (s *service) coarse() bool { return s.unit >= coarseTick }

const (
	minUnit = 1_000      // ns
	maxUnit = 20_000_000 // ns; no clock ticks slower
	// minStamps is from how many spans on a clock's tick is believed.
	minStamps = 32
)

// setUnit makes a service's models count delays in a clock's ticks; 0 is a tick
// not known. What was learned in too coarse a unit, or before the tick was known,
// is forgotten.
func (m *models) setUnit(s *service, tick int64) {
	if tick == 0 || s.timed && tick >= s.unit {
		return
	}
	if tick != s.unit {
		m.size -= len(s.endpoints)
		clear(s.endpoints)
	}
	s.unit, s.timed = tick, true
}

// tick is the clock tick of a task's processes, read from the durations of their
// spans: their greatest common divisor, at least minUnit, or 0 of too few.
// Durations, because a clock that is set when a trace starts and counts ticks
// from there shows each trace in a phase of its own.
func (t *task) tick() int64 {
	var g int64
	n := 0
	for _, sc := range t.scopes {
		n += len(sc.requests) + len(sc.calls)
		for i := range sc.requests {
			g = gcd(g, sc.requests[i].end-sc.requests[i].start)
		}
		for j := range sc.calls {
			g = gcd(g, sc.calls[j].end-sc.calls[j].start)
		}
	}
	if n < minStamps {
		return 0
	}
	g = max(g, minUnit)
	for g > maxUnit {
		g /= 2
	}
	return g
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
