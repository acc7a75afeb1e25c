package multilangbridgeprocessor

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Spans whose ids or times are wrong leave as they came, byte for byte, once, and
// are counted; the good request that arrived in the same batch is joined.
func TestBehaviourInvalidSpans(t *testing.T) {
	server := func(trace pcommon.TraceID, id, parent pcommon.SpanID) spec {
		return spec{service: "odd", trace: trace, id: id, parent: parent, kind: ptrace.SpanKindServer, end: 1}
	}
	tests := []struct {
		name  string
		spans []spec
		want  map[string]int // invalid_spans by cause
	}{
		{"all-zero ids", zeroIDs(), map[string]int{"zero_id": 1000}},
		{"zero trace id", []spec{server(pcommon.TraceID{}, sid(1), sid(2)), server(pcommon.TraceID{}, sid(2), pcommon.SpanID{})}, map[string]int{"zero_id": 2}},
		{"zero span id", []spec{server(tidPre, pcommon.SpanID{}, sid(2))}, map[string]int{"zero_id": 1}},
		{"self-parent", []spec{server(tidPre, sid(1), sid(1))}, map[string]int{"self_parent": 1}},
		{"cycle of two", []spec{server(tidPre, sid(1), sid(2)), server(tidPre, sid(2), sid(1))}, map[string]int{"cycle": 2}},
		{
			"cycle of three",
			[]spec{server(tidPre, sid(1), sid(3)), server(tidPre, sid(2), sid(1)), server(tidPre, sid(3), sid(2))},
			map[string]int{"cycle": 3},
		},
		{
			"end before start",
			[]spec{{service: "odd", trace: tidPre, id: sid(1), kind: ptrace.SpanKindServer, start: 5}},
			map[string]int{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &sink{}
				b, tel := start(t, next, nil)
				odd, good := traces(t, tt.spans...), many(t, 0, 1)
				want := exact(t, odd)
				odd.ResourceSpans().MoveAndAppendTo(good.ResourceSpans())
				require.NoError(t, b.ConsumeTraces(t.Context(), good))
				require.NoError(t, b.Shutdown(t.Context()))

				require.Len(t, next.AllTraces(), 1)
				left := next.AllTraces()[0].ResourceSpans()
				require.Equal(t, 2+len(tt.spans), left.Len())
				for i := range 2 {
					span := left.At(i).ScopeSpans().At(0).Spans().At(0)
					assert.Equal(t, byte(9), span.TraceID()[0], "good span %d is in the full trace", i)
				}
				rest := ptrace.NewTraces()
				for i := 2; i < left.Len(); i++ {
					left.At(i).CopyTo(rest.ResourceSpans().AppendEmpty())
				}
				assert.Equal(t, want, exact(t, rest), "the odd ones leave as they came")
				got := map[string]int{}
				if len(tt.want) > 0 {
					got = byCause(t, tel, "invalid_spans")
				}
				assert.Equal(t, tt.want, got)
			})
		})
	}
}

// zeroIDs are a thousand unrelated spans without ids.
func zeroIDs() []spec {
	out := make([]spec, 1000)
	for i := range out {
		out[i] = spec{service: "odd", kind: ptrace.SpanKindServer, start: i, end: i + 1}
	}
	return out
}

// exact is the batch as it goes over the wire.
func exact(tb testing.TB, td ptrace.Traces) string {
	tb.Helper()
	b, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	require.NoError(tb, err)
	return string(b)
}

// A call that ends before it starts is joined by identity all the same: clocks go
// wrong, ids do not.
func TestBehaviourEndBeforeStartJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, _ := start(t, next, nil)
		half := tidGateway
		clear(half[:8])
		require.NoError(t, b.ConsumeTraces(t.Context(), traces(t,
			spec{service: "a", trace: tidGateway, id: sid(1), kind: ptrace.SpanKindClient, start: 9, end: 4},
			spec{service: "b", trace: half, id: sid(2), parent: sid(1), kind: ptrace.SpanKindServer, start: 8, end: 5})))
		require.NoError(t, b.Shutdown(t.Context()))
		spans := next.spans(t)
		require.Len(t, spans, 2)
		assert.Equal(t, tidGateway, spans[sid(2)].TraceID())
		assert.Equal(t, sid(1), spans[sid(2)].ParentSpanID())
		assert.Equal(t, pcommon.Timestamp(8e6), spans[sid(2)].StartTimestamp(), "times are not touched")
		assert.Equal(t, pcommon.Timestamp(5e6), spans[sid(2)].EndTimestamp())
	})
}
