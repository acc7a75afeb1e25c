package topology

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// Snapshot gives the graph as it is at now: the services seen within the window and
// the edges with calls counted within it. Nothing in it refers to the graph.
func (g *Graph) Snapshot(now time.Time) contract.Topology { return SnapshotShared(noLock{}, g, now) }

// SnapshotShared is [Graph.Snapshot] for a graph that others add to meanwhile. It
// takes the owner's lock for a slice of the graph at a time; the figures of each edge
// are of one instant, not those of all edges of the same.
func SnapshotShared(l sync.Locker, g *Graph, now time.Time) contract.Topology {
	r := read(l, g, now)
	defer r.end()
	s := snapshot{reading: r}
	s.drawEdges()
	s.readNodes()
	s.nameNodes()
	t := contract.Topology{
		Version:       contract.TopologyVersion,
		AsOf:          time.Unix(0, r.now).UTC(),
		WindowSeconds: g.limits.Window.Seconds(),
		Nodes:         s.drawNodes(),
		Edges:         s.nameEdges(),
	}
	inheritLanguages(&t)
	return t
}

// inheritLanguages gives services that have sent nothing since a restart the language
// that their edges remember.
func inheritLanguages(t *contract.Topology) {
	silent := map[string]*contract.TopologyNode{}
	for i := range t.Nodes {
		if n := &t.Nodes[i]; n.Kind == contract.NodeService && n.Language == "" {
			silent[n.ID] = n
		}
	}
	inherit := func(id, language string) {
		if n := silent[id]; n != nil && n.Language == "" {
			n.Language = language
		}
	}
	for i := range t.Edges {
		e := &t.Edges[i]
		inherit(e.Source, e.ClientLanguage)
		inherit(e.Target, e.ServerLanguage)
	}
}

// snapshot is the work of one [Graph.Snapshot].
type snapshot struct {
	*reading

	drawn []drawnEdge
	// sums holds what is drawn of a node, by nodeID; it grows as nodes are met.
	sums   []nodeSum
	picked []nodeID // the nodes that are drawn
}

// drawnEdge is an edge whose ends have no ids yet.
type drawnEdge struct {
	source, target nodeID
	contract.TopologyEdge
}

// nodeSum is what edges and resources add up to for one node.
type nodeSum struct {
	id     string // "" for a node that is not drawn
	picked bool
	// calls, failed and the rest are those of the incoming edges in the window.
	calls, failed, critical, entry float64
	server                         Histogram
	seen                           lifetime
	nodeRow
}

// sum is what is known of a node so far.
func (s *snapshot) sum(id nodeID) *nodeSum {
	if int(id) >= len(s.sums) {
		s.sums = append(s.sums, make([]nodeSum, int(id)+1-len(s.sums))...)
	}
	return &s.sums[id]
}

func (s *snapshot) pick(id nodeID) {
	if n := s.sum(id); !n.picked {
		n.picked = true
		s.picked = append(s.picked, id)
	}
}

// drawEdges draws the edges that had traffic in the window, and adds them up for the
// nodes at their ends.
func (s *snapshot) drawEdges() {
	var f Figures
	for s.nextEdges() {
		for i := range s.edges {
			e := &s.edges[i]
			if e.lastArrival < s.oldest {
				continue
			}
			f.reset()
			s.live(&e.edge, func(slot int, _ int64) { f.addSlot(&e.edge, slot) })
			s.pick(e.key.source)
			s.pick(e.key.target)
			target := s.sum(e.key.target)
			target.calls += f.Calls
			target.failed += f.Failed()
			target.critical += f.CriticalSeconds
			target.entry += f.EntrySeconds
			target.server.Add(&f.Server)
			target.seen.see(e.seen.first, e.seen.last)
			s.sum(e.key.source).seen.see(e.seen.first, e.seen.last)
			s.drawn = append(s.drawn, drawnEdge{e.key.source, e.key.target, s.drawEdge(e, &f)})
		}
	}
}

// readNodes copies the nodes and what their resources add up to, and picks the
// services seen in the window.
func (s *snapshot) readNodes() {
	s.readRows(func(id nodeID, row nodeRow) {
		s.sum(id).nodeRow = row
		if row.kind == contract.NodeService && row.lastArrival >= s.oldest {
			s.pick(id)
		}
	})
}

// nameNodes gives ids: "namespace/name" or "name". Services come first: a virtual
// node of the same id gets its kind behind it.
func (s *snapshot) nameNodes() {
	slices.SortFunc(s.picked, func(a, b nodeID) int {
		x, y := &s.sums[a], &s.sums[b]
		return cmp.Or(
			cmp.Compare(virtualRank(x.kind), virtualRank(y.kind)),
			strings.Compare(x.key.namespace, y.key.namespace),
			strings.Compare(x.key.name, y.key.name),
			cmp.Compare(a, b),
		)
	})
	taken := make(map[string]bool, len(s.picked))
	for _, id := range s.picked {
		n := &s.sums[id]
		name := n.key.name
		if n.key.namespace != "" {
			name = n.key.namespace + "/" + name
		}
		for taken[name] {
			name += " (" + string(n.kind) + ")"
		}
		taken[name] = true
		n.id = name
	}
	slices.SortFunc(s.picked, func(a, b nodeID) int { return strings.Compare(s.sums[a].id, s.sums[b].id) })
}

func virtualRank(k contract.NodeKind) int {
	if k == contract.NodeService {
		return 0
	}
	return 1
}

// nameEdges gives the drawn edges the ids of their ends.
func (s *snapshot) nameEdges() []contract.TopologyEdge {
	edges := make([]contract.TopologyEdge, len(s.drawn))
	for i := range s.drawn {
		d := &s.drawn[i]
		d.Source, d.Target = s.sums[d.source].id, s.sums[d.target].id
		d.ID = EdgeID(d.Source, d.Target, d.Transport, d.Relation)
		edges[i] = d.TopologyEdge
	}
	slices.SortFunc(edges, func(a, b contract.TopologyEdge) int { return strings.Compare(a.ID, b.ID) })
	return edges
}
