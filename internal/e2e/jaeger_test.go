package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// TestJaegerWire sends one request as three services see it: the first has an old
// Jaeger library with 64-bit ids, the second reports the full id through Jaeger's
// agent, and the third speaks OTLP, started a trace of its own and captured the
// uber-trace-id that it did not understand, its zeros left out.
func TestJaegerWire(t *testing.T) {
	ctx := bounded(t)
	r := newWireRig(ctx, t)
	full := pcommon.TraceID{0x48, 0x48, 0x5a, 0x39, 0x53, 0xbb, 0x61, 0x24, 0x00, 0x3a, 0xc3, 0x5c, 0x9f, 0x64, 0x13, 0xad}
	half := full
	clear(half[:8])
	own := pcommon.TraceID{0: 7, 15: 7}
	id := func(n byte) pcommon.SpanID { return pcommon.SpanID{1: 0x20, 7: n} }
	began := time.Now()
	one := func(service, name string, trace pcommon.TraceID, span, parent pcommon.SpanID, kind ptrace.SpanKind, at time.Duration) ptrace.Traces {
		td := ptrace.NewTraces()
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", service)
		s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetName(name)
		s.SetTraceID(trace)
		s.SetSpanID(span)
		s.SetParentSpanID(parent)
		s.SetKind(kind)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(began.Add(at)))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(began.Add(10*time.Millisecond - at)))
		return td
	}
	callee := one("stock", "look up", own, id(4), pcommon.SpanID{}, ptrace.SpanKindServer, 3*time.Millisecond)
	callee.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes().
		PutEmptySlice("http.request.header.uber-trace-id").AppendEmpty().SetStr("48485a3953bb6124003ac35c9f6413ad:20000000000003:0:1")
	body, err := ptraceotlp.NewExportRequestFromTraces(callee).MarshalProto()
	require.NoError(t, err)

	require.Equal(t, http.StatusOK, r.postTraces(ctx, t, body))
	sendJaegerThrift(ctx, t, r, one("shop", "get", half, id(2), id(1), ptrace.SpanKindClient, time.Millisecond))
	sendJaegerGRPC(ctx, t, r, one("gateway", "get", full, id(1), pcommon.SpanID{}, ptrace.SpanKindServer, 0))
	sendJaegerGRPC(ctx, t, r, one("orders", "get", full, id(3), id(2), ptrace.SpanKindClient, 2*time.Millisecond))
	require.NoError(t, r.collector.Stop())

	parents := map[pcommon.SpanID]pcommon.SpanID{}
	for _, s := range r.after.all() {
		assert.Equal(t, full, s.TraceID(), "%s: one trace, in full width", s.service)
		parents[s.SpanID()] = s.ParentSpanID()
	}
	assert.Equal(t, map[pcommon.SpanID]pcommon.SpanID{id(1): {}, id(2): id(1), id(3): id(2), id(4): id(3)}, parents)
}
