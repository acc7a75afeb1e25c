package history

import (
	"cmp"
	"slices"

	"github.com/polyspan/polyspan/topology"
)

// pureShare is the share of a service's spans that one version must have in a slot for
// the slot to be that version's.
const pureShare = 0.95

// OfVersion chooses the slots in which a service ran in one version, but for a
// twentieth of its spans.
func OfVersion(service topology.NodeName, version string) func(*Slot) bool {
	return func(s *Slot) bool {
		var all, own float64
		for i := range s.Nodes {
			if s.Nodes[i].NodeName != service {
				continue
			}
			for _, v := range s.Nodes[i].Versions {
				all += v.Spans
				if v.Name == version {
					own += v.Spans
				}
			}
		}
		return own > 0 && own >= pureShare*all
	}
}

// Versions are those of a service in the sum, most spans first.
func (s *Sum) Versions(service topology.NodeName) []string {
	n := s.nodes[service]
	if n == nil {
		return nil
	}
	versions := slices.Clone(n.Versions)
	slices.SortFunc(versions, func(a, b Version) int {
		return cmp.Or(cmp.Compare(b.Spans, a.Spans), cmp.Compare(a.Name, b.Name))
	})
	var names []string
	for _, v := range versions {
		if v.Spans > 0 {
			names = append(names, v.Name)
		}
	}
	return names
}

// Around leaves only a service, its edges, and their other ends in the sum.
func (s *Sum) Around(service topology.NodeName) {
	near := map[topology.NodeName]bool{service: true}
	for name, e := range s.edges {
		if e.Source != service && e.Target != service {
			delete(s.edges, name)
			continue
		}
		near[e.Source], near[e.Target] = true, true
	}
	for name := range s.nodes {
		if !near[name] {
			delete(s.nodes, name)
		}
	}
}

// Find gives the name of the node that a document calls by an id.
func (s *Sum) Find(id string) (topology.NodeName, bool) {
	for name, its := range s.ids() {
		if its == id {
			return name, true
		}
	}
	return topology.NodeName{}, false
}
