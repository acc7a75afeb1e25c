package topologyexporter

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configmiddleware"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/metadata"
)

// newTest makes an exporter that is not started; its clock can be set.
func newTest(tb testing.TB, change func(*Config)) *topologyExporter {
	tb.Helper()
	return newTestWith(tb, exportertest.NewNopSettings(metadata.Type), change)
}

func newTestWith(tb testing.TB, set exporter.Settings, change func(*Config)) *topologyExporter {
	tb.Helper()
	return newTestAt(tb, set, time.Now, change)
}

func newTestAt(tb testing.TB, set exporter.Settings, now func() time.Time, change func(*Config)) *topologyExporter {
	tb.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.ServerConfig.NetAddr.Endpoint = "localhost:0"
	cfg.StreamInterval = 100 * time.Millisecond
	if change != nil {
		change(cfg)
	}
	e, err := newExporter(cfg, set, now)
	require.NoError(tb, err)
	return e
}

// startTest starts the exporter and gives its address.
func startTest(tb testing.TB, e *topologyExporter) string {
	tb.Helper()
	require.NoError(tb, e.start(tb.Context(), componenttest.NewNopHost()))
	tb.Cleanup(func() { assert.NoError(tb, e.shutdown(context.WithoutCancel(tb.Context()))) })
	return "http://" + e.server.addr.String()
}

// testSpan is a span as tests write it.
type testSpan struct {
	service, language string
	version           string // of the service
	kind              ptrace.SpanKind
	trace             uint64 // 0 is 1
	id, parent        uint64
	attrs             map[string]any
	status            ptrace.StatusCode
	tracestate        string
	links             []uint64 // span ids in trace 1
	mergedLinks       bool     // the merge processor added the links
	start             time.Time
	duration          time.Duration
}

func tracesOf(tb testing.TB, spans ...testSpan) ptrace.Traces {
	tb.Helper()
	td := ptrace.NewTraces()
	for _, s := range spans {
		rs := td.ResourceSpans().AppendEmpty()
		if s.service != "" {
			rs.Resource().Attributes().PutStr("service.name", s.service)
			rs.Resource().Attributes().PutStr("telemetry.sdk.language", s.language)
			if s.version != "" {
				rs.Resource().Attributes().PutStr("service.version", s.version)
			}
		}
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.SetTraceID(traceID(max(s.trace, 1)))
		span.SetSpanID(spanID(s.id))
		if s.parent != 0 {
			span.SetParentSpanID(spanID(s.parent))
		}
		span.SetKind(s.kind)
		span.Status().SetCode(s.status)
		span.TraceState().FromRaw(s.tracestate)
		if s.start.IsZero() {
			s.start = time.Now()
		}
		if s.duration == 0 {
			s.duration = 10 * time.Millisecond
		}
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(s.start))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(s.start.Add(s.duration)))
		require.NoError(tb, span.Attributes().FromRaw(s.attrs))
		for _, id := range s.links {
			l := span.Links().AppendEmpty()
			l.SetTraceID(traceID(1))
			l.SetSpanID(spanID(id))
			if s.mergedLinks {
				l.Attributes().PutStr(contract.AttrMergeEvidence, "identity.header.b3")
			}
		}
	}
	td.MarkReadOnly()
	return td
}

func traceID(n uint64) (id pcommon.TraceID) {
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

func spanID(n uint64) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], n)
	return id
}

func consume(tb testing.TB, e *topologyExporter, spans ...testSpan) {
	tb.Helper()
	require.NoError(tb, e.consumeTraces(tb.Context(), tracesOf(tb, spans...)))
}

// call is a call from a (Java) to b (Go).
func aCallsB() []testSpan {
	return []testSpan{
		{service: "a", language: "java", kind: ptrace.SpanKindClient, id: 1, attrs: map[string]any{"http.request.method": "GET"}},
		{service: "b", language: "go", kind: ptrace.SpanKindServer, id: 2, parent: 1, attrs: map[string]any{"http.request.method": "GET"}},
	}
}

