package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

func TestUnmatched(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	var told []Unmatched
	w.Watch(Watcher{Unmatched: func(u *Unmatched) { told = append(told, *u) }})
	w.add(paired(1, "b.shop", "b")...)
	scope := w.Scope("otelhttp", "0.60")
	add := func(s span, change func(*Observation)) {
		o := w.observation(s)
		o.Scope = scope
		change(o)
		w.Graph.Add([]Observation{*o})
	}
	add(span{service: "c", kind: KindClient, trace: 2, id: 1, attrs: at("b.shop", 80)}, func(o *Observation) { o.Carriers = CarrierB3 })
	add(span{service: "shop/b", language: "go", kind: KindServer, trace: 3, id: 2, attrs: at("b.shop", 80)}, func(o *Observation) {
		o.Operation, o.MergeRefused, o.NotSampled = "/pay", "conflict", true
	})
	add(span{service: "b", kind: KindServer, trace: 4, id: 2, parent: 1}, func(*Observation) {})
	w.Advance(testStart.Add(time.Minute))
	require.Len(t, told, 3)
	start, end := testStart.UnixNano(), testStart.Add(10*time.Millisecond).UnixNano()
	assert.Equal(t, Unmatched{
		Cause: UnmatchedRoot, Trace: traceID(3), Span: spanID(2), Kind: KindServer,
		Party:     Party{NodeName: NodeName{"shop", "b"}, Language: "go", Scope: "otelhttp", ScopeVersion: "0.60"},
		Transport: contract.TransportHTTP, Address: "b.shop:80", Operation: "/pay", Refused: "conflict", NotSampled: true,
		Start: start, End: end, Weight: 1,
	}, told[0], "on arrival")
	assert.Equal(t, Unmatched{
		Cause: UnmatchedCaller, Trace: traceID(2), Span: spanID(1), Kind: KindClient,
		Party:    Party{NodeName: NodeName{Name: "c"}, Scope: "otelhttp", ScopeVersion: "0.60"},
		Carriers: CarrierB3, Transport: contract.TransportHTTP, Address: "b.shop:80",
		Target: End{Name: "b", Kind: contract.NodeService}, TargetKnown: true, Start: start, End: end, Weight: 1,
	}, told[1])
	assert.Equal(t, UnmatchedCallee, told[2].Cause)
	assert.Equal(t, spanID(1), told[2].Parent)
}

func TestRepaired(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	var told []Repaired
	w.Watch(Watcher{Repaired: func(r *Repaired) { told = append(told, *r) }})
	w.add(span{service: "a", kind: KindClient, id: 1, attrs: http})
	o := w.observation(span{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http, evidence: EvidenceJoined})
	o.MergeEvidence = "identity.header.b3"
	w.Graph.Add([]Observation{*o})
	assert.Equal(t, []Repaired{{
		Caller: Party{NodeName: NodeName{Name: "a"}}, Callee: Party{NodeName: NodeName{Name: "b"}},
		Trace: traceID(1), CallerSpan: spanID(1), CalleeSpan: spanID(2), Transport: contract.TransportHTTP, Relation: contract.RelationCall,
		Evidence: "identity.header.b3", Start: testStart.UnixNano(), Weight: 1,
	}}, told)
}

func TestLateAndOutside(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	var late []Late
	outside := 0
	w.Watch(Watcher{
		Late: func(l *Late) { late = append(late, *l) },
		Outside: func(name EdgeName, start, end int64, f *Figures, slotStart int64) {
			outside++
			assert.Equal(t, "d", name.Target.Name)
			assert.InDelta(t, 1, f.Calls, 0)
			assert.InDelta(t, 1, f.Server.Count(), 0)
			assert.Less(t, end, slotStart)
			assert.Less(t, start, end)
		},
	})
	w.add(
		span{service: "d", kind: KindServer, trace: 5, id: 1, start: -86_400_000, attrs: http},
		span{service: "a", kind: KindClient, id: 1, attrs: to("b.shop")},
		span{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http, at: 15 * time.Second},
	)
	w.Advance(testStart.Add(time.Minute))
	assert.Equal(t, 1, outside)
	require.Len(t, late, 1)
	assert.Equal(t, "b.shop", late[0].Drawn.Target.Name)
	assert.Equal(t, "b", late[0].Real.Target.Name)
	assert.Equal(t, traceID(1), late[0].Trace)
	assert.Positive(t, late[0].By)
}

// Without a watcher nothing of what only watchers want is kept.
func TestNoWatcherKeepsNoDetails(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	assert.Zero(t, w.Scope("otelhttp", "1"))
	o := w.observation(span{service: "a", kind: KindClient, id: 1, attrs: http})
	o.Carriers, o.MergeEvidence = CarrierB3, "link"
	w.Graph.Add([]Observation{*o})
	assert.Len(t, w.details.all, 1)
}
