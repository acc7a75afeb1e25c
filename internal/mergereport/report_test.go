package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata/report.txt")

// TestGolden runs every row and compares the report with the one in the
// repository: a change of the processor that changes a join is a change of that file.
func TestGolden(t *testing.T) {
	var stdout, stderr bytes.Buffer
	path := filepath.Join(t.TempDir(), "report.json")
	code := 0
	// In a bubble time stands still while the processor works: how fresh an estimate of
	// clocks is does not depend on how fast the machine is.
	synctest.Test(t, func(*testing.T) {
		code = run([]string{"-traces", "12000", "-seeds", "1", "-json", path}, &stdout, &stderr)
	})
	require.Empty(t, stderr.String())
	got := fmt.Sprintf("%sexit %d\n", &stdout, code)
	golden := filepath.Join("testdata", "report.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "if the new report is right, go test ./internal/mergereport -update")

	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var figures struct {
		Breaks []map[string]any `json:"breaks"`
		Totals totals           `json:"totals"`
	}
	require.NoError(t, json.Unmarshal(data, &figures))
	assert.Len(t, figures.Breaks, len(allRows()))
	assert.Zero(t, figures.Totals.Deterministic.Wrong)
	require.NotNil(t, figures.Totals.Inferred.Precision)
	assert.GreaterOrEqual(t, *figures.Totals.Inferred.Precision, 0.99, "the confidence that the processor says of inferred.parent")
	assert.Equal(t, figures.Totals.SpansIn, figures.Totals.SpansOut)
	for _, f := range figures.Breaks {
		var keys []string
		for k := range f {
			keys = append(keys, k)
		}
		assert.ElementsMatch(t, []string{
			"name", "traces", "fragments_before", "fragments_after", "right", "wrong", "missed", "spans_in", "spans_out",
		}, keys)
	}
}
