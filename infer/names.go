package infer

// names says which client spans may have been answered by which server spans,
// going by what they are called. A name that tells binds both sides; one that
// tells nothing leaves everything possible.
type names struct {
	services   map[uint32]bool // of the server spans
	operations map[uint32]bool
	// called are the operations of client spans.
	called  map[uint32]bool
	learned *service // what propagated calls have shown
	// propagates says that the stream has calls whose context did arrive. Then a
	// server that nobody called by name was called by nobody.
	propagates bool
}

// minPropagated is from how many calls whose context arrived a stream counts as
// one that propagates.
const minPropagated = 30

func (w *window) names(clients, servers, known []int32) names {
	n := names{services: map[uint32]bool{}, operations: map[uint32]bool{}, called: map[uint32]bool{}, learned: w.e.models.between, propagates: len(known) >= minPropagated}
	for _, i := range servers {
		n.services[w.view.nodes[i].Service] = true
		n.operations[w.view.nodes[i].Operation] = true
	}
	for _, i := range clients {
		n.called[w.view.nodes[i].Operation] = true
	}
	return n
}

// match reports whether server s may have answered client c.
func (n *names) match(c, s *node) bool {
	if c.Service == s.Service && c.Process == s.Process {
		return false
	}
	if e := n.learned.endpoints[endpointKeyOf(c)]; e != nil && e.requests >= knownRequests {
		return e.answeredBy(n.learned, serverType(s))
	}
	if n.services[c.Peer] {
		return c.Peer == s.Service
	}
	if c.Operation == s.Operation {
		return true
	}
	// Names that exist on both sides are meant to be equal.
	return !n.operations[c.Operation] && !n.called[s.Operation] && !n.propagates
}

// answeredBy reports whether calls of an endpoint were ever answered by servers
// of a type.
func (e *endpoint) answeredBy(s *service, k typeKey) bool {
	t, ok := s.types[k]
	if !ok {
		return false
	}
	c := e.model(t)
	return c != nil && c.total > rareAnswers*e.requests
}

// rareAnswers is the share of an endpoint's calls below which a type of server
// answering them is taken for a mistake.
const rareAnswers = 0.002
