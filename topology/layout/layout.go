package layout

import (
	"cmp"
	"slices"
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// Distances between neighbouring places, in pixels: a node of Grafana's node graph
// with its two lines of text fits in between.
const (
	ColumnWidth = 260
	RowHeight   = 130
)

// Point is where a node stands.
type Point struct{ X, Y float64 }

// cell is a place on the grid.
type cell struct{ column, row int }

func (c cell) point() Point {
	return Point{X: float64(c.column * ColumnWidth), Y: float64(c.row * RowHeight)}
}

// place is a cell that a node has or had.
type place struct {
	cell

	used uint64 // the round in which the node was last there
}

// Layout remembers where nodes stand. Constructor: New.
type Layout struct {
	maxNodes int
	round    uint64
	places   map[string]place
	taken    map[cell]bool
	// beyond leads, from a taken cell up or down its column, past cells that are taken
	// as well, so that a crowded column is not searched again for every node.
	beyond map[step]int
}

// step is a cell and the direction, 1 or -1, in which rows are tried from there.
type step struct {
	cell

	direction int
}

// New makes an empty layout that remembers at most maxNodes nodes, or as many as a
// topology has.
func New(maxNodes int) *Layout {
	return &Layout{maxNodes: maxNodes, places: map[string]place{}, taken: map[cell]bool{}, beyond: map[step]int{}}
}

// Place gives the places of all nodes, by id.
func (l *Layout) Place(t *contract.Topology) map[string]Point {
	l.round++
	points := make(map[string]Point, len(t.Nodes))
	fresh := 0
	for i := range t.Nodes {
		id := t.Nodes[i].ID
		p, known := l.places[id]
		if !known {
			fresh++
			continue
		}
		p.used = l.round
		l.places[id] = p
		points[id] = p.point()
	}
	if fresh == 0 {
		return points
	}
	l.forget(len(t.Nodes))
	g := newGraph(t)
	if fresh == len(t.Nodes) && len(l.places) == 0 {
		l.placeAll(g)
	} else {
		l.placeNew(g)
	}
	for _, id := range g.ids {
		points[id] = l.places[id].point()
	}
	return points
}

// forget makes room for the nodes of a topology: those that left first go first.
func (l *Layout) forget(present int) {
	surplus := len(l.places) + present - max(l.maxNodes, present)
	if surplus <= 0 {
		return
	}
	away := make([]string, 0, len(l.places))
	for id, p := range l.places {
		if p.used != l.round {
			away = append(away, id)
		}
	}
	slices.SortFunc(away, func(a, b string) int {
		return cmp.Or(cmp.Compare(l.places[a].used, l.places[b].used), strings.Compare(a, b))
	})
	for _, id := range away[:min(surplus, len(away))] {
		delete(l.taken, l.places[id].cell)
		delete(l.places, id)
	}
	clear(l.beyond)
}

// put gives a node the free cell nearest to where it should be: the column is kept,
// the row gives way, downwards first.
func (l *Layout) put(id string, c cell) {
	c.column = max(min(c.column, l.maxNodes), -l.maxNodes)
	c.row = max(min(c.row, l.maxNodes), -l.maxNodes)
	down, up := l.free(c, 1), l.free(c, -1)
	if down-c.row <= c.row-up {
		c.row = down
	} else {
		c.row = up
	}
	l.taken[c] = true
	l.places[id] = place{cell: c, used: l.round}
}

// free is the first row that is free from a cell on.
func (l *Layout) free(c cell, direction int) int {
	row := c.row
	for l.taken[cell{c.column, row}] {
		if past, known := l.beyond[step{cell{c.column, row}, direction}]; known {
			row = past
			continue
		}
		row += direction
	}
	if row != c.row {
		l.beyond[step{c, direction}] = row
	}
	return row
}
