package gen

import (
	"encoding/binary"
	"iter"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Renew turns a batch into generation n of itself: traces, spans and messages
// never seen before, otherwise unchanged. Spans of one trace stay together, also
// when they are in different batches that get the same n.
func Renew(td ptrace.Traces, n uint64) {
	mask := mix(n)
	for s := range eachSpan(td) {
		renewSpan(s, n, mask)
	}
}

func eachSpan(td ptrace.Traces) iter.Seq[ptrace.Span] {
	return func(yield func(ptrace.Span) bool) {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

func renewSpan(s ptrace.Span, n, mask uint64) {
	s.SetTraceID(renewTrace(s.TraceID(), n))
	s.SetSpanID(renewID(s.SpanID(), mask))
	s.SetParentSpanID(renewID(s.ParentSpanID(), mask))
	for _, l := range s.Links().All() {
		l.SetTraceID(renewTrace(l.TraceID(), n))
		l.SetSpanID(renewID(l.SpanID(), mask))
	}
	if s.Kind() == ptrace.SpanKindProducer || s.Kind() == ptrace.SpanKindConsumer {
		if v, ok := s.Attributes().Get(offsetKey); ok {
			v.SetInt(v.Int() + int64(n)<<24)
		}
	}
}

// renewTrace is a bijection of the low half for every n, so no two traces fall together.
func renewTrace(t pcommon.TraceID, n uint64) pcommon.TraceID {
	low := mix(binary.BigEndian.Uint64(t[8:]) + n)
	binary.BigEndian.PutUint64(t[8:], low)
	binary.BigEndian.PutUint64(t[:8], mix(low))
	return t
}

func renewID(s pcommon.SpanID, mask uint64) pcommon.SpanID {
	if s.IsEmpty() {
		return s // a root stays a root
	}
	binary.BigEndian.PutUint64(s[:], binary.BigEndian.Uint64(s[:])^mask)
	return s
}

// mix is the finaliser of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
