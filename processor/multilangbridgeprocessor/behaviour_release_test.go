package multilangbridgeprocessor

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Spans around the moment of release: a hundred long traces, each in two widths, go
// on sending while their first spans leave. Every span leaves once, and no piece is
// torn (M2): all its spans leave under one id.
func TestBehaviourSpansAroundRelease(t *testing.T) {
	const senders, longTraces, rounds = 4, 100, 150
	next := &sink{}
	b, tel := start(t, next, func(c *Config) { c.Wait = 2 * time.Millisecond })
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for round := range rounds {
				for trace := range longTraces {
					assert.NoError(t, b.ConsumeTraces(context.Background(), longTrace(t, trace, s*rounds+round, s%2 == 1)))
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, b.Shutdown(t.Context()))

	spans := next.spans(t)
	require.Len(t, spans, senders*rounds*longTraces)
	assert.Positive(t, sum(t, tel, "late_spans"), "the traces outlived their wait")
	left := map[pcommon.TraceID]pcommon.TraceID{} // original id → the one it left under
	for id, s := range spans {
		original := longTraceID(int(id[1]), id[0] == 2)
		if first, ok := left[original]; ok && first != s.TraceID() {
			t.Fatalf("trace %v left as %v and as %v", original, first, s.TraceID())
		}
		left[original] = s.TraceID()
	}
	assert.Len(t, left, 2*longTraces)
}

// longTraceID is the id of a long trace, whole or its low half.
func longTraceID(trace int, half bool) pcommon.TraceID {
	id := pcommon.TraceID{0: 9, 8: 1, 14: byte(trace), 15: 1}
	if half {
		id[0] = 0
	}
	return id
}

// longTrace makes the n-th span of a long trace. Spans of the half trace have their
// parent, the first span, in the whole one.
func longTrace(tb testing.TB, trace, n int, half bool) ptrace.Traces {
	width := byte(1)
	if half {
		width = 2
	}
	s := spec{service: "long", trace: longTraceID(trace, half), id: pcommon.SpanID{width, byte(trace), byte(n >> 8), byte(n)}, kind: ptrace.SpanKindServer, end: 1}
	if first := (pcommon.SpanID{1, byte(trace)}); s.id != first {
		s.parent = first
	}
	return traces(tb, s)
}
