package main

import (
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Bounds of most scenarios: room for a few seconds of a middling system.
const (
	heldSpans = 100_000
	heldMiB   = 64
	perBatch  = 1000
)

func scenarios() []scenario {
	day := func(name, what string, spans int, batch func(from, n int) ptrace.Traces) scenario {
		return scenario{name, what, spans, heldSpans, heldMiB, perBatch, batch}
	}
	link := day("one_link", "100,000 traces, each a consumer that links to the same producer", 100_000, each(oneLink))
	link.heldSpans = 2 * link.spans // all are there at once
	state := day("long_tracestate", "every span has a tracestate of 32 KiB with a key in it", 100_000, each(longTracestate))
	state.perBatch = 20
	clocks := day("clocks_apart", "calls between 5,000 pairs of hosts whose clocks are an hour apart", 1_000_000, clocksApart)
	clocks.perBatch = 100 // each from one pair of hosts
	events := day("empty_events", "every span has a hundred empty events: 402 bytes encoded, 8 KiB in memory", 200_000, each(func(s ptrace.Span, _ int) {
		for range 100 {
			s.Events().AppendEmpty()
		}
	}))
	events.perBatch = 100
	return []scenario{
		day("equal_placeholder", `every span has the key "unknown"`, 1_000_000, each(func(s ptrace.Span, _ int) {
			s.Attributes().PutStr("x-trace-id", "unknown")
		})),
		day("equal_uuid", "every span has one and the same UUID as its key and request id", 1_000_000, each(func(s ptrace.Span, _ int) {
			s.Attributes().PutStr("x-trace-id", uuid(1))
			s.Attributes().PutEmptySlice("http.request.header.x-request-id").AppendEmpty().SetStr(uuid(2))
		})),
		day("distinct_keys", "10 million distinct keys", 10_000_000, each(func(s ptrace.Span, n int) {
			s.Attributes().PutStr("x-trace-id", uuid(n))
		})),
		day("distinct_traces", "5 million traces of one span", 5_000_000, each(func(ptrace.Span, int) {})),
		day("one_trace", "one trace of a million spans", 1_000_000, each(func(s ptrace.Span, n int) {
			s.SetTraceID(traceID(0))
			if n > 0 {
				s.SetParentSpanID(spanID((n - 1) / 8))
				s.SetKind(ptrace.SpanKindInternal)
			}
		})),
		clocks,
		day("storm", "ten times the room at once", 10*heldSpans, each(func(s ptrace.Span, n int) {
			for i := range 6 {
				s.Attributes().PutStr("app.attribute."+strconv.Itoa(i), "value "+strconv.Itoa(n))
			}
		})),
		link,
		day("one_low_half", "every trace id has zero as its low half, as right-padded 64-bit ids do", 1_000_000, each(func(s ptrace.Span, _ int) {
			id := s.TraceID()
			clear(id[8:])
			s.SetTraceID(id)
		})),
		state,
		events,
	}
}

// oneLink makes span 0 a producer and all others consumers that link to it.
func oneLink(s ptrace.Span, n int) {
	if n == 0 {
		s.SetKind(ptrace.SpanKindProducer)
		return
	}
	s.SetKind(ptrace.SpanKindConsumer)
	l := s.Links().AppendEmpty()
	l.SetTraceID(traceID(0))
	l.SetSpanID(spanID(0))
}

// longTracestate is what a hostile client sends; the member in front is a key.
func longTracestate(s ptrace.Span, n int) {
	s.TraceState().FromRaw("x-trace-id=" + uuid(n) + ",pad=" + strings.Repeat("p", 32<<10))
}

// clocksApart makes calls in two traces, one of them under half its id: the callee's
// host is an hour ahead of the caller's.
func clocksApart(from, n int) ptrace.Traces {
	const pairs, hour = 5_000, 3_600_000_000_000
	host := "host-" + strconv.Itoa(from/n%pairs)
	td := ptrace.NewTraces()
	callers, callees := resource(td, "shop", host+"-a"), resource(td, "stock", host+"-b")
	for i := from; i < from+n; i++ {
		id := traceID(i / 2)
		if i%2 == 0 {
			s := callers.AppendEmpty()
			basic(s, i)
			s.SetTraceID(id)
			s.SetKind(ptrace.SpanKindClient)
			s.SetEndTimestamp(s.StartTimestamp() + 2_000_000)
			continue
		}
		clear(id[:8])
		s := callees.AppendEmpty()
		basic(s, i)
		s.SetTraceID(id)
		s.SetParentSpanID(spanID(i - 1))
		s.SetStartTimestamp(s.StartTimestamp() + hour)
		s.SetEndTimestamp(s.EndTimestamp() + hour)
	}
	return td
}
