//go:build !race

// The race detector makes this ten times as long and finds nothing: one engine, one
// goroutine. `make test` runs it without.

package replay

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// floor is what inference must not fall below on a replay, end to end.
type floor map[float64]float64 // by compression

// Floors lie a little below what is reached. The bounds of precision, calibration
// and true roots are what is promised, the same everywhere.
func TestAccuracyOnRecordings(t *testing.T) {
	if testing.Short() {
		t.Skip("replays take seconds")
	}
	hotel := map[Variant]floor{
		VariantA: {1: 0.985, 5: 0.98, 10: 0.96},
		VariantB: {1: 0.94},
		VariantC: {1: 0.935},
	}
	node := map[Variant]floor{
		VariantA: {1: 0.985, 2: 0.95, 10: 0.94},
		VariantB: {1: 0.995, 10: 0.98},
		VariantC: {1: 0.98},
	}
	for file, variants := range map[string]map[Variant]floor{
		"hotel_load25": hotel, "hotel_load50": hotel, "hotel_load75": hotel, "node_load25": node, "node_load50": node,
	} {
		rec, err := ReadFile(sharedFile(t, file))
		require.NoError(t, err)
		for variant, floors := range variants {
			for compress, least := range floors {
				t.Run(fmt.Sprintf("%s %s %g", file, variant, compress), func(t *testing.T) {
					o := DefaultOptions()
					o.Variant, o.Compress = variant, compress
					row, err := Run(t.Context(), rec, o)
					require.NoError(t, err)
					assert.GreaterOrEqual(t, row.EndToEnd, least, "end to end")
					assert.GreaterOrEqual(t, row.PrecisionAt095, 0.95, "precision of joins that are sure")
					assert.LessOrEqual(t, row.ECE, 0.03, "expected calibration error")
					assert.Less(t, row.RootsJoined, 0.005, "true roots that were given a parent")
				})
			}
		}
	}
}
