package topology

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// Snapshot gives the graph as it is at now: the services seen within the window and
// the edges with calls counted within it. Nothing in it refers to the graph.
func (g *Graph) Snapshot(now time.Time) contract.Topology {
	g.Advance(now)
	s := snapshot{g: g, covered: g.coveredSeconds(), oldest: g.windowStart()}
	s.pickEdges()
	s.pickNodes()
	t := contract.Topology{
		Version:       contract.TopologyVersion,
		AsOf:          time.Unix(0, g.now).UTC(),
		WindowSeconds: g.limits.Window.Seconds(),
		Edges:         s.drawEdges(),
	}
	t.Nodes = s.drawNodes()
	return t
}

// snapshot is the work of one [Graph.Snapshot].
type snapshot struct {
	g       *Graph
	covered float64 // seconds that the window's figures stand for
	oldest  int64   // what arrived before is not drawn
	// edges are those drawn and those of missingNode, by target, so that a node's
	// incoming edges lie together.
	edges []*edge
	nodes []nodeID // drawn, by id
	// sums holds what is drawn of a node, by nodeID.
	sums []nodeSum
}

// nodeSum is what edges and resources add up to for one node.
type nodeSum struct {
	id     string // "" for a node that is not drawn
	picked bool
	// calls, failed and server are those of the incoming edges in the window.
	calls, failed float64
	server        *contract.Quantiles
	// spans counts the spans of a service by language.
	spans []languageCount
	// latest is the resource seen last; it tells SDK and runtime.
	latest    *service
	instances int
	seen      lifetime
}

type languageCount struct {
	language languageID
	spans    uint64
}

func (s *snapshot) pickEdges() {
	for _, e := range s.g.edges.all {
		if e != nil && e.lastArrival >= s.oldest {
			s.edges = append(s.edges, e)
		}
	}
	slices.SortFunc(s.edges, func(a, b *edge) int { return cmp.Compare(a.key.target, b.key.target) })
}

// pickNodes takes the ends of the edges and the services seen in the window, and
// gives them their ids.
func (s *snapshot) pickNodes() {
	all := s.g.nodes.all
	s.sums = make([]nodeSum, len(all))
	pick := func(id nodeID) {
		if !s.sums[id].picked && id != missingNode {
			s.sums[id].picked = true
			s.nodes = append(s.nodes, id)
		}
	}
	for _, e := range s.edges {
		pick(e.key.source)
		pick(e.key.target)
	}
	for i := range all {
		if n := &all[i]; n.kind == contract.NodeService && n.lastArrival >= s.oldest {
			pick(nodeID(i))
		}
	}
	s.nameNodes()
	slices.SortFunc(s.nodes, func(a, b nodeID) int { return strings.Compare(s.sums[a].id, s.sums[b].id) })
}

// nameNodes gives ids: "namespace/name" or "name". Services come first: a virtual
// node of the same id gets its kind behind it.
func (s *snapshot) nameNodes() {
	all := s.g.nodes.all
	slices.SortFunc(s.nodes, func(a, b nodeID) int {
		return cmp.Or(
			cmp.Compare(virtualRank(&all[a]), virtualRank(&all[b])),
			strings.Compare(all[a].key.namespace, all[b].key.namespace),
			strings.Compare(all[a].key.name, all[b].key.name),
			cmp.Compare(a, b),
		)
	})
	taken := make(map[string]bool, len(s.nodes))
	for _, id := range s.nodes {
		n := &all[id]
		name := n.key.name
		if n.key.namespace != "" {
			name = n.key.namespace + "/" + name
		}
		for taken[name] {
			name += " (" + string(n.kind) + ")"
		}
		taken[name] = true
		s.sums[id].id = name
	}
}

func virtualRank(n *node) int {
	if n.kind == contract.NodeService {
		return 0
	}
	return 1
}
