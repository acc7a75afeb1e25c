package topology

import (
	"time"

	"github.com/polyspan/polyspan/contract"
)

// sweepInterval is the time in which all that is held is looked through once for what
// had no traffic for the retention.
const sweepInterval = time.Minute

// sweep looks through as much of each table as the time since the last sweep stands
// for, so that ingestion never waits for a look at everything. No remembered half
// refers to what is forgotten: the retention is longer than any wait. A reading
// needs numbers to keep their meaning: what is due then is swept later.
func (g *Graph) sweep() {
	elapsed := g.now - g.swept
	if g.readings > 0 || elapsed <= 0 {
		return
	}
	part := min(float64(elapsed)/float64(sweepInterval), 1)
	if part < 1 && part*float64(len(g.edges.all)+len(g.services.all)) < 16 && elapsed < int64(time.Second) {
		return // little to do yet
	}
	g.swept = g.now
	stale := g.now - int64(g.limits.Retention)
	g.hands.edges.turn(len(g.edges.all), part, func(i int) {
		if e := g.edges.all[i]; e != nil && e.lastArrival < stale {
			g.removeEdge(uint32(i))
		}
	})
	g.hands.services.turn(len(g.services.all), part, func(i int) {
		if s := &g.services.all[i]; ServiceID(i) != overflowService && s.live && s.lastArrival < stale {
			g.removeService(ServiceID(i))
		}
	})
	instances := &g.services.instances
	g.hands.instances.turn(len(instances.all), part, func(i int) {
		// Removing one brings the last to its place.
		for i < len(instances.all) && instances.all[i].last < stale {
			instances.remove(i)
		}
	})
	g.hands.nodes.turn(len(g.nodes.all), part, func(i int) {
		if n := &g.nodes.all[i]; nodeID(i) >= numFixedNodes && n.kind != "" && n.services == 0 && n.edges == 0 && n.lastArrival < stale {
			g.nodes.remove(nodeID(i))
		}
	})
}

// hand goes round a table.
type hand struct{ at int }

// turn visits a part of a table of n rows, at least one of them.
func (h *hand) turn(n int, part float64, visit func(int)) {
	for range min(int(part*float64(n))+1, n) {
		if h.at >= n {
			h.at = 0
		}
		visit(h.at)
		h.at++
	}
}

// hands are where the sweep of each table goes on.
type hands struct{ edges, services, instances, nodes hand }

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
		g.nodes.generation++
	}
	delete(g.services.byKey, s.key)
	*s = service{}
	g.services.free = append(g.services.free, id)
}
