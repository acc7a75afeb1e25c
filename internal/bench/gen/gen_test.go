package gen

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func batches(t *testing.T, o Options) []ptrace.Traces {
	t.Helper()
	o.Start = start
	set, err := Batches(o)
	require.NoError(t, err)
	require.Len(t, set, o.Batches)
	return set
}

func spans(set []ptrace.Traces) iter.Seq[ptrace.Span] {
	return func(yield func(ptrace.Span) bool) {
		for _, td := range set {
			for s := range eachSpan(td) {
				if !yield(s) {
					return
				}
			}
		}
	}
}

func perTrace(set []ptrace.Traces) map[pcommon.TraceID]int {
	n := map[pcommon.TraceID]int{}
	for s := range spans(set) {
		n[s.TraceID()]++
	}
	return n
}

func TestShape(t *testing.T) {
	set := batches(t, Options{Seed: 1, Batches: 1, Traces: 170})
	assert.Equal(t, ServicesPerTrace, set[0].ResourceSpans().Len(), "resources")
	assert.Equal(t, 170*SpansPerTrace, set[0].SpanCount(), "spans")
	assert.Len(t, perTrace(set), 170, "traces")

	roots, attributes, kinds := 0, 0, map[ptrace.SpanKind]int{}
	var neighbour pcommon.TraceID
	switches := 0
	for s := range spans(set) {
		if s.ParentSpanID().IsEmpty() {
			roots++
		}
		attributes += s.Attributes().Len()
		kinds[s.Kind()]++
		if s.TraceID() != neighbour {
			switches++
		}
		neighbour = s.TraceID()
		assert.Less(t, s.StartTimestamp(), s.EndTimestamp())
	}
	assert.Equal(t, 170, roots, "roots")
	assert.Equal(t, map[ptrace.SpanKind]int{
		ptrace.SpanKindServer: 4 * 170, ptrace.SpanKindClient: 5 * 170, ptrace.SpanKindInternal: 170,
		ptrace.SpanKindProducer: 170, ptrace.SpanKindConsumer: 170,
	}, kinds)
	assert.InDelta(t, 12, float64(attributes)/(170*SpansPerTrace), 0.2, "attributes per span")
	assert.Greater(t, switches, 170*SpansPerTrace*9/10, "neighbouring spans of different traces")
}

func TestSameSeedSameData(t *testing.T) {
	o := Options{Seed: 7, Batches: 3, Traces: 20, Copies: 4, Spread: 5}
	one, same := batches(t, o), batches(t, o)
	assert.Equal(t, one, same)
	o.Seed++
	assert.NotEqual(t, one, batches(t, o))
}

// Every old name occurs, no span has its new name as well, and the values are
// such that moving them is all a rename does.
func TestOldNames(t *testing.T) {
	seen := map[string]int{}
	for s := range spans(batches(t, Options{Seed: 1, Batches: 1, Traces: 10})) {
		for _, r := range OldNames {
			v, old := s.Attributes().Get(r.Old)
			if !old {
				continue
			}
			seen[r.Old]++
			if r.Old == "http.target" {
				assert.NotContains(t, v.Str(), "?", "a target with a query would be split")
			}
			_, both := s.Attributes().Get(r.New)
			assert.False(t, both, "%s beside %s", r.New, r.Old)
		}
	}
	for _, r := range OldNames {
		assert.Equal(t, 10, seen[r.Old], r.Old)
	}
}

func TestCopiesAndSpread(t *testing.T) {
	set := batches(t, Options{Seed: 3, Batches: 10, Traces: 50, Copies: 8, Spread: 5})
	for id, n := range perTrace(set) {
		assert.Equal(t, SpansPerTrace, n, id)
	}
	assert.Len(t, perTrace(set), 500)
	names := map[string]bool{}
	inBatches := map[pcommon.TraceID]int{}
	for _, td := range set {
		for id := range perTrace([]ptrace.Traces{td}) {
			inBatches[id]++
		}
		for _, rs := range td.ResourceSpans().All() {
			name, _ := rs.Resource().Attributes().Get("service.name")
			names[name.Str()] = true
		}
	}
	assert.Len(t, names, 8*ServicesPerTrace)
	for id, n := range inBatches {
		assert.Equal(t, 5, n, "%s: batches that hold a part of the trace", id)
	}
}

func TestRenew(t *testing.T) {
	set := batches(t, Options{Seed: 3, Batches: 8, Traces: 20, Spread: 5})
	before := perTrace(set)
	for _, td := range set {
		Renew(td, 7)
	}
	after := perTrace(set)
	assert.Len(t, after, len(before), "traces")
	ids := map[pcommon.SpanID]bool{}
	for s := range spans(set) {
		ids[s.SpanID()] = true
	}
	for s := range spans(set) {
		assert.Zero(t, before[s.TraceID()], "an id was kept")
		assert.Equal(t, SpansPerTrace, after[s.TraceID()])
		assert.True(t, s.ParentSpanID().IsEmpty() || ids[s.ParentSpanID()], "a parent was lost")
		for _, l := range s.Links().All() {
			assert.Equal(t, s.TraceID(), l.TraceID())
			assert.True(t, ids[l.SpanID()], "a link was lost")
		}
	}
}
