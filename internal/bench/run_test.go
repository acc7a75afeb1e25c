package bench

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A contest of one component with itself comes out even, its cost is not nothing,
// and the making of the input is not in it.
func TestRunOfEquals(t *testing.T) {
	transform := Pipeline{"transformprocessor", []Stage{{transformprocessor.NewFactory(), transformRenames()}}}
	itself := Contest{Name: "itself", Load: Load{Batches: 8, Owned: true}, Ours: transform, Peers: []Pipeline{transform}}
	var steps []string
	results, err := Run(t.Context(), []Contest{itself}, Settings{
		Rounds: 3, Version: noVersion, Progress: func(s string) { steps = append(steps, s) },
	})
	require.NoError(t, err)
	assert.Len(t, steps, 3)
	require.Len(t, results, len(units))
	allocs := results[1]
	assert.Equal(t, "allocs/span", allocs.Unit)
	assert.InDelta(t, 1, allocs.Ratio, 0.02)
	input, err := Measure(t.Context(), Pipeline{Name: "input alone"}, itself.Load)
	require.NoError(t, err)
	whole, err := Measure(t.Context(), transform, itself.Load)
	require.NoError(t, err)
	assert.InDelta(t, whole.Allocs-input.Allocs, allocs.Ours, 0.5)
}

func TestRunNamesWhatFailed(t *testing.T) {
	bad := Pipeline{"transformprocessor", []Stage{{transformprocessor.NewFactory(), map[string]any{"error_mode": "sometimes"}}}}
	_, err := Run(t.Context(), []Contest{{Name: "bad", Load: Load{Batches: 1}, Ours: bad}},
		Settings{Rounds: 1, Version: noVersion, Progress: func(string) {}})
	require.ErrorContains(t, err, "bad: transformprocessor: transform: ")
}

func noVersion(Pipeline) (string, error) { return "", nil }

func TestMedian(t *testing.T) {
	cpu := units[0]
	rounds := func(values ...float64) [][]Cost {
		out := make([][]Cost, len(values))
		for i, v := range values {
			out[i] = []Cost{{CPU: 7}, {CPU: v}}
		}
		return out
	}
	tests := []struct {
		name string
		in   [][]Cost
		want float64
	}{
		{"odd", rounds(300, 100, 200), 200},
		{"even", rounds(400, 100, 200, 300), 250},
		{"below what can be told apart", rounds(-3, 1, 2), cpu.resolution},
	}
	for _, tt := range tests {
		assert.InDelta(t, tt.want, cpu.median(tt.in, 1), 0, tt.name)
	}
}

func TestVersionAmong(t *testing.T) {
	deps := []*debug.Module{
		{Path: "example.com/processor/transformprocessor", Version: "v0.158.0"},
		{Path: "example.com/processor/groupbytraceprocessor", Version: "v0.158.0"},
		{Path: "example.com/processor/tailsamplingprocessor", Version: "v0.157.0"},
	}
	version, err := versionAmong(deps, "transformprocessor + groupbytraceprocessor")
	require.NoError(t, err)
	assert.Equal(t, "v0.158.0", version)
	_, err = versionAmong(deps, "filterprocessor")
	require.EqualError(t, err, `peer "filterprocessor" is not linked; name it as the last element of its module path`)
	_, err = versionAmong(deps, "transformprocessor + tailsamplingprocessor")
	require.EqualError(t, err, `peer "tailsamplingprocessor" is v0.157.0, another of the same pair v0.158.0; pin one release in go.mod`)
}

func TestReports(t *testing.T) {
	results := []Result{{
		Name: "pairing", Unit: "cpu-ns/span", Ours: 500, Peer: "servicegraphconnector", PeerVersion: "v0.158.0", Theirs: 1500, Ratio: 3,
	}}
	var table, doc bytes.Buffer
	require.NoError(t, WriteTable(&table, results))
	assert.Equal(t, "what     unit         ours  theirs  ratio  peer\n"+
		"pairing  cpu-ns/span  500   1500    3.00   servicegraphconnector v0.158.0\n", table.String())
	require.NoError(t, WriteJSON(&doc, results))
	var fields []map[string]any
	require.NoError(t, json.Unmarshal(doc.Bytes(), &fields))
	assert.Equal(t, []map[string]any{{
		"name": "pairing", "unit": "cpu-ns/span", "ours": 500.0, "peer": "servicegraphconnector",
		"peer_version": "v0.158.0", "theirs": 1500.0, "ratio": 3.0,
	}}, fields)
}
