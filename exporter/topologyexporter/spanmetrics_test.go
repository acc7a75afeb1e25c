package topologyexporter

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// namedSpans are spans of one service, which only span metrics look at.
func namedSpans(service string, add func(ptrace.SpanSlice)) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	if service != "" {
		rs.Resource().Attributes().PutStr("service.name", service)
	}
	add(rs.ScopeSpans().AppendEmpty().Spans())
	td.MarkReadOnly()
	return td
}

func addNamed(spans ptrace.SpanSlice, name string, kind ptrace.SpanKind, status ptrace.StatusCode, d time.Duration) {
	s := spans.AppendEmpty()
	start := time.Now()
	s.SetName(name)
	s.SetTraceID(traceID(uint64(spans.Len())))
	s.SetSpanID(spanID(uint64(spans.Len())))
	s.SetKind(kind)
	s.Status().SetCode(status)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(d)))
}

// spanLines are the counters of span metrics as text.
func spanLines(t *testing.T, e *topologyExporter) []string {
	t.Helper()
	lines := []string{}
	for line := range strings.Lines(bodyOf(t, get(t, e, "/metrics"))) {
		if rest, ok := strings.CutPrefix(line, "traces_spanmetrics_calls_total"); ok {
			lines = append(lines, strings.TrimSpace(rest))
		}
	}
	return lines
}

func TestSpanMetrics(t *testing.T) {
	e := newTest(t, func(c *Config) { c.Metrics.MaxSpanNames = 2 })
	const client, server, consumer = ptrace.SpanKindClient, ptrace.SpanKindServer, ptrace.SpanKindConsumer
	td := namedSpans("cart", func(spans ptrace.SpanSlice) {
		addNamed(spans, "GET /cart", server, ptrace.StatusCodeUnset, 30*time.Millisecond)
		addNamed(spans, "GET /cart", server, ptrace.StatusCodeUnset, 70*time.Millisecond)
		addNamed(spans, "GET /cart", server, ptrace.StatusCodeError, time.Second)
		addNamed(spans, "orders process", consumer, ptrace.StatusCodeOk, time.Second)
		addNamed(spans, "GET", client, ptrace.StatusCodeUnset, time.Second)
		addNamed(spans, "one too many", server, ptrace.StatusCode(77), time.Second)
	})
	require.NoError(t, e.consumeTraces(t.Context(), td))
	require.NoError(t, e.consumeTraces(t.Context(), namedSpans("", func(spans ptrace.SpanSlice) {
		addNamed(spans, "bad\xffutf8", server, ptrace.StatusCodeUnset, time.Second)
	})))
	assert.Equal(t, []string{
		`{service="cart",span_kind="SPAN_KIND_SERVER",span_name="GET /cart",status_code="STATUS_CODE_UNSET"} 2`,
		`{service="cart",span_kind="SPAN_KIND_SERVER",span_name="GET /cart",status_code="STATUS_CODE_ERROR"} 1`,
		`{service="cart",span_kind="SPAN_KIND_SERVER",span_name="__overflow__",status_code="STATUS_CODE_UNSET"} 1`,
		`{service="cart",span_kind="SPAN_KIND_CONSUMER",span_name="orders process",status_code="STATUS_CODE_OK"} 1`,
		"{service=\"unidentified\",span_kind=\"SPAN_KIND_SERVER\",span_name=\"bad\uFFFDutf8\",status_code=\"STATUS_CODE_UNSET\"} 1",
	}, spanLines(t, e))
	for _, m := range gathered(t, e)["traces_spanmetrics_latency"].GetMetric() {
		if strings.Contains(labelsOf(m), "GET /cart") && strings.Contains(labelsOf(m), "UNSET") {
			assert.InDelta(t, 0.1, m.GetHistogram().GetSampleSum(), 1e-6)
			assert.Equal(t, uint64(2), m.GetHistogram().GetSampleCount())
		}
	}
}

func TestSpanMetricsOff(t *testing.T) {
	e := newTest(t, func(c *Config) { c.Metrics.SpanMetrics = false })
	consume(t, e, aCallsB()...)
	assert.Empty(t, spanLines(t, e))
}
