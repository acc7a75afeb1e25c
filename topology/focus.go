package topology

import "github.com/polyspan/polyspan/contract"

// Focus cuts out the nodes within depth calls of the node with the id, upstream and
// downstream, and the edges between them. It is false when there is no such node.
func Focus(t *contract.Topology, id string, depth int) (contract.Topology, bool) {
	near := map[string]bool{}
	for i := range t.Nodes {
		if t.Nodes[i].ID == id {
			near[id] = true
		}
	}
	if len(near) == 0 {
		return contract.Topology{}, false
	}
	for range depth {
		reached := neighbours(t.Edges, near)
		if len(reached) == 0 {
			break
		}
		for _, n := range reached {
			near[n] = true
		}
	}
	out := *t
	out.Nodes, out.Edges = []contract.TopologyNode{}, []contract.TopologyEdge{}
	for _, n := range t.Nodes {
		if near[n.ID] {
			out.Nodes = append(out.Nodes, n)
		}
	}
	for _, e := range t.Edges {
		if near[e.Source] && near[e.Target] {
			out.Edges = append(out.Edges, e)
		}
	}
	return out, true
}

// neighbours are the nodes one edge away from the set and not in it.
func neighbours(edges []contract.TopologyEdge, set map[string]bool) []string {
	var out []string
	for i := range edges {
		e := &edges[i]
		switch {
		case set[e.Source] && !set[e.Target]:
			out = append(out, e.Target)
		case set[e.Target] && !set[e.Source]:
			out = append(out, e.Source)
		}
	}
	return out
}
