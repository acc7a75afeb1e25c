package multilangbridgeprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// What the scanner finds in one span; custom key 0 is x-trace-id, 1 the request
// id, 2 the offset, 3 the message id.
func TestScan(t *testing.T) {
	mark := func(key uint8, value string, scope uint64) merge.Mark {
		return merge.Mark{Key: key, Value: value, Scope: scope}
	}
	half := pcommon.TraceID{8: 1, 15: 2}
	tests := []struct {
		name   string
		span   spec
		claims []merge.Claim
		marks  []merge.Mark
		hints  []merge.Hint
	}{
		{
			name:  "kafka producer of Java, old names",
			span:  spec{kind: ptrace.SpanKindProducer, attrs: map[string]any{"messaging.system": "kafka", "messaging.destination": "orders", "messaging.kafka.partition": 3, "messaging.kafka.message.offset": 77}},
			marks: []merge.Mark{mark(2, "orders\x003\x0077", 0)},
		},
		{
			name:  "kafka consumer of Node: the offset is a string",
			span:  spec{kind: ptrace.SpanKindConsumer, attrs: map[string]any{"messaging.system": "kafka", "messaging.destination.name": "orders", "messaging.destination.partition.id": "3", "messaging.kafka.offset": "77", "messaging.kafka.cluster.id": "c1"}},
			marks: []merge.Mark{mark(2, "orders\x003\x0077", scope("c1"))},
		},
		{
			name:  "kafka consumer of Python: the id holds the offset",
			span:  spec{kind: ptrace.SpanKindConsumer, attrs: map[string]any{"messaging.system": "kafka", "messaging.destination.name": "a.b", "messaging.message.id": "a.b.3.77"}},
			marks: []merge.Mark{mark(2, "a.b\x003\x0077", 0)},
		},
		{name: "kafka producer without offset", span: spec{kind: ptrace.SpanKindProducer, attrs: map[string]any{"messaging.system": "kafka", "messaging.destination.name": "orders", "messaging.kafka.message.key": "k"}}},
		{name: "kafka with a hostile offset", span: spec{kind: ptrace.SpanKindProducer, attrs: map[string]any{"messaging.system": "kafka", "messaging.destination.name": "orders", "messaging.destination.partition.id": "x", "messaging.kafka.offset": "-1"}}},
		{
			name:  "celery",
			span:  spec{kind: ptrace.SpanKindConsumer, attrs: map[string]any{"messaging.system": "celery", "messaging.destination": "celery", "messaging.message.id": "3f1e-task"}},
			marks: []merge.Mark{mark(3, "3f1e-task", scope("celery"))},
		},
		{
			name:  "rabbitmq: exchange and queue differ",
			span:  spec{kind: ptrace.SpanKindConsumer, attrs: map[string]any{"messaging.system": "rabbitmq", "messaging.destination.name": "q", "messaging.message_id": "m-77-ab"}},
			marks: []merge.Mark{mark(3, "m-77-ab", 0)},
		},
		{name: "a batch of ids names no message", span: spec{kind: ptrace.SpanKindConsumer, attrs: map[string]any{"messaging.system": "sqs", "messaging.message.id": []any{"a", "b"}}}},
		{
			name:  "x-request-id, the digit that Envoy changes masked",
			span:  spec{kind: ptrace.SpanKindClient, attrs: map[string]any{"http.request.header.x-request-id": []any{"A1B2C3D4-0000-47c4-8000-112233445566"}}},
			marks: []merge.Mark{mark(1, "a1b2c3d4-0000-_7c4-8000-112233445566", 0)},
		},
		{
			name:  "custom key in tracestate, Datadog's and OpenTelemetry's members left out",
			span:  spec{kind: ptrace.SpanKindServer, tracestate: "ot=th:8;rv:123456789abcde, congo=t61rcWkgMzE ,dd=s:1;t.dm:-0,es=s:1"},
			marks: []merge.Mark{{Value: "t61rcWkgMzE", Origin: true}},
		},
		{
			name:   "custom key that is a trace id",
			span:   spec{kind: ptrace.SpanKindInternal, attrs: map[string]any{"x_trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}},
			marks:  []merge.Mark{mark(0, "4bf92f3577b34da6a3ce929d0e0e4736", 0)},
			claims: []merge.Claim{{Evidence: merge.EvidenceCustom, Target: traceID(tidGateway)}},
		},
		{
			name:   "datadog: the high half, and the last span before a gap",
			span:   spec{trace: half, parent: sid(9), kind: ptrace.SpanKindInternal, attrs: map[string]any{"_dd.p.tid": "66c4e3e900000000", "_dd.parent_id": "00000000000000ff"}},
			hints:  []merge.Hint{{High: 0x66c4e3e900000000}},
			claims: []merge.Claim{{Evidence: merge.EvidenceVendor, Target: traceID(half), Parent: 0xff}},
		},
		{
			name:   "datadog in tracestate",
			span:   spec{parent: sid(9), kind: ptrace.SpanKindServer, tracestate: "dd=s:1;p:00000000000000ff;t.dm:-0"},
			claims: []merge.Claim{{Evidence: merge.EvidenceVendor, Target: traceID(tidPre), Parent: 0xff}},
		},
		{
			name:   "header on a request from a public address is not trusted",
			span:   spec{kind: ptrace.SpanKindServer, attrs: map[string]any{"client.address": "8.8.8.8", "http.request.header.b3": "4bf92f3577b34da6a3ce929d0e0e4736-f001020304050602-1"}},
			claims: []merge.Claim{{Evidence: merge.EvidenceHeaderB3, Target: traceID(tidGateway), Parent: spanID(sid(2)), Untrusted: true}},
		},
		{name: "headers that a client span sent say nothing of its parent", span: spec{kind: ptrace.SpanKindClient, attrs: map[string]any{"http.request.header.b3": "4bf92f3577b34da6a3ce929d0e0e4736-f001020304050602-1"}}},
		{
			name:   "the only link of a consumer",
			span:   spec{kind: ptrace.SpanKindConsumer, links: []spec{{trace: tidGateway, id: sid(2)}}},
			claims: []merge.Claim{{Evidence: merge.EvidenceLink, Target: traceID(tidGateway), Parent: spanID(sid(2))}},
		},
		{name: "two links are a batch", span: spec{kind: ptrace.SpanKindConsumer, links: []spec{{trace: tidGateway, id: sid(2)}, {trace: tidPool, id: sid(5)}}}},
		{name: "a link of a serving span is not a parent", span: spec{kind: ptrace.SpanKindServer, links: []spec{{trace: tidGateway, id: sid(2)}}}},
	}
	cfg := createDefaultConfig().(*Config)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.span.trace.IsEmpty() {
				tt.span.trace = tidPre
			}
			tt.span.id = sid(3)
			got, _, _ := newWorker(cfg).read(traces(t, tt.span))
			assert.Equal(t, tt.claims, append([]merge.Claim(nil), got.Claims...))
			assert.Equal(t, tt.marks, append([]merge.Mark(nil), got.Marks...))
			assert.Equal(t, tt.hints, append([]merge.Hint(nil), got.Hints...))
		})
	}
}

// A SkyWalking entry span's only reference is its parent, in its own trace as well.
func TestScanSkyWalkingReference(t *testing.T) {
	td := traces(t, spec{trace: tidPre, id: sid(3), kind: ptrace.SpanKindServer, links: []spec{{trace: tidPre, id: sid(2)}}})
	link := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Links().At(0)
	link.Attributes().PutStr("refType", "CrossProcess")
	cfg := createDefaultConfig().(*Config)
	got, _, _ := newWorker(cfg).read(td)
	assert.Equal(t, []merge.Claim{{Evidence: merge.EvidenceLink, Target: traceID(tidPre), Parent: spanID(sid(2))}}, got.Claims)
}
