package infer

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bestOf tries every matching of the items from it on.
func bestOf(edges [][]edge, out []float64, taken []bool, it int) float64 {
	if it == len(edges) {
		return 0
	}
	best := out[it] + bestOf(edges, out, taken, it+1)
	for _, g := range edges[it] {
		if !taken[g.slot] {
			taken[g.slot] = true
			best = math.Max(best, g.gain+bestOf(edges, out, taken, it+1))
			taken[g.slot] = false
		}
	}
	return best
}

func TestMatcherIsOptimal(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var m matcher
	for range 2000 {
		items, slots := 1+r.IntN(6), 1+r.IntN(6)
		edges := make([][]edge, items)
		out := make([]float64, items)
		for i := range edges {
			out[i] = r.NormFloat64() * 3
			for s := range slots {
				if r.IntN(3) > 0 {
					edges[i] = append(edges[i], edge{slot: int32(s), gain: r.NormFloat64() * 3})
				}
			}
		}
		m.solve(edges, out, slots)
		sum := 0.0
		used := map[int32]bool{}
		for i, s := range m.slotOf {
			if s == outside {
				sum += out[i]
				continue
			}
			require.False(t, used[s], "slot %d is taken twice", s)
			used[s] = true
			gain := math.Inf(-1)
			for _, g := range edges[i] {
				if g.slot == s {
					gain = g.gain
				}
			}
			sum += gain
		}
		require.InDelta(t, bestOf(edges, out, make([]bool, slots), 0), sum, 1e-9, "edges %v, out %v", edges, out)
	}
}

func TestFrontierPopsInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var f frontier
	for range 500 {
		f.push(reach{dist: float64(r.IntN(50)), slot: int32(r.IntN(1000))})
	}
	last := f.pop()
	for len(f) > 0 {
		next := f.pop()
		assert.False(t, next.before(last), "%v after %v", next, last)
		last = next
	}
}
