package topologyexporter

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// alone is a client or server span that is the only one of its trace.
func (c *clocked) alone(service, language string, kind ptrace.SpanKind, ago, duration time.Duration, attrs map[string]any) {
	c.calls++
	consume(c.t, c.topologyExporter, testSpan{
		service: service, language: language, kind: kind, trace: 1 << 32 * c.calls, id: 1, attrs: attrs,
		start: c.clock.Add(-ago), duration: duration,
	})
}

// The whole way: spans of two traces that are one request, as the SDKs send them.
func TestBreaksOverTheAPI(t *testing.T) {
	c := newClocked(t, nil)
	for range 12 {
		c.alone("web", "nodejs", ptrace.SpanKindClient, 100*time.Millisecond, 90*time.Millisecond,
			map[string]any{"http.request.method": "GET", "server.address": "orders.shop", "server.port": 8080})
		c.alone("orders", "go", ptrace.SpanKindServer, 95*time.Millisecond, 80*time.Millisecond,
			map[string]any{"http.request.method": "GET", "server.address": "orders.shop", "server.port": 8080, "http.request.header.b3": []any{"80f198ee56343ba8-e457b5a2e4d86bd1-1"}})
		// What is none: users of another name, a database.
		c.alone("orders", "go", ptrace.SpanKindServer, 400*time.Millisecond, 20*time.Millisecond,
			map[string]any{"http.request.method": "GET", "server.address": "shop.example.com"})
		c.alone("orders", "go", ptrace.SpanKindClient, 90*time.Millisecond, 5*time.Millisecond,
			map[string]any{"db.system.name": "postgresql", "db.namespace": "shop", "server.address": "db"})
		c.pass(time.Second)
	}
	c.pass(time.Minute)
	got := ask[contract.Breaks](c, "/api/v1/breaks", nil)
	require.Len(t, got.Breaks, 1)
	b := got.Breaks[0]
	assert.Equal(t, contract.BreakPropagator, b.Cause)
	assert.Equal(t, []string{"web", "nodejs", "orders", "go"}, []string{b.Caller.Name, b.Caller.Language, b.Callee.Name, b.Callee.Language})
	assert.InDelta(t, 12, b.Calls, 0)
	assert.Greater(t, b.Confidence, 0.95)
	assert.Equal(t, []string{"B3"}, b.Received)
	assert.Equal(t, "OTEL_PROPAGATORS=tracecontext,baggage,b3", b.Setting)
	assert.Len(t, b.Examples, 3)
	assert.Empty(t, got.Explained)

	breaks := c.series("polyspan_topology_breaks_total")
	assert.Equal(t, map[string]float64{
		`{cause="propagator_mismatch",client="web",client_service_namespace="",joined="false",server="orders",server_service_namespace="",transport="http"}`: 12,
	}, breaks)
}

// What the merge processor repaired is a break, too: healed, and still to be mended.
func TestRepairedBreaksOverTheAPI(t *testing.T) {
	c := newClocked(t, nil)
	for range 5 {
		c.call("web", "orders", 0, func(s *testSpan) {
			if s.kind == ptrace.SpanKindServer {
				s.attrs[contract.AttrMergeEvidence] = "identity.header.b3"
			}
		})
		c.call("web", "stock", 0)
		c.pass(time.Second)
	}
	c.pass(time.Minute)
	got := ask[contract.Breaks](c, "/api/v1/breaks", nil)
	require.Len(t, got.Breaks, 1)
	b := got.Breaks[0]
	assert.Equal(t, []any{contract.BreakPropagator, true, "identity.header.b3", 5.0, 1.0}, []any{b.Cause, b.Joined, b.Evidence, b.Calls, b.Confidence})
	assert.Equal(t, "OTEL_PROPAGATORS=tracecontext,baggage,b3", b.Setting)
	require.NotNil(t, b.ShareOfEdge)
	assert.InDelta(t, 1, *b.ShareOfEdge, 0)
	assert.Empty(t, got.Explained)
}

func TestBreaksCanBeSwitchedOff(t *testing.T) {
	c := newClocked(t, func(cfg *Config) { cfg.Breaks.Enabled = false })
	c.call("web", "orders", 0)
	c.pass(time.Minute)
	r := get(t, c.topologyExporter, "/api/v1/breaks")
	assert.Equal(t, http.StatusNotFound, r.StatusCode)
	assert.Contains(t, bodyOf(t, r), `breaks::enabled`)
	assert.Empty(t, c.series("polyspan_topology_breaks_total"))
	on := newClocked(t, nil)
	assert.Equal(t, http.StatusBadRequest, get(t, on.topologyExporter, "/api/v1/breaks?format=json").StatusCode)
}

// What the graph tells between two ticks is bounded; what is beyond is counted, and
// nothing is made of what came with it.
func TestFindingsAreBounded(t *testing.T) {
	c := newClocked(t, nil)
	for range maxFindings/100 + 5 {
		spans := make([]testSpan, 100)
		for i := range spans {
			c.calls++
			spans[i] = testSpan{service: "orders", kind: ptrace.SpanKindServer, trace: c.calls << 8, id: 1, start: c.clock.Add(-time.Second)}
		}
		consume(t, c.topologyExporter, spans...)
	}
	assert.Len(t, c.breaks.own.unmatched, maxFindings)
	c.pass(time.Second)
	assert.Empty(t, c.breaks.own.unmatched)
	got := ask[contract.Breaks](c, "/api/v1/breaks", nil)
	assert.InDelta(t, 500-maxFindings%100, got.Overflow, 0)
}

// Messages are compared by topic, not by broker: what is sent to one and taken from
// another have nothing to do with each other.
func TestBrokenMessagesOverTheAPI(t *testing.T) {
	c := newClocked(t, func(cfg *Config) { cfg.Pending.MessageWait = 20 * time.Second })
	message := func(topic, operation string) map[string]any {
		return map[string]any{
			"messaging.system": "kafka", "messaging.destination.name": topic, "messaging.operation.type": operation,
			"server.address": "broker-0", "server.port": 9092,
		}
	}
	for range 10 {
		c.alone("shop", "java", ptrace.SpanKindProducer, 300*time.Millisecond, time.Millisecond, message("orders", "send"))
		c.alone("billing", "python", ptrace.SpanKindConsumer, 200*time.Millisecond, time.Millisecond, message("orders", "process"))
		c.alone("shop", "java", ptrace.SpanKindProducer, 300*time.Millisecond, time.Millisecond, message("audit", "send"))
		c.alone("mailer", "python", ptrace.SpanKindConsumer, 200*time.Millisecond, time.Millisecond, message("mails", "process"))
		c.pass(time.Second)
	}
	c.pass(5 * time.Minute)
	got := ask[contract.Breaks](c, "/api/v1/breaks", nil)
	require.Len(t, got.Breaks, 1)
	b := got.Breaks[0]
	assert.Equal(t, []any{contract.BreakMessage, "shop", "billing", "kafka:orders", 10.0}, []any{b.Cause, b.Caller.Name, b.Callee.Name, b.Address, b.Calls})
	assert.Equal(t, "otel.instrumentation.kafka.producer-propagation.enabled=true", b.Setting)
	require.Len(t, got.Explained, 1)
	assert.Equal(t, []any{contract.BreakNotInstrumented, "kafka:audit"}, []any{got.Explained[0].Cause, got.Explained[0].Address})
}