// drawn is the present graph, an edge a line.
func drawn(e *topologyExporter) []string {
	lines := []string{}
	for _, d := range e.snapshot(e.now()).Edges {
		line := fmt.Sprintf("%s (%s) -> %s (%s) %s %s", d.Source, d.ClientLanguage, d.Target, d.ServerLanguage, d.Transport, d.Relation)
		if d.ErrorRatio != nil && *d.ErrorRatio > 0 {
			line += " failed"
		}
		if v := d.Evidence; v != nil {
			line += fmt.Sprintf(" %g/%g/%g", v.Propagated, v.Joined, v.Inferred)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestConsume(t *testing.T) {
	const client, server, producer, consumer = ptrace.SpanKindClient, ptrace.SpanKindServer, ptrace.SpanKindProducer, ptrace.SpanKindConsumer
	kafka := map[string]any{"messaging.system": "kafka", "messaging.destination": "orders"}
	tests := []struct {
		name  string
		spans []testSpan
		want  []string
	}{
		{"a call between two languages", aCallsB(), []string{"a (java) -> b (go) http call 1/0/0"}},
		{
			"a root server",
			[]testSpan{{service: "a", language: "java", kind: server, id: 1, attrs: map[string]any{"http.method": "GET"}}},
			[]string{"user () -> a (java) http call 1/0/0"},
		},
		{
			"no service.name",
			[]testSpan{{kind: server, id: 1}},
			[]string{"user () -> unidentified () unknown call 1/0/0"},
		},
		{
			"a message by link from another trace",
			[]testSpan{
				{service: "a", kind: producer, id: 1, attrs: kafka},
				{service: "b", kind: consumer, trace: 2, id: 2, attrs: kafka, links: []uint64{1}},
			},
			[]string{"a () -> b () kafka message 1/0/0"},
		},
		{
			"a server span that the merge processor linked to its caller",
			[]testSpan{
				{service: "a", kind: client, id: 1},
				{service: "b", kind: server, trace: 2, id: 2, links: []uint64{1}, mergedLinks: true, attrs: map[string]any{contract.AttrMergeEvidence: "identity.header.b3"}},
			},
			[]string{"a () -> b () unknown call 0/1/0"},
		},
		{
			"a link of a server span that nobody vouches for",
			[]testSpan{{service: "b", kind: server, trace: 2, id: 2, links: []uint64{1}}},
			[]string{"user () -> b () unknown call 1/0/0"},
		},
		{
			"the lane of the bridge",
			[]testSpan{
				{service: "a", kind: client, id: 1, attrs: map[string]any{contract.AttrLane: "arrow_ipc", "rpc.system": "grpc"}},
				{service: "b", kind: server, id: 2, parent: 1},
			},
			[]string{"a () -> b () arrow_ipc call 1/0/0"},
		},
		{
			"evidence of the merge processor, and a sampling threshold",
			[]testSpan{
				{service: "a", kind: client, id: 1},
				{service: "b", kind: server, id: 2, parent: 1, attrs: map[string]any{contract.AttrMergeEvidence: string(contract.EvidenceHeaderB3)}, tracestate: "ot=th:8"},
				{service: "b", kind: server, id: 3, parent: 1, attrs: map[string]any{contract.AttrMergeEvidence: "inferred.timing"}},
			},
			[]string{"a () -> b () unknown call 0/2/1"},
		},
		{
			"failed by status",
			[]testSpan{{service: "a", kind: server, id: 1, status: ptrace.StatusCodeError}},
			[]string{"user () -> a () unknown call failed 1/0/0"},
		},
		{
			"T6: failed by the HTTP status code, for want of a status",
			[]testSpan{{service: "a", kind: server, id: 1, attrs: map[string]any{"http.status_code": 503}}},
			[]string{"user () -> a () http call failed 1/0/0"},
		},
		{
			"T6: the status comes first",
			[]testSpan{{service: "a", kind: server, id: 1, status: ptrace.StatusCodeOk, attrs: map[string]any{"http.status_code": 503}}},
			[]string{"user () -> a () http call 1/0/0"},
		},
		{
			"T6: failed by the gRPC status code, as a number and as a name",
			[]testSpan{
				{service: "a", kind: server, id: 1, attrs: map[string]any{"rpc.system": "grpc", "rpc.grpc.status_code": 13}},
				{service: "b", kind: server, id: 2, attrs: map[string]any{"rpc.system.name": "grpc", "rpc.response.status_code": "UNAVAILABLE"}},
				{service: "c", kind: server, id: 3, attrs: map[string]any{"rpc.system.name": "grpc", "rpc.response.status_code": "NOT_FOUND"}},
			},
			[]string{"user () -> a () grpc call failed 1/0/0", "user () -> b () grpc call failed 1/0/0", "user () -> c () grpc call 1/0/0"},
		},
		{
			"kinds that OTLP does not know",
			[]testSpan{{service: "a", kind: 77, id: 1}, {service: "a", kind: -1, id: 2}},
			[]string{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := newTest(t, nil)
			consume(t, e, tt.spans...)
			assert.Equal(t, tt.want, drawn(e))
		})
	}
}

func TestBatchesLargerThanTheBuffer(t *testing.T) {
	e := newTest(t, nil)
	td := ptrace.NewTraces()
	for r := range 3 * batchRuns {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", fmt.Sprint("s", r%7))
		for range 2 {
			ss := rs.ScopeSpans().AppendEmpty()
			for range batchSpans / 16 {
				span := ss.Spans().AppendEmpty()
				span.SetTraceID(traceID(1))
				span.SetSpanID(spanID(uint64(td.SpanCount())))
				span.SetKind(ptrace.SpanKindServer)
			}
		}
	}
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "large")
	ss := rs.ScopeSpans().AppendEmpty()
	for i := range 5 * batchSpans {
		span := ss.Spans().AppendEmpty()
		span.SetTraceID(traceID(2))
		span.SetSpanID(spanID(uint64(i + 1)))
		span.SetKind(ptrace.SpanKindServer)
	}
	require.NoError(t, e.consumeTraces(t.Context(), td))
	s := e.stats()
	assert.Equal(t, uint64(td.SpanCount()), s.Spans)
	assert.Equal(t, uint64(td.SpanCount()), s.Calls)
	assert.Len(t, drawn(e), 8)
}

// The exporter keeps nothing of the pdata: not even the strings.
func TestConsumeKeepsNoPdata(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, aCallsB()...)
	b := e.batches.Get().(*batch)
	assert.Equal(t, batch{links: b.links}, *b)
	assert.Empty(t, b.links)
}

func TestConsumeConcurrently(t *testing.T) {
	e := newTest(t, nil)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				spans := aCallsB()
				spans[0].trace, spans[1].trace = uint64(g*1000+i+1), uint64(g*1000+i+1)
				err := e.consumeTraces(context.Background(), tracesOf(t, spans...))
				_, viewErr := e.views.at(time.Now())
				e.figures()
				assert.NoError(t, errors.Join(err, viewErr))
			}
		})
	}
	wg.Wait()
	assert.Equal(t, uint64(400), e.stats().Calls)
}

