package main

import (
	"encoding/binary"
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// scenario is one bad day.
type scenario struct {
	name, what string
	// spans are sent in all; span n has n+1 as its id, by which the sink knows it.
	spans int
	// bounds of the processor.
	heldSpans, heldMiB int
	// perBatch is the number of spans in a batch.
	perBatch int
	// batch makes spans from to from+n-1.
	batch func(from, n int) ptrace.Traces
}

// scaled is the scenario in a smaller size, bounds included.
func (s scenario) scaled(by float64) scenario {
	s.spans = max(int(float64(s.spans)*by), s.perBatch)
	s.heldSpans = max(int(float64(s.heldSpans)*by), 2*s.perBatch)
	s.heldMiB = max(int(float64(s.heldMiB)*by), 2)
	return s
}

// start of the first span; every span starts a microsecond after the one before.
const start = 1_800_000_000_000_000_000

// each makes a batch of one resource, whose spans are shaped one by one.
func each(shape func(s ptrace.Span, n int)) func(from, n int) ptrace.Traces {
	return func(from, n int) ptrace.Traces {
		td := ptrace.NewTraces()
		spans := resource(td, "shop", "host-1")
		spans.EnsureCapacity(n)
		for i := from; i < from+n; i++ {
			s := spans.AppendEmpty()
			basic(s, i)
			shape(s, i)
		}
		return td
	}
}

func resource(td ptrace.Traces, service, host string) ptrace.SpanSlice {
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	rs.Resource().Attributes().PutStr("host.name", host)
	return rs.ScopeSpans().AppendEmpty().Spans()
}

// basic makes span n a root of a trace of its own, of a server.
func basic(s ptrace.Span, n int) {
	s.SetTraceID(traceID(n))
	s.SetSpanID(spanID(n))
	s.SetKind(ptrace.SpanKindServer)
	s.SetName("GET /orders/{id}")
	s.SetStartTimestamp(pcommon.Timestamp(start + n*1000))
	s.SetEndTimestamp(pcommon.Timestamp(start + n*1000 + 1_000_000))
	a := s.Attributes()
	a.EnsureCapacity(8)
	a.PutStr("http.request.method", "GET")
	a.PutStr("http.route", "/orders/{id}")
	a.PutInt("http.response.status_code", 200)
	a.PutStr("server.address", "shop.internal")
}

// spanID is a span's number plus one: zero is no id.
func spanID(n int) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)+1)
	return id
}

// number is the number of the span with that id.
func number(id pcommon.SpanID) int { return int(binary.BigEndian.Uint64(id[:])) - 1 }

// mix spreads numbers over 64 bits, one to one.
func mix(n uint64) uint64 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// traceID is a distinct trace id for every number.
func traceID(n int) (id pcommon.TraceID) {
	binary.BigEndian.PutUint64(id[:8], mix(uint64(n)+1))
	binary.BigEndian.PutUint64(id[8:], mix(^uint64(n)))
	return id
}

// uuid is a distinct UUID for every number.
func uuid(n int) string {
	id := traceID(n)
	return fmt.Sprintf("%x-%x-4%x-8%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])[:36]
}
