package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

func TestRecords(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(pairOfSpans(1, 0, 100, 50)...)
	w.add(pairOfSpans(2, 10*time.Minute, 200, 190)...)
	w.add(span{service: "ns/b", kind: KindServer, id: 2, trace: 9, parent: 1, start: 1, end: 31, attrs: http})
	w.Advance(testStart.Add(11 * time.Minute))
	var all Records
	for at, more := 0, true; more; {
		at, more = w.Records(at, 1, &all) // a slice at a time
	}
	require.Len(t, all.All, 2)
	got := all.All[0]
	assert.Equal(t, End{Name: "a", Kind: contract.NodeService, Language: "java"}, got.Source)
	assert.Equal(t, End{Name: "b", Kind: contract.NodeService, Language: "go"}, got.Target)
	assert.Equal(t, contract.TransportHTTP, got.Transport)
	assert.Equal(t, testStart, got.Created)
	assert.InDelta(t, 2, got.Calls, 0, "rule T8: records are not of the window")
	assert.InEpsilon(t, 0.3, got.Client.SumSeconds, 1e-6)
	assert.InEpsilon(t, 0.24, got.Server.SumSeconds, 1e-6)
	assert.InEpsilon(t, 0.06, got.Boundary.SumSeconds, 1e-6)
	assert.Empty(t, got.Queue.Counts)
	// 0.1 and 0.2 s lie on bounds, an octave apart, and nothing empty is around them.
	assert.Equal(t, []float64{1, 0, 0, 0, 0, 0, 0, 0, 0, 1}, got.Client.Counts)
	assert.InEpsilon(t, 0.1, UpperBound(got.Client.First), 1e-12)

	missing := all.All[1]
	assert.True(t, missing.CallerMissing)
	assert.Empty(t, missing.Source)
	assert.Equal(t, End{Namespace: "ns", Name: "b", Kind: contract.NodeService}, missing.Target)
	assert.InDelta(t, 1, missing.Calls, 0)
}

// What was copied first must not be moved or overwritten by what follows.
func TestRecordsLive(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(pairOfSpans(1, 0, 100, 50)...)
	var all Records
	w.Records(0, 1, &all)
	for range countsChunk {
		w.Records(0, 1, &all)
	}
	for i := range all.All {
		require.Equal(t, []float64{1}, all.All[i].Client.Counts)
	}
}
