package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

func TestTotals(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(pairOfSpans(1, 0, 100, 50)...)
	w.add(pairOfSpans(2, 10*time.Minute, 200, 190)...)
	totals, missing := w.Totals()
	assert.Empty(t, missing)
	require.Len(t, totals, 1)
	got := totals[0]
	assert.Equal(t, End{Name: "a", Kind: contract.NodeService, Language: "java"}, got.Source)
	assert.Equal(t, End{Name: "b", Kind: contract.NodeService, Language: "go"}, got.Target)
	assert.Equal(t, contract.TransportHTTP, got.Transport)
	assert.Equal(t, testStart, got.Created)
	assert.InDelta(t, 2, got.Calls, 0, "rule T8: totals are not of the window")
	assert.InDelta(t, 2, got.Client.Count, 0)
	assert.InEpsilon(t, 0.3, got.Client.SumSeconds, 1e-6)
	assert.InEpsilon(t, 0.24, got.Server.SumSeconds, 1e-6)
	assert.InEpsilon(t, 0.06, got.Boundary.SumSeconds, 1e-6)
	assert.Zero(t, got.Queue.Count)
	// 0.1 and 0.2 s lie on bounds, and bounds are inclusive.
	want := map[float64]float64{0.05: 0, 0.1: 1, 0.2: 2, 12.8: 2}
	for i, b := range Bounds() {
		if n, ok := want[b]; ok {
			assert.InDelta(t, n, got.Client.Cumulative[i], 0, "le %v", b)
		}
	}
}

func TestCallerMissing(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(span{service: "ns/b", kind: KindServer, id: 2, parent: 1, start: 1, end: 31, attrs: http})
	topo := w.Snapshot(testStart.Add(11 * time.Second))
	totals, missing := w.Totals()
	assert.Empty(t, totals)
	require.Len(t, missing, 1)
	assert.Equal(t, CallerMissing{
		Target: End{Namespace: "ns", Name: "b", Kind: contract.NodeService}, Created: testStart.Add(11 * time.Second), Calls: 1,
	}, missing[0])
	// The call is b's traffic all the same.
	require.Equal(t, []string{"ns/b"}, nodeNames(topo))
	assert.InEpsilon(t, 1.0/11, *topo.Nodes[0].Rate, 1e-9)
	assert.InEpsilon(t, 0.030, topo.Nodes[0].ServerSeconds.P50, 0.07)
}

func TestFocus(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	chain := []string{"a", "b", "c", "d"}
	for i := range chain[1:] {
		w.add(
			span{service: chain[i], kind: KindClient, trace: i + 1, id: 1, attrs: http},
			span{service: chain[i+1], kind: KindServer, trace: i + 1, id: 2, parent: 1, attrs: http},
		)
	}
	topo := w.Snapshot(testStart)
	for _, tt := range []struct {
		id    string
		depth int
		want  []string
		edges int
	}{
		{"b", 0, []string{"b"}, 0},
		{"b", 1, []string{"a", "b", "c"}, 2},
		{"a", 2, []string{"a", "b", "c"}, 2},
		{"a", 32, []string{"a", "b", "c", "d"}, 3},
	} {
		got, ok := Focus(&topo, tt.id, tt.depth)
		require.True(t, ok)
		assert.Equal(t, tt.want, nodeNames(got), "Focus(%s, %d)", tt.id, tt.depth)
		assert.Len(t, got.Edges, tt.edges, "Focus(%s, %d)", tt.id, tt.depth)
		assert.Equal(t, topo.AsOf, got.AsOf)
	}
	_, ok := Focus(&topo, "nobody", 1)
	assert.False(t, ok)
	assert.Len(t, topo.Nodes, 4, "the topology is not changed")
}
