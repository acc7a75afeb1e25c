package multilangbridgeprocessor

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// maxMarkLen bounds what is remembered of a value: two values of the longest kind and
// two numbers, for a message's destination, partition and offset.
const maxMarkLen = 2*maxKeyValueLen + 2*20

// FuzzScan reads a span with an attribute, a tracestate and ids as a client may send
// them. What is read never names a zero trace or another span, and is bounded.
func FuzzScan(f *testing.F) {
	cfg := createDefaultConfig().(*Config)
	f.Fuzz(func(t *testing.T, name, value, list, tracestate string, number int64, kind uint8) {
		td := ptrace.NewTraces()
		span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.SetTraceID(pcommon.TraceID{15: 1})
		span.SetSpanID(pcommon.SpanID{7: 2})
		if number%2 == 0 {
			span.SetParentSpanID(pcommon.SpanID{7: 3})
		}
		span.SetKind(ptrace.SpanKind(kind % 6))
		span.TraceState().FromRaw(tracestate)
		attributes := span.Attributes()
		attributes.PutStr("messaging.system", []string{"kafka", "rabbitmq", "pulsar"}[kind%3])
		attributes.PutStr("messaging.destination.name", "orders")
		attributes.PutInt("messaging.kafka.offset", number)
		attributes.PutStr(name, value)
		attributes.PutEmptySlice("http.request.header." + name).AppendEmpty().SetStr(list)

		batch, _, _ := newWorker(cfg).read(td)
		if len(batch.Spans) != 1 {
			t.Fatalf("one span was read as %d", len(batch.Spans))
		}
		for _, c := range batch.Claims {
			if c.Span != 0 || c.Target.IsZero() || c.Evidence == merge.EvidenceNone {
				t.Fatalf("claim %+v", c)
			}
		}
		for _, m := range batch.Marks {
			if m.Span != 0 || m.Value == "" || len(m.Value) > maxMarkLen {
				t.Fatalf("mark %+v", m)
			}
		}
		for _, h := range batch.Hints {
			if h.Span != 0 || h.High == 0 {
				t.Fatalf("hint %+v", h)
			}
		}
	})
}
