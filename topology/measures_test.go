package topology

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

// sampledTrace is the number of a trace of which the callers' time is measured.
const sampledTrace = sampledShares

func TestErrorsByOrigin(t *testing.T) {
	tests := []struct {
		name                  string
		server, client, entry bool // failed
		want                  *contract.EdgeErrors
	}{
		{"nobody", false, false, false, nil},
		{"the callee, passed on", true, true, true, &contract.EdgeErrors{Callee: 1}},
		{"the callee, swallowed by the caller", true, true, false, &contract.EdgeErrors{Callee: 1, Swallowed: 1}},
		{"the callee, unseen by the client span", true, false, false, &contract.EdgeErrors{Callee: 1, Swallowed: 1}},
		{"only the caller saw it", false, true, true, &contract.EdgeErrors{Caller: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spans := []span{
				{service: "b", kind: KindServer, id: 3, parent: 2, attrs: http, failed: tt.server},
				{service: "a", kind: KindClient, id: 2, parent: 4, attrs: http, failed: tt.client},
				{service: "a", kind: KindInternal, id: 4, parent: 1},
				{service: "a", kind: KindServer, id: 1, attrs: http, failed: tt.entry},
			}
			for range 2 { // in every rotation, forwards and backwards
				for range spans {
					spans = append(spans[1:], spans[0])
					w := newWorld(t, DefaultLimits())
					w.add(spans...)
					assert.Equal(t, tt.want, fromA(t, w.Snapshot(testStart.Add(time.Minute)), "b").Errors)
				}
				slices.Reverse(spans)
			}
		})
	}
}

// The share of the callers' time: 60 of 100 ms in b, and of a second call that ends
// after its entry only what the entry covers.
func TestCriticalShare(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(
		span{service: "a", kind: KindClient, trace: sampledTrace, id: 2, parent: 1, start: 10, end: 70, attrs: http},
		span{service: "a", kind: KindClient, trace: sampledTrace, id: 3, parent: 1, start: 80, end: 180, attrs: postgres},
		span{service: "a", kind: KindServer, trace: sampledTrace, id: 1, start: 0, end: 100, attrs: http},
		span{service: "b", kind: KindServer, trace: sampledTrace, id: 4, parent: 2, start: 20, end: 60, attrs: http},
	)
	topo := w.Snapshot(testStart.Add(time.Minute))
	assert.InEpsilon(t, 0.6, *fromA(t, topo, "b").CriticalShare, 1e-6)
	assert.InEpsilon(t, 0.2, *fromA(t, topo, "postgresql:payments").CriticalShare, 1e-6)
	require.Equal(t, "b", topo.Nodes[1].ID)
	assert.InEpsilon(t, 0.6, *topo.Nodes[1].CriticalShare, 1e-6)
}

func TestPayloads(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	for i, sizes := range [][2]int64{{1000, 0}, {3000, 1 << 20}, {0, 0}} {
		o := w.observation(span{service: "a", kind: KindClient, trace: i + 1, id: 1, attrs: http})
		o.RequestBytes = sizes[0]
		p := w.observation(span{service: "b", kind: KindServer, trace: i + 1, id: 2, parent: 1, attrs: http})
		p.ResponseBytes = sizes[1]
		w.Graph.Add([]Observation{*o, *p})
	}
	e := fromA(t, w.Snapshot(testStart.Add(time.Second)), "b")
	assert.InEpsilon(t, 2000, *e.RequestBytes, 1e-3)
	assert.InEpsilon(t, 1<<20, *e.ResponseBytes, 1e-3)
	total := w.states()["a -> b"].Total
	assert.InDelta(t, 2, total.Request.Count, 0)
	assert.InDelta(t, 1, total.Response.Count, 0)
}

func TestPackedSizes(t *testing.T) {
	for _, n := range []int64{-1, 0, 1, 2047, 2048, 1_000_000, 1 << 40, 1 << 62} {
		got := packSize(n).bytes()
		switch {
		case n <= 0:
			assert.Zero(t, got)
		case n > 1<<42:
			assert.Positive(t, got, "no more than fits")
		default:
			assert.InEpsilon(t, float64(n), got, 1.0/1024, "%d", n)
		}
	}
}

func TestVia(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	for i := range 12 {
		topic := Attributes{MessagingSystem: "kafka", Destination: string(rune('a' + i%6))}
		w.add(
			span{service: "a", kind: KindProducer, trace: i + 1, id: 1, attrs: topic},
			span{service: "b", kind: KindConsumer, trace: i + 1, id: 2, parent: 1, attrs: topic},
		)
	}
	e := fromA(t, w.Snapshot(testStart.Add(time.Second)), "b")
	assert.Equal(t, []contract.EdgeVia{{Name: "kafka:a", Calls: 2}, {Name: "kafka:b", Calls: 2}, {Name: "kafka:c", Calls: 2}, {Name: "kafka:d", Calls: 2}}, e.Via)
}

func TestExemplars(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	call := func(trace, ms int, failed bool) {
		spans := pairOfSpans(trace, 0, ms, ms)
		spans[1].failed = failed
		w.add(spans...)
	}
	call(1, 10, false)              // the first
	call(sampledTrace, 30, false)   // slower
	call(2*sampledTrace, 20, false) // faster
	call(5, 40, true)
	got := w.states()["a -> b"].Exemplars
	require.Len(t, got, 2)
	assert.Equal(t, traceID(sampledTrace), got[0].Trace)
	assert.InEpsilon(t, 0.030, got[0].Seconds, 1e-6)
	assert.Equal(t, traceID(5), got[1].Trace)
	assert.True(t, got[1].Failed)
}

func TestManyWeights(t *testing.T) {
	table := newWeightTable()
	for i := range 100_000 {
		w := 1 + float64(i)*1.37
		id := table.number(w)
		if i < exactWeights-1 {
			require.InDelta(t, w, table.all[id], 0)
		} else {
			require.InEpsilon(t, w, table.all[id], 1.0/128)
		}
	}
	assert.Less(t, len(table.all), exactWeights+20*128)
	assert.Zero(t, table.number(0))
	assert.Zero(t, table.number(-3))
}

func TestShapes(t *testing.T) {
	for name, want := range map[string]string{
		"checkout": "checkout", "svc-12": "svc-#", "svc-7f3a": "svc-#", "a1b2c3": "#", "cafe": "cafe", "x9y8": "x#y#", "": "",
	} {
		assert.Equal(t, want, shape(name), "%q", name)
	}
}
