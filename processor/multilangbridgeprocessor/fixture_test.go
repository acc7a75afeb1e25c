package multilangbridgeprocessor

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/metadata"
)

// spec is one span of a test.
type spec struct {
	service    string
	trace      pcommon.TraceID
	id, parent pcommon.SpanID
	kind       ptrace.SpanKind
	start, end int // ms
	attrs      map[string]any
	tracestate string
	links      []spec // trace and id
}

// traces makes a batch with one resource per span, as several services' exports merged.
func traces(tb testing.TB, specs ...spec) ptrace.Traces {
	tb.Helper()
	td := ptrace.NewTraces()
	for _, s := range specs {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", s.service)
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.SetTraceID(s.trace)
		span.SetSpanID(s.id)
		span.SetParentSpanID(s.parent)
		span.SetKind(s.kind)
		span.SetStartTimestamp(pcommon.Timestamp(int64(s.start) * 1e6))
		span.SetEndTimestamp(pcommon.Timestamp(int64(s.end) * 1e6))
		span.TraceState().FromRaw(s.tracestate)
		require.NoError(tb, span.Attributes().FromRaw(s.attrs))
		for _, l := range s.links {
			link := span.Links().AppendEmpty()
			link.SetTraceID(l.trace)
			link.SetSpanID(l.id)
		}
	}
	return td
}

var (
	tidGateway = pcommon.TraceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36}
	tidPre     = pcommon.TraceID{0x11, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x11}
	tidPool    = pcommon.TraceID{0x22, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x22}
	tidEngine  = pcommon.TraceID{0, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x22}
	tidConsole = pcommon.TraceID{0x33, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x33}
)

func sid(n byte) pcommon.SpanID { return pcommon.SpanID{0xf0, 1, 2, 3, 4, 5, 6, n} }

const xTraceID = "0b4c9a1e-77f2-4d3c-9e55-6a7f8b9c0d1e"

// order is one request of the example system as its five SDKs send it: five
// traces. It arrives service by service.
func order(tb testing.TB) []ptrace.Traces {
	tb.Helper()
	ts := "x-trace-id=" + xTraceID
	return []ptrace.Traces{
		traces(tb,
			spec{service: "engine", trace: tidEngine, id: sid(7), parent: sid(6), kind: ptrace.SpanKindServer, start: 31, end: 50},
			spec{service: "engine", trace: tidEngine, id: sid(8), parent: sid(7), kind: ptrace.SpanKindClient, start: 32, end: 49}),
		traces(tb, spec{service: "reporter", trace: tidEngine, id: sid(9), parent: sid(8), kind: ptrace.SpanKindServer, start: 33, end: 48}),
		traces(tb,
			spec{service: "preprocessing", trace: tidPool, id: sid(5), kind: ptrace.SpanKindInternal, start: 25, end: 60, attrs: map[string]any{"x-trace-id": xTraceID}},
			spec{service: "preprocessing", trace: tidPool, id: sid(6), parent: sid(5), kind: ptrace.SpanKindClient, start: 30, end: 55},
			spec{service: "preprocessing", trace: tidPre, id: sid(3), kind: ptrace.SpanKindServer, start: 20, end: 80, attrs: map[string]any{
				"http.request.header.x_b3_traceid": []any{"4bf92f3577b34da6a3ce929d0e0e4736"},
				"http.request.header.x_b3_spanid":  []any{sid(2).String()},
				"http.request.header.x_trace_id":   []any{xTraceID},
			}},
			spec{service: "preprocessing", trace: tidPre, id: sid(4), parent: sid(3), kind: ptrace.SpanKindProducer, start: 61, end: 70}),
		traces(tb, spec{
			service: "console", trace: tidConsole, id: sid(10), kind: ptrace.SpanKindConsumer, start: 75, end: 76,
			links: []spec{{trace: tidPre, id: sid(4)}},
		}),
		traces(tb,
			spec{service: "gateway", trace: tidGateway, id: sid(1), kind: ptrace.SpanKindServer, start: 0, end: 100, tracestate: ts},
			spec{service: "gateway", trace: tidGateway, id: sid(2), parent: sid(1), kind: ptrace.SpanKindClient, start: 10, end: 90, tracestate: ts}),
	}
}

// sink is a next component that can refuse.
type sink struct {
	consumertest.TracesSink
	mu  sync.Mutex
	err error // guarded by mu
}

func (s *sink) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *sink) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	s.mu.Lock()
	err := s.err
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.TracesSink.ConsumeTraces(ctx, td)
}

// spans are the spans received, by span id; the test fails on a repeated id.
func (s *sink) spans(tb testing.TB) map[pcommon.SpanID]ptrace.Span {
	tb.Helper()
	out := map[pcommon.SpanID]ptrace.Span{}
	for _, td := range s.AllTraces() {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					if _, ok := out[span.SpanID()]; ok { // a look-up: require.NotContains walks the map
						tb.Fatalf("span %v left twice", span.SpanID())
					}
					out[span.SpanID()] = span
				}
			}
		}
	}
	return out
}

// start makes and starts a bridge; it is shut down with the test.
func start(tb testing.TB, next consumer.Traces, edit func(*Config)) (*bridge, *componenttest.Telemetry) {
	tb.Helper()
	b, tel, _ := startLogged(tb, next, edit)
	return b, tel
}

// startLogged is start with what the bridge logs.
func startLogged(tb testing.TB, next consumer.Traces, edit func(*Config)) (*bridge, *componenttest.Telemetry, *observer.ObservedLogs) {
	tb.Helper()
	core, logs := observer.New(zap.WarnLevel)
	cfg := createDefaultConfig().(*Config)
	if edit != nil {
		edit(cfg)
	}
	tel := componenttest.NewTelemetry()
	set := processortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	set.Logger = zap.New(core)
	b, err := newBridge(set, cfg, next)
	require.NoError(tb, err)
	require.NoError(tb, b.Start(context.Background(), componenttest.NewNopHost()))
	tb.Cleanup(func() {
		require.NoError(tb, b.Shutdown(context.Background()))
		require.NoError(tb, tel.Shutdown(context.Background()))
	})
	return b, tel, logs
}
