package replay

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// goal is what inference must reach on a replay; shares are 0–1.
type goal struct {
	endToEnd, edge float64
}

// What is promised on recorded systems. The bounds of calibration and of true
// roots are the same everywhere.
func TestAccuracyOnRecordings(t *testing.T) {
	if testing.Short() {
		t.Skip("replays take seconds")
	}
	hotel := map[Variant]map[float64]goal{
		VariantA: {1: {endToEnd: 0.99}, 5: {endToEnd: 0.985}, 10: {endToEnd: 0.98}},
	}
	node := map[Variant]map[float64]goal{
		VariantA: {1: {endToEnd: 0.98}, 10: {endToEnd: 0.88}},
	}
	for file, variants := range map[string]map[Variant]map[float64]goal{
		"hotel_load25": hotel, "hotel_load50": hotel, "hotel_load75": hotel, "node_load25": node, "node_load50": node,
	} {
		rec, err := ReadFile(sharedFile(t, file))
		require.NoError(t, err)
		for variant, factors := range variants {
			for factor, want := range factors {
				t.Run(fmt.Sprintf("%s %s %g", file, variant, factor), func(t *testing.T) {
					o := DefaultOptions()
					o.Variant, o.Compress = variant, factor
					reach(t, rec, o, want)
				})
			}
		}
	}
}

func reach(t *testing.T, rec *Recording, o Options, want goal) {
	t.Helper()
	row, err := Run(t.Context(), rec, o)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, row.EndToEnd, want.endToEnd, "end to end")
	assert.GreaterOrEqual(t, row.EdgeAll, want.edge, "edges")
	assert.GreaterOrEqual(t, row.PrecisionAt095, 0.95, "precision of joins that are sure")
	assert.LessOrEqual(t, row.ECE, 0.03, "expected calibration error")
	assert.Less(t, row.RootsJoined, 0.005, "true roots that were given a parent")
}
