package topologyexporter

import (
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/history"
)

// versionCounts tells how many spans each version of a service sent in a slot. They
// are counted by arrival: between two looks at the graph. Constructor: newVersionCounts.
type versionCounts struct {
	width int64
	// spans are the graph's own counts at the last look, next those at this one.
	spans, next map[topology.NodeName]map[string]uint64
	slots       map[int64]map[topology.NodeName][]history.Version
}

// count adds what the versions of a node sent since the last look.
func (c *versionCounts) count(n *topology.NodeState, now int64) {
	if len(n.Versions) == 0 {
		return
	}
	before := c.spans[n.NodeName]
	after := make(map[string]uint64, len(n.Versions))
	slot := now / c.width * c.width
	for _, v := range n.Versions {
		after[v.Version] = v.Spans
		// A version that was forgotten and came back begins anew.
		sent := v.Spans
		if old := before[v.Version]; old <= v.Spans {
			sent -= old
		}
		if sent > 0 {
			c.add(slot, n.NodeName, history.Version{Name: v.Version, Spans: float64(sent)})
		}
	}
	c.next[n.NodeName] = after
}

func newVersionCounts(width int64) versionCounts {
	return versionCounts{
		width: width,
		next:  map[topology.NodeName]map[string]uint64{},
		slots: map[int64]map[topology.NodeName][]history.Version{},
	}
}

func (c *versionCounts) add(slot int64, node topology.NodeName, v history.Version) {
	nodes := c.slots[slot]
	if nodes == nil {
		nodes = map[topology.NodeName][]history.Version{}
		c.slots[slot] = nodes
	}
	versions := nodes[node]
	for i := range versions {
		if versions[i].Name == v.Name {
			versions[i].Spans += v.Spans
			return
		}
	}
	nodes[node] = append(versions, v)
}

// in are the versions of a node in a slot.
func (c *versionCounts) in(slot int64, node topology.NodeName) []history.Version {
	return append([]history.Version(nil), c.slots[slot][node]...)
}

// looked ends a look: what is before the window is dropped, and nodes that are no more.
func (c *versionCounts) looked(oldest int64) {
	c.spans, c.next = c.next, map[topology.NodeName]map[string]uint64{}
	for slot := range c.slots {
		if slot < oldest {
			delete(c.slots, slot)
		}
	}
}
