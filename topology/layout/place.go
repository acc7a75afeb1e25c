package layout

import (
	"cmp"
	"math"
	"slices"
)

// sweeps is how often the order inside the layers is mended, to and fro.
const sweeps = 4

// placeAll lays out a graph of which nothing was placed: in layers, and inside of
// each in the order of the neighbours' middle, which keeps most edges from crossing.
func (l *Layout) placeAll(g *graph) {
	layerOf := g.layers()
	var layers [][]int
	for n, layer := range layerOf {
		for len(layers) <= layer {
			layers = append(layers, nil)
		}
		layers[layer] = append(layers[layer], n)
	}
	rows := make([]float64, len(g.ids))
	for _, layer := range layers {
		spread(layer, rows)
	}
	for range sweeps {
		for _, layer := range layers {
			arrange(layer, rows, g.callers)
		}
		for _, layer := range slices.Backward(layers) {
			arrange(layer, rows, g.callees)
		}
	}
	for column, layer := range layers {
		for _, n := range layer {
			l.put(g.ids[n], cell{column: column, row: int(rows[n])})
		}
	}
}

// spread gives the nodes of a layer consecutive rows around 0, in their order.
func spread(layer []int, rows []float64) {
	for i, n := range layer {
		rows[n] = float64(i - len(layer)/2)
	}
}

// arrange orders a layer by the middle of each node's neighbours; one without any
// stays where it is.
func arrange(layer []int, rows []float64, neighbours [][]int) {
	middles := make(map[int]float64, len(layer))
	for _, n := range layer {
		middles[n] = rows[n]
		if near := neighbours[n]; len(near) > 0 {
			sum := 0.0
			for _, m := range near {
				sum += rows[m]
			}
			middles[n] = sum / float64(len(near))
		}
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(middles[a], middles[b]) })
	spread(layer, rows)
}

// placeNew gives new nodes places next to the neighbours that have one: right of
// their callers, else left of their callees, at the height of their middle. It goes on
// from the old nodes outwards; what is tied to none of them starts anew at the origin.
func (l *Layout) placeNew(g *graph) {
	queued := make([]bool, len(g.ids))
	var queue []int
	enqueue := func(nodes []int) {
		for _, n := range nodes {
			if _, placed := l.places[g.ids[n]]; !placed && !queued[n] {
				queued[n] = true
				queue = append(queue, n)
			}
		}
	}
	drain := func() {
		for len(queue) > 0 {
			n := queue[0]
			queue = queue[1:]
			l.put(g.ids[n], l.beside(g, n))
			enqueue(g.callers[n])
			enqueue(g.callees[n])
		}
	}
	for n, id := range g.ids {
		if _, placed := l.places[id]; placed {
			enqueue(g.callees[n])
			enqueue(g.callers[n])
		}
	}
	drain()
	for n := range g.ids {
		enqueue([]int{n})
		drain()
	}
}

// beside is where a node belongs by its placed neighbours.
func (l *Layout) beside(g *graph, n int) cell {
	callers, callees := l.around(g, g.callers[n]), l.around(g, g.callees[n])
	switch {
	case callers.n > 0:
		return cell{column: callers.right + 1, row: callers.middle()}
	case callees.n > 0:
		return cell{column: callees.left - 1, row: callees.middle()}
	}
	return cell{}
}

// surroundings are the placed ones among a node's neighbours.
type surroundings struct{ n, left, right, rows int }

func (s surroundings) middle() int { return int(math.Round(float64(s.rows) / float64(s.n))) }

func (l *Layout) around(g *graph, neighbours []int) surroundings {
	var s surroundings
	for _, m := range neighbours {
		p, placed := l.places[g.ids[m]]
		if !placed {
			continue
		}
		if s.n == 0 {
			s.left, s.right = p.column, p.column
		}
		s.n++
		s.left, s.right = min(s.left, p.column), max(s.right, p.column)
		s.rows += p.row
	}
	return s
}
