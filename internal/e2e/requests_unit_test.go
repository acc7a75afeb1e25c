package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The tests stand and fall with knowing which span belongs to which request, so that
// is tested by itself, with one request in its five traces as the services send it.
func TestRequestsByTrace(t *testing.T) {
	var (
		gateway = pcommon.TraceID{1: 1, 15: 1}
		prep    = pcommon.TraceID{1: 1, 15: 2}
		pool    = pcommon.TraceID{1: 1, 15: 3}
		engine  = pcommon.TraceID{15: 3} // the low half of pool
		console = pcommon.TraceID{1: 1, 15: 5}
		probe   = pcommon.TraceID{1: 1, 15: 6} // a health check
	)
	td := ptrace.NewTraces()
	add := func(service string, id pcommon.TraceID) ptrace.Span {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", service)
		s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetTraceID(id)
		return s
	}
	add("order-gateway", gateway).TraceState().FromRaw("other=1, x-trace-id=r1")
	add("preprocessing", prep).Attributes().PutEmptySlice("http.request.header.x_trace_id").AppendEmpty().SetStr("r1")
	add("preprocessing", pool).Attributes().PutStr("x-trace-id", "r1")
	add("pricing-engine", engine)
	add("reporter", engine)
	add("console", console).Links().AppendEmpty().SetTraceID(prep)
	add("preprocessing", probe)
	spans, err := spansOf(td)
	require.NoError(t, err)
	assert.Equal(t, map[pcommon.TraceID]requestID{
		gateway: "r1", prep: "r1", pool: "r1", engine: "r1", console: "r1",
	}, requestsByTrace(spans))
}

// What a merge may change is left out of the comparison of contents, and nothing else.
func TestSpanContent(t *testing.T) {
	original := func() (ptrace.Traces, ptrace.Span) {
		td := ptrace.NewTraces()
		s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetTraceID(pcommon.TraceID{1})
		s.SetSpanID(pcommon.SpanID{2})
		s.SetFlags(0x301)
		s.TraceState().FromRaw("x-trace-id=r1")
		s.Attributes().PutStr("polyspan.lane", "arrow_ipc")
		s.Links().AppendEmpty().SetTraceID(pcommon.TraceID{3})
		return td, s
	}
	tests := []struct {
		name   string
		change func(ptrace.Span)
		same   bool
	}{
		{"nothing", func(ptrace.Span) {}, true},
		{"trace id", func(s ptrace.Span) { s.SetTraceID(pcommon.TraceID{9}) }, true},
		{"parent", func(s ptrace.Span) { s.SetParentSpanID(pcommon.SpanID{9}) }, true},
		{"trace id of a link", func(s ptrace.Span) { s.Links().At(0).SetTraceID(pcommon.TraceID{9}) }, true},
		{"evidence", func(s ptrace.Span) { s.Attributes().PutStr("polyspan.merge.evidence", "link") }, true},
		{"span id", func(s ptrace.Span) { s.SetSpanID(pcommon.SpanID{9}) }, false},
		{"flags", func(s ptrace.Span) { s.SetFlags(1) }, false},
		{"trace state", func(s ptrace.Span) { s.TraceState().FromRaw("") }, false},
		{"lane", func(s ptrace.Span) { s.Attributes().PutStr("polyspan.lane", "http") }, false},
		{"span of a link", func(s ptrace.Span) { s.Links().At(0).SetSpanID(pcommon.SpanID{9}) }, false},
		{"another attribute", func(s ptrace.Span) { s.Attributes().PutBool("x", true) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			td, _ := original()
			was, err := spansOf(td)
			require.NoError(t, err)
			td, s := original()
			tt.change(s)
			is, err := spansOf(td)
			require.NoError(t, err)
			assert.Equal(t, tt.same, was[0].content == is[0].content)
		})
	}
}
