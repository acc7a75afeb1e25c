package replay

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/infer"
)

func TestSyntheticInFlight(t *testing.T) {
	for _, want := range []float64{1.5, 5, 20} {
		for seed := range uint64(3) {
			rec := Synthetic(SyntheticOptions{Seed: seed, InFlight: want, Spans: 20_000})
			b, err := Break(rec.Normalise(RootsAll), DefaultRecipe())
			require.NoError(t, err)
			got, busiest := b.inFlight()
			assert.InEpsilon(t, want, got, 0.1, "seed %d", seed)
			assert.Greater(t, busiest, got, "services are unequal")
		}
	}
}

func TestSyntheticRepeats(t *testing.T) {
	o := SyntheticOptions{Seed: 3, InFlight: 4, Spans: 1000}
	first, second := Synthetic(o), Synthetic(o)
	assert.Equal(t, first, second)
	other := o
	other.Seed = 4
	assert.NotEqual(t, first, Synthetic(other))
}

// What makes real systems harder than benchmarks is in the made-up ones.
func TestSyntheticShapes(t *testing.T) {
	rec := Synthetic(SyntheticOptions{Seed: 1, InFlight: 5})
	below := children(rec.Spans)
	seen := map[string]bool{}
	processes := map[uint32]map[uint32]bool{}
	calls := map[uint32]map[int]bool{} // by operation: how many calls its requests made
	for i := range rec.Spans {
		s := &rec.Spans[i]
		if processes[s.Service] == nil {
			processes[s.Service] = map[uint32]bool{}
		}
		processes[s.Service][s.Process] = true
		seen["replicas"] = seen["replicas"] || len(processes[s.Service]) > 1
		seen["jobs"] = seen["jobs"] || s.Up < 0 && s.Kind == infer.KindInternal
		seen["databases"] = seen["databases"] || s.Kind == infer.KindClient && len(below[i]) == 0
		seen["retries"] = seen["retries"] || s.Kind == infer.KindClient && s.Failed
		seen["outlives its request"] = seen["outlives its request"] || s.Kind == infer.KindClient && s.End > rec.Spans[s.Up].End
		if s.Kind == infer.KindServer {
			if calls[s.Operation] == nil {
				calls[s.Operation] = map[int]bool{}
			}
			calls[s.Operation][len(below[i])] = true
			seen["caches"] = seen["caches"] || len(calls[s.Operation]) > 1
		}
		for n, x := range below[i] {
			for _, y := range below[i][n+1:] {
				a, c := &rec.Spans[x], &rec.Spans[y]
				overlap := a.Start < c.End && c.Start < a.End
				seen["repeated callees"] = seen["repeated callees"] || a.Operation == c.Operation && a.Peer == c.Peer
				seen["parallel calls"] = seen["parallel calls"] || overlap && a.Kind == infer.KindClient && c.Kind == infer.KindClient
			}
		}
	}
	for _, what := range []string{"replicas", "jobs", "databases", "retries", "outlives its request", "caches", "repeated callees", "parallel calls"} {
		assert.True(t, seen[what], what)
	}
}
