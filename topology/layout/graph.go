package layout

import (
	"slices"

	"github.com/polyspan/polyspan/contract"
)

// graph is a topology by numbers: nodes in the order of their ids, edges without
// loops and doubles.
type graph struct {
	ids     []string
	callees [][]int // by caller, in order
	callers [][]int // by callee, in order
}

func newGraph(t *contract.Topology) *graph {
	g := &graph{ids: make([]string, len(t.Nodes))}
	for i := range t.Nodes {
		g.ids[i] = t.Nodes[i].ID
	}
	slices.Sort(g.ids)
	g.ids = slices.Compact(g.ids)
	number := make(map[string]int, len(g.ids))
	for i, id := range g.ids {
		number[id] = i
	}
	g.callees, g.callers = make([][]int, len(g.ids)), make([][]int, len(g.ids))
	for i := range t.Edges {
		from, known := number[t.Edges[i].Source]
		to, alsoKnown := number[t.Edges[i].Target]
		if known && alsoKnown && from != to {
			g.callees[from] = append(g.callees[from], to)
		}
	}
	for from, to := range g.callees {
		slices.Sort(to)
		g.callees[from] = slices.Compact(to)
		for _, n := range g.callees[from] {
			g.callers[n] = append(g.callers[n], from)
		}
	}
	return g
}

// layers gives every node its layer: one more than the highest of its callers, edges
// that close a cycle left out. Those are found from the nodes nobody calls, then by id.
func (g *graph) layers() []int {
	order := g.order()
	position := make([]int, len(g.ids))
	for i, n := range order {
		position[n] = i
	}
	layers := make([]int, len(g.ids))
	for _, n := range order {
		for _, to := range g.callees[n] {
			if position[to] > position[n] {
				layers[to] = max(layers[to], layers[n]+1)
			}
		}
	}
	return layers
}

// order is a topological order but for cycles: reverse postorder of a depth-first walk.
func (g *graph) order() []int {
	order := make([]int, 0, len(g.ids))
	seen := make([]bool, len(g.ids))
	// A stack of its own: a chain may have as many nodes as the graph.
	type frame struct{ node, next int }
	var stack []frame
	walk := func(root int) {
		if seen[root] {
			return
		}
		seen[root] = true
		stack = append(stack, frame{node: root})
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(g.callees[top.node]) {
				order = append(order, top.node)
				stack = stack[:len(stack)-1]
				continue
			}
			to := g.callees[top.node][top.next]
			top.next++
			if !seen[to] {
				seen[to] = true
				stack = append(stack, frame{node: to})
			}
		}
	}
	for n := range g.ids {
		if len(g.callers[n]) == 0 {
			walk(n)
		}
	}
	for n := range g.ids {
		walk(n)
	}
	slices.Reverse(order)
	return order
}
