package topologyexporter

import (
	"slices"
	"sync"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology/layout"
)

// sharedLayout is the one layout of all answers, so that the page and Grafana show the
// same picture, and each the same as before.
type sharedLayout struct {
	mu     sync.Mutex // guards layout
	layout *layout.Layout
}

// place gives the places of all nodes of a topology that is not cut out of another:
// a part keeps the places it has in the whole.
func (s *sharedLayout) place(t *contract.Topology) map[string]layout.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.layout.Place(t)
}

// placed is a topology with its places in it; the given one is not changed.
func placed(t *contract.Topology, places map[string]layout.Point) *contract.Topology {
	if places == nil {
		return t
	}
	out := *t
	out.Nodes = slices.Clone(t.Nodes)
	for i := range out.Nodes {
		n := &out.Nodes[i]
		if p, ok := places[n.ID]; ok {
			n.X, n.Y = &p.X, &p.Y
		}
	}
	return &out
}