func TestBusyPortFailsAtStart(t *testing.T) {
	l, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	defer l.Close()
	e := newTest(t, func(c *Config) { c.ServerConfig.NetAddr.Endpoint = l.Addr().String() })
	require.ErrorContains(t, e.start(t.Context(), componenttest.NewNopHost()), `"endpoint" `+l.Addr().String())
	require.NoError(t, e.shutdown(t.Context()))
}

func TestFailedStartFreesThePort(t *testing.T) {
	e := newTest(t, func(c *Config) {
		c.ServerConfig.NetAddr.Endpoint = freeAddress(t)
		c.ServerConfig.Middlewares = []configmiddleware.Config{{ID: component.MustNewID("missing")}}
	})
	require.Error(t, e.start(t.Context(), componenttest.NewNopHost()))
	l, err := net.Listen("tcp", e.cfg.ServerConfig.NetAddr.Endpoint)
	require.NoError(t, err, "the port is free again")
	require.NoError(t, l.Close())
	require.NoError(t, e.shutdown(t.Context()))
}

func TestShutdownTwiceAndWithoutStart(t *testing.T) {
	e := newTest(t, nil)
	require.NoError(t, e.shutdown(t.Context()))
	e = newTest(t, nil)
	require.NoError(t, e.start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, e.shutdown(t.Context()))
	require.NoError(t, e.shutdown(t.Context()))
}

func freeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	require.NoError(tb, err)
	require.NoError(tb, l.Close())
	return l.Addr().String()
}

// The steady state: known services and edges. The clock stands still, so nothing expires;
// what does not fit is evicted.
func TestConsumeDoesNotAllocatePerSpan(t *testing.T) {
	e := newTest(t, func(c *Config) { c.Pending.Max = 1000 })
	td := benchmarkBatch(t, 10)
	n := uint64(0)
	step := func() {
		n++
		restamp(td, n)
		assert.NoError(t, e.consumeTraces(t.Context(), td))
	}
	for range 100 {
		step()
	}
	// A buffer may be made anew after a garbage collection; that is none a span.
	assert.Less(t, testing.AllocsPerRun(100, step), 3.0)
}
