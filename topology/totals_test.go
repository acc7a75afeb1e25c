package topology

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

// states are all edges of a graph, by their names.
func (w *world) states() map[string]EdgeState {
	all := map[string]EdgeState{}
	EachEdge(noLock{}, w.Graph, time.Unix(0, w.now), func(s *EdgeState) {
		kept := *s
		kept.Total.Client = *cloned(&s.Total.Client)
		kept.Total.Server = *cloned(&s.Total.Server)
		kept.Total.Boundary = *cloned(&s.Total.Boundary)
		kept.Total.Queue = *cloned(&s.Total.Queue)
		kept.Slots, kept.Exemplars, kept.Via = slices.Clone(s.Slots), slices.Clone(s.Exemplars), slices.Clone(s.Via)
		all[s.Source.Name+" -> "+s.Target.Name] = kept
	})
	return all
}

func cloned(h *Histogram) *Histogram {
	c := &Histogram{}
	c.Add(h)
	return c
}

func TestTotals(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(pairOfSpans(1, 0, 100, 50)...)
	w.add(pairOfSpans(2, 10*time.Minute, 200, 190)...)
	all := w.states()
	require.Len(t, all, 1)
	got := all["a -> b"]
	assert.Equal(t, contract.NodeService, got.SourceKind)
	assert.Equal(t, contract.LanguageJava, got.SourceLanguage)
	assert.Equal(t, contract.LanguageGo, got.TargetLanguage)
	assert.Equal(t, contract.TransportHTTP, got.Transport)
	assert.Equal(t, testStart, got.Created)
	assert.InDelta(t, 2, got.Total.Calls, 0, "rule T8: totals are not of the window")
	assert.InDelta(t, 2, got.Total.Client.Count(), 0)
	assert.InEpsilon(t, 0.3, got.Total.Client.SumSeconds, 1e-6)
	assert.InEpsilon(t, 0.24, got.Total.Server.SumSeconds, 1e-6)
	assert.InEpsilon(t, 0.06, got.Total.Boundary.SumSeconds, 1e-6)
	assert.Zero(t, got.Total.Queue.Count())
	assert.Len(t, got.Slots, 1, "the other has left the window")
	assert.InDelta(t, 1, got.Slots[0].Calls, 0)
	// 0.1 and 0.2 s lie on bounds, and bounds are inclusive.
	want := map[float64]float64{0.05: 0, 0.1: 1, 0.2: 2, 12.8: 2}
	classic := got.Total.Client.Classic()
	for i, b := range Bounds() {
		if n, ok := want[b]; ok {
			assert.InDelta(t, n, classic.Cumulative[i], 0, "le %v", b)
		}
	}
}

func TestCallerMissing(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(span{service: "ns/b", kind: KindServer, id: 2, parent: 1, start: 1, end: 31, attrs: http})
	topo := w.Snapshot(testStart.Add(11 * time.Second))
	all := w.states()
	require.Len(t, all, 1)
	missing := all[CallerMissingName+" -> b"]
	assert.True(t, missing.CallerMissing)
	assert.Equal(t, testStart.Add(11*time.Second), missing.Created)
	assert.InDelta(t, 1, missing.Total.Calls, 0)
	// It is drawn, but not as the user's call, and it is b's traffic.
	require.Equal(t, []string{CallerMissingName, "ns/b"}, nodeNames(topo))
	assert.True(t, topo.Edges[0].CallerMissing)
	assert.InEpsilon(t, 1.0/11, *topo.Nodes[1].Rate, 1e-9)
	assert.InEpsilon(t, 0.030, topo.Nodes[1].ServerSeconds.P50, 0.07)
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
