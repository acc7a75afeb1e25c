package topologyexporter

import (
	"encoding/binary"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// row is one span of the benchmark's trace: 12 spans over 5 services in 5 languages,
// with the attributes that SDKs send, of present and earlier conventions.
type row struct {
	service, parent int // parent 0 is a root, n the n-th row
	kind            ptrace.SpanKind
	start, end      time.Duration
	attrs           func(pcommon.Map)
}

func httpAttrs(present bool, host string) func(pcommon.Map) {
	return func(a pcommon.Map) {
		if present {
			a.PutStr("http.request.method", "POST")
			a.PutStr("url.full", "http://"+host+":8080/v1/orders/17")
			a.PutInt("http.response.status_code", 200)
			a.PutStr("server.address", host)
			a.PutInt("server.port", 8080)
			a.PutStr("network.peer.address", "10.0.3.17")
		} else {
			a.PutStr("http.method", "POST")
			a.PutStr("http.target", "/v1/orders/17")
			a.PutInt("http.status_code", 200)
			a.PutStr("net.peer.name", host)
			a.PutInt("net.peer.port", 8080)
			a.PutStr("net.sock.peer.addr", "10.0.3.17")
		}
		a.PutStr("network.protocol.version", "1.1")
		a.PutStr("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36")
		a.PutStr("enduser.id", "4711")
		a.PutInt("thread.id", 17)
		a.PutStr("thread.name", "worker-17")
		a.PutInt("http.request.body.size", 512)
	}
}

func stringAttrs(pairs ...string) func(pcommon.Map) {
	return func(a pcommon.Map) {
		for i := 0; i < len(pairs); i += 2 {
			a.PutStr(pairs[i], pairs[i+1])
		}
		for i := len(pairs) / 2; i < 12; i++ {
			a.PutStr("app.order.detail."+strconv.Itoa(i), "value")
		}
	}
}

func benchmarkTrace() []row {
	const internal, server, client, producer, consumer = ptrace.SpanKindInternal, ptrace.SpanKindServer, ptrace.SpanKindClient, ptrace.SpanKindProducer, ptrace.SpanKindConsumer
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	kafka := stringAttrs("messaging.system", "kafka", "messaging.destination.name", "orders", "messaging.operation.type", "send", "server.address", "kafka-0")
	grpc := stringAttrs("rpc.system", "grpc", "rpc.service", "shop.Inventory", "rpc.method", "Reserve", "server.address", "inventory")
	return []row{
		{0, 0, server, 0, ms(120), httpAttrs(true, "shop.example.com")},
		{0, 1, client, ms(2), ms(118), httpAttrs(true, "checkout")},
		{1, 2, server, ms(4), ms(116), httpAttrs(true, "checkout")},
		{1, 3, internal, ms(5), ms(8), stringAttrs("code.function.name", "order.Prepare")},
		{1, 3, client, ms(10), ms(50), httpAttrs(true, "payment")},
		{2, 5, server, ms(12), ms(47), httpAttrs(false, "payment")},
		{2, 6, client, ms(15), ms(35), stringAttrs("db.system", "postgresql", "db.name", "payments", "net.peer.name", "pg", "db.statement", "SELECT 1")},
		{1, 3, producer, ms(55), ms(57), kafka},
		{3, 8, consumer, ms(80), ms(110), kafka},
		{1, 3, client, ms(60), ms(85), grpc},
		{4, 10, server, ms(62), ms(82), grpc},
		{4, 11, client, ms(64), ms(67), stringAttrs("db.system.name", "redis", "db.namespace", "0", "server.address", "redis-0")},
	}
}

// benchmarkBatch is a request of whole traces as it is after decoding.
func benchmarkBatch(tb testing.TB, traces int) ptrace.Traces {
	tb.Helper()
	services := []struct{ name, language string }{
		{"frontend", "nodejs"}, {"checkout", "go"}, {"payment", "java"}, {"fraud", "python"}, {"inventory", "dotnet"},
	}
	rows := benchmarkTrace()
	start := time.Now()
	td := ptrace.NewTraces()
	for s, service := range services {
		rs := td.ResourceSpans().AppendEmpty()
		a := rs.Resource().Attributes()
		a.PutStr("service.name", service.name)
		a.PutStr("service.namespace", "shop")
		a.PutStr("service.instance.id", "6f1c2d3e-4a5b-8c9d")
		a.PutStr("telemetry.sdk.language", service.language)
		a.PutStr("telemetry.sdk.name", "opentelemetry")
		a.PutStr("telemetry.sdk.version", "1.38.0")
		a.PutStr("host.name", "ip-10-0-17-203")
		spans := rs.ScopeSpans().AppendEmpty().Spans()
		for trace := range traces {
			for i, r := range slices.Backward(rows) {
				if r.service != s {
					continue
				}
				span := spans.AppendEmpty()
				span.SetTraceID(traceID(uint64(trace + 1)))
				span.SetSpanID(spanID(uint64(trace*16 + i + 1)))
				if r.parent > 0 {
					span.SetParentSpanID(spanID(uint64(trace*16 + r.parent)))
				}
				span.SetKind(r.kind)
				span.SetStartTimestamp(pcommon.NewTimestampFromTime(start.Add(r.start)))
				span.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(r.end)))
				r.attrs(span.Attributes())
			}
		}
	}
	wire, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	require.NoError(tb, err)
	td, err = (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(wire)
	require.NoError(tb, err)
	return td
}

// restamp makes the traces of a batch new ones.
func restamp(td ptrace.Traces, n uint64) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				id := span.TraceID()
				binary.BigEndian.PutUint64(id[:8], n)
				span.SetTraceID(id)
			}
		}
	}
}

// BenchmarkConsume reports nanoseconds a span for reading decoded requests of 2040
// spans into the graph; the default bound of remembered spans is reached.
func BenchmarkConsume(b *testing.B) {
	e := newTest(b, nil)
	batches := make([]ptrace.Traces, 4)
	for i := range batches {
		batches[i] = benchmarkBatch(b, 170)
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		td := batches[n%len(batches)]
		n++
		restamp(td, uint64(n))
		if err := e.consumeTraces(b.Context(), td); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*batches[0].SpanCount()), "ns/span")
}
