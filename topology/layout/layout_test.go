package layout

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

// topologyOf has the given edges, "a>b", and single nodes, "a".
func topologyOf(parts ...string) *contract.Topology {
	t := &contract.Topology{}
	seen := map[string]bool{}
	node := func(id string) {
		if !seen[id] {
			seen[id] = true
			t.Nodes = append(t.Nodes, contract.TopologyNode{ID: id})
		}
	}
	for _, p := range parts {
		from, to := p, ""
		for i := range p {
			if p[i] == '>' {
				from, to = p[:i], p[i+1:]
			}
		}
		node(from)
		if to != "" {
			node(to)
			t.Edges = append(t.Edges, contract.TopologyEdge{ID: p, Source: from, Target: to})
		}
	}
	return t
}

// at is a place by column and row.
func at(column, row float64) Point { return Point{X: column * ColumnWidth, Y: row * RowHeight} }

func TestFirstLayout(t *testing.T) {
	tests := []struct {
		name  string
		parts []string
		want  map[string]Point
	}{
		{"empty", nil, map[string]Point{}},
		{"one node", []string{"a"}, map[string]Point{"a": at(0, 0)}},
		{"chain", []string{"a>b", "b>c"}, map[string]Point{"a": at(0, 0), "b": at(1, 0), "c": at(2, 0)}},
		{"longest path", []string{"a>c", "a>b", "b>c"}, map[string]Point{"a": at(0, 0), "b": at(1, 0), "c": at(2, 0)}},
		{"cycle", []string{"a>b", "b>a"}, map[string]Point{"a": at(0, 0), "b": at(1, 0)}},
		{"cycle behind an entry", []string{"z>b", "b>a", "a>b"}, map[string]Point{"z": at(0, 0), "b": at(1, 0), "a": at(2, 0)}},
		{"loop", []string{"a>a"}, map[string]Point{"a": at(0, 0)}},
		// c and d stand at the height of their callers: no crossing.
		{"no crossing", []string{"a>d", "b>c"}, map[string]Point{"a": at(0, -1), "b": at(0, 0), "d": at(1, -1), "c": at(1, 0)}},
		{"dangling edge", []string{"a>b"}, map[string]Point{"a": at(0, 0)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			topo := topologyOf(tt.parts...)
			if tt.name == "dangling edge" {
				topo.Nodes = topo.Nodes[:1]
			}
			assert.Equal(t, tt.want, New(100).Place(topo))
		})
	}
}

// What was placed stays where it is; what is new stands beside its neighbours.
func TestPlacesStay(t *testing.T) {
	l := New(100)
	l.Place(topologyOf("a>b"))
	tests := []struct {
		name  string
		parts []string
		want  map[string]Point
	}{
		{"a callee", []string{"a>b", "b>c"}, map[string]Point{"a": at(0, 0), "b": at(1, 0), "c": at(2, 0)}},
		{"a caller", []string{"a>b", "b>c", "z>a"}, map[string]Point{"z": at(-1, 0), "a": at(0, 0), "b": at(1, 0), "c": at(2, 0)}},
		{"a sibling", []string{"a>b", "a>d", "b>c"}, map[string]Point{"a": at(0, 0), "b": at(1, 0), "d": at(1, 1), "c": at(2, 0)}},
		{"an edge that would move layers", []string{"a>b", "b>c", "c>a"}, map[string]Point{"a": at(0, 0), "b": at(1, 0), "c": at(2, 0)}},
		{"an island", []string{"a>b", "x>y"}, map[string]Point{"a": at(0, 0), "b": at(1, 0), "x": at(0, 1), "y": at(1, 2)}},
		{"somebody comes back", []string{"z>c"}, map[string]Point{"z": at(-1, 0), "c": at(2, 0)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, l.Place(topologyOf(tt.parts...)))
		})
	}
}

// randomParts is a graph of n nodes with about two calls each.
func randomParts(r *rand.Rand, n int) []string {
	var parts []string
	for i := range n {
		parts = append(parts, fmt.Sprintf("n%d", i))
		for range 2 {
			parts = append(parts, fmt.Sprintf("n%d>n%d", r.IntN(n), r.IntN(n)))
		}
	}
	return parts
}

// Whatever comes and goes: places are distinct, stay as long as the node does, and
// the same history gives the same places.
func TestPlacesHoldForAnyHistory(t *testing.T) {
	for seed := range uint64(20) {
		history := func(check bool) map[string]Point {
			r := rand.New(rand.NewPCG(seed, 1))
			l := New(60)
			before := map[string]Point{}
			for range 40 {
				parts := randomParts(r, 1+r.IntN(50))
				now := l.Place(topologyOf(parts...))
				if check {
					cells := map[Point]string{}
					for id, p := range now {
						assert.NotContains(t, cells, p, "%s and %s at one place", id, cells[p])
						cells[p] = id
						if old, known := before[id]; known {
							assert.Equal(t, old, p, "%s moved", id)
						}
					}
					assert.LessOrEqual(t, len(l.places), 60)
					assert.Len(t, l.taken, len(l.places))
				}
				before = now
			}
			return before
		}
		assert.Equal(t, history(true), history(false), "seed %d", seed)
	}
}

// A stream of ever new nodes neither grows the memory nor drifts away.
func TestChurnIsBounded(t *testing.T) {
	const remembered = 50
	l := New(remembered)
	for i := range 5000 {
		for id, p := range l.Place(topologyOf(fmt.Sprintf("n%d>n%d", i, i+1), fmt.Sprintf("island%d", i))) {
			require.LessOrEqual(t, max(p.X, -p.X), 2.0*remembered*ColumnWidth, id)
			require.LessOrEqual(t, max(p.Y, -p.Y), 2.0*remembered*RowHeight, id)
		}
		require.LessOrEqual(t, len(l.places), remembered)
		require.LessOrEqual(t, len(l.beyond), 4*remembered)
	}
}

// A topology larger than what is remembered is placed all the same.
func TestLargerThanRemembered(t *testing.T) {
	l := New(2)
	got := l.Place(topologyOf("a>b", "b>c", "c>d"))
	assert.Len(t, got, 4)
	again := l.Place(topologyOf("a>b", "b>c", "c>d", "d>e"))
	for id, p := range got {
		assert.Equal(t, p, again[id], id)
	}
}

// What the layout gives away may be changed.
func TestPlacesAreCopies(t *testing.T) {
	l := New(10)
	first := l.Place(topologyOf("a>b"))
	want := maps.Clone(first)
	first["a"] = Point{X: 1, Y: 1}
	assert.Equal(t, want, l.Place(topologyOf("a>b")))
}

// BenchmarkPlace is the first layout, and one node more, of 2,000 nodes around hubs.
func BenchmarkPlace(b *testing.B) {
	parts := []string{}
	for i := range 2000 {
		parts = append(parts, fmt.Sprintf("hub%d>n%d", i%5, i))
	}
	topo := topologyOf(parts...)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			New(10_000).Place(topo)
		}
	})
	b.Run("one_by_one", func(b *testing.B) {
		for b.Loop() {
			l := New(10_000)
			l.Place(topologyOf(parts[:5]...))
			l.Place(topo)
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		l := New(10_000)
		l.Place(topo)
		for b.Loop() {
			l.Place(topo)
		}
	})
}
