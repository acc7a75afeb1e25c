package topologyexporter

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

func TestFreshness(t *testing.T) {
	start := time.Now()
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	var f freshness
	f.shown(at(0), at(1))
	f.arrive(3, at(100))
	f.arrive(1, at(900))
	f.shown(at(1000), at(1100))
	delays, built := f.read()
	assert.Equal(t, at(1100), built)
	assert.InDelta(t, 4, delays.Count(), 0)
	assert.InDelta(t, 3*1.0+0.2, delays.SumSeconds, 4*arrivalWidth.Seconds())

	// Nobody looks for a minute: what arrives meanwhile was not late for anybody.
	f.arrive(1000, at(30_000))
	f.shown(at(60_000), at(60_100))
	delays, _ = f.read()
	assert.InDelta(t, 4, delays.Count(), 0)

	// A clock that goes back breaks nothing.
	f.arrive(1, at(50_000))
	f.shown(at(49_000), at(49_000))
	delays, _ = f.read()
	assert.InDelta(t, 4, delays.Count(), 0)
}

func TestTrust(t *testing.T) {
	e := newTest(t, nil)
	now := time.Now()
	e.now = func() time.Time { return now }
	topo := func() contract.Topology {
		var topo contract.Topology
		require.NoError(t, json.Unmarshal([]byte(bodyOf(t, get(t, e, "/api/v1/topology"))), &topo))
		return topo
	}
	topo()
	spans := append(aCallsB(), aCallsB()[1], // once more
		testSpan{service: "b", kind: ptrace.SpanKindServer, trace: 2, id: 1, parent: 7},
		testSpan{service: "a", kind: ptrace.SpanKindClient, trace: 3, id: 1},
		testSpan{service: "a", kind: ptrace.SpanKindProducer, trace: 4, id: 1, attrs: map[string]any{"messaging.system": "kafka"}},
	)
	consume(t, e, spans...)
	now = now.Add(time.Second)
	first := topo().Trust
	require.NotNil(t, first)
	assert.Equal(t, [2]int{4, 1}, [2]int{first.PendingCalls, first.PendingMessages})
	require.NotNil(t, first.SpanToPicture)
	assert.InDelta(t, 1, first.SpanToPicture.P99, 0.1)

	now = now.Add(time.Minute)
	second := topo().Trust
	second.SpanToPicture = nil
	assert.Equal(t, &contract.TopologyTrust{
		Spans: 6, Calls: 3, Paired: 1, CalleeMissing: 1, CallerMissing: 1, Duplicates: 1, PendingMessages: 1,
	}, second)
	body := bodyOf(t, get(t, e, "/metrics"))
	for _, want := range []string{
		`polyspan_topology_pending{end="call"} 0`, `polyspan_topology_pending{end="message"} 1`,
		`polyspan_topology_unmatched_total{cause="callee_missing"} 1`, `polyspan_topology_unmatched_total{cause="caller_missing"} 1`,
		`polyspan_topology_span_to_snapshot_seconds_count{} 6`, `polyspan_topology_snapshot_age_seconds{} 0`,
	} {
		assert.Contains(t, body, want+"\n")
	}
}
