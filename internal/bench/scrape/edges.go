package scrape

import (
	"encoding/binary"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const (
	// callers share the edges: each calls edges/callers services.
	callers = 100
	// callsPerEdge are of different durations, so that histograms are filled.
	callsPerEdge = 4
	// edgesPerBatch keeps the requests of a usual size.
	edgesPerBatch = 100
)

// batches are the calls over so many edges, each call a client and a server span.
func batches(edges int, now time.Time) []ptrace.Traces {
	var out []ptrace.Traces
	var trace uint64
	for first := 0; first < edges; first += edgesPerBatch {
		td := ptrace.NewTraces()
		for edge := first; edge < min(first+edgesPerBatch, edges); edge++ {
			client := spansOf(td, "client-"+strconv.Itoa(edge%callers), "java")
			server := spansOf(td, "server-"+strconv.Itoa(edge/callers), "go")
			for call := range callsPerEdge {
				trace++
				took := time.Duration(edge%97+1) * time.Millisecond << call
				addSpan(client, trace, 1, 0, ptrace.SpanKindClient, now, took+2*time.Millisecond)
				addSpan(server, trace, 2, 1, ptrace.SpanKindServer, now.Add(time.Millisecond), took)
			}
		}
		out = append(out, td)
	}
	return out
}

func spansOf(td ptrace.Traces, service, language string) ptrace.SpanSlice {
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	rs.Resource().Attributes().PutStr("telemetry.sdk.language", language)
	return rs.ScopeSpans().AppendEmpty().Spans()
}

func addSpan(spans ptrace.SpanSlice, trace, id, parent uint64, kind ptrace.SpanKind, start time.Time, took time.Duration) {
	s := spans.AppendEmpty()
	var traceID pcommon.TraceID
	binary.BigEndian.PutUint64(traceID[8:], trace)
	s.SetTraceID(traceID)
	s.SetSpanID(spanID(id))
	if parent != 0 {
		s.SetParentSpanID(spanID(parent))
	}
	s.SetKind(kind)
	s.SetName("GET /")
	s.Attributes().PutStr("http.request.method", "GET")
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(start.Add(-time.Second)))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(took - time.Second)))
}

func spanID(n uint64) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], n)
	return id
}
