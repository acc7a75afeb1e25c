package corpus

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// system is the services of one seed and what they do.
type system struct {
	services []*service
	hosts    []*host
	entries  []*operation // what users call
	// operations by layer, for calls into deeper ones.
	operations [][]*operation
	queues     int
	// plants are steps that breaks had made for their site, by the break's name.
	plants map[string][]*step
}

const (
	minServices, maxServices = 8, 25
	minLayers, maxLayers     = 3, 6
	maxReplicas              = 4
	maxSteps                 = 5
	maxPartitions            = 24
	maxFirstOffset           = 2_000 // small, so that topics have offsets in common
)

// newSystem draws a system. Every language has at least one service.
func newSystem(r *rand.Rand) *system {
	s := &system{hosts: newHosts(r), plants: map[string][]*step{}}
	layers := minLayers + r.IntN(maxLayers-minLayers+1)
	s.operations = make([][]*operation, layers)
	names := r.Perm(len(serviceNames))
	languages := r.Perm(len(profiles))
	for i := range minServices + r.IntN(maxServices-minServices+1) {
		p := profiles[languages[i%len(languages)]]
		layer := r.IntN(layers)
		if i == 0 {
			layer = 0
		}
		s.addService(r, serviceNames[names[i]], p, layer)
	}
	for _, svc := range s.byDepth() {
		for range 1 + r.IntN(3) {
			s.addOperation(r, svc)
		}
	}
	s.entries = s.operations[0]
	return s
}

func (s *system) addService(r *rand.Rand, name string, p *profile, layer int) {
	svc := &service{name: name, layer: layer, profile: p, ids: idWide, captures: r.IntN(5) == 0}
	choices := len(generations)
	if !p.dupes {
		choices--
	}
	svc.names = generations[r.IntN(choices)]
	switch n := r.IntN(100); {
	case n < p.narrow:
		svc.ids = idNarrow
	case n > 92:
		svc.ids = idDatadog
	case n > 85:
		svc.ids = idXRay
	}
	for range 1 + r.IntN(maxReplicas) {
		svc.processes = append(svc.processes, svc.addProcess(r, s.hosts[r.IntN(len(s.hosts))]))
	}
	svc.astray = svc.addProcess(r, newAstrayHost(r, len(s.services)))
	s.services = append(s.services, svc)
}

// byDepth lists the services, deepest layer first: what they call exists already.
func (s *system) byDepth() []*service {
	out := slices.Clone(s.services)
	slices.SortStableFunc(out, func(a, b *service) int { return cmp.Compare(b.layer, a.layer) })
	return out
}

var verbs = [...]string{"get", "list", "reserve", "charge", "score", "render", "quote", "confirm", "sync", "audit"}

func (s *system) newOperation(r *rand.Rand, svc *service, kind ptrace.SpanKind) *operation {
	return &operation{
		service: svc, kind: kind, rpc: kind == ptrace.SpanKindServer && r.IntN(3) == 0,
		name: verbs[r.IntN(len(verbs))] + strconv.Itoa(r.IntN(10)),
		work: time.Duration(50+r.IntN(3000)) * time.Microsecond,
	}
}

func (s *system) addOperation(r *rand.Rand, svc *service) {
	o := s.newOperation(r, svc, ptrace.SpanKindServer)
	o.rpc = o.rpc && svc.layer > 0
	o.attrs = svc.describeServer(r, o, svc.layer == 0)
	for range r.IntN(maxSteps) {
		o.steps = append(o.steps, s.newStep(r, svc))
	}
	if svc.layer == 0 {
		o.steps = append(o.steps, s.callStep(r, svc), s.callStep(r, svc))
	}
	s.operations[svc.layer] = append(s.operations[svc.layer], o)
}
