package topology

import (
	"time"

	"github.com/polyspan/polyspan/contract"
)

// sweepInterval is how often what had no traffic for the retention is looked for.
const sweepInterval = time.Minute

// sweep forgets edges, resources, instances and nodes that had no traffic for the
// retention. No remembered half refers to them: the retention is longer than any wait.
func (g *Graph) sweep() {
	stale := g.now - int64(g.limits.Retention)
	for i, e := range g.edges.all {
		if e != nil && e.lastArrival < stale {
			g.removeEdge(uint32(i))
		}
	}
	for i := 1; i < len(g.services.all); i++ {
		if s := &g.services.all[i]; s.live && s.lastArrival < stale {
			g.removeService(ServiceID(i))
		}
	}
	for k, seen := range g.services.instances {
		if seen < stale {
			delete(g.services.instances, k)
		}
	}
	for i := int(numFixedNodes); i < len(g.nodes.all); i++ {
		if n := &g.nodes.all[i]; n.kind != "" && n.services == 0 && n.edges == 0 {
			g.nodes.remove(nodeID(i))
		}
	}
	// Names may find room now, or mean another node.
	g.nodes.generation++
}

// removeService forgets a resource; its node remembers when it was seen.
func (g *Graph) removeService(id ServiceID) {
	s := &g.services.all[id]
	n := &g.nodes.all[s.node]
	n.services--
	n.seen.see(s.seen.first, s.seen.last)
	if n.services == 0 && n.edges > 0 {
		// Others still call it: from here on it is a name, not a service.
		n.kind = contract.NodeExternal
		g.nodes.virtual++
	}
	delete(g.services.byKey, s.key)
	*s = service{}
	g.services.free = append(g.services.free, id)
}
