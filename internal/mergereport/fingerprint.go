package main

import (
	"hash/maphash"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// written is the prefix of the attributes that the processor may add.
const written = "polyspan."

// inferredPrefix begins the evidence whose joins carry a confidence below 1.
const inferredPrefix = "inferred."

var printSeed = maphash.MakeSeed()

// eachSpan visits the spans of a batch with a hash of their resource and scope.
func eachSpan(td ptrace.Traces, visit func(around uint64, span ptrace.Span)) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			var h maphash.Hash
			h.SetSeed(printSeed)
			h.WriteString(rs.SchemaUrl())
			hashMap(&h, rs.Resource().Attributes())
			h.WriteString(ss.Scope().Name())
			around := h.Sum64()
			for _, span := range ss.Spans().All() {
				visit(around, span)
			}
		}
	}
}

// fingerprint hashes all of a span but its ids, the attributes that the processor
// adds, the ids of its links, which follow their targets, and links beyond the first n.
func fingerprint(around uint64, span ptrace.Span, links int) uint64 {
	var h maphash.Hash
	h.SetSeed(printSeed)
	hashNumber(&h, around)
	h.WriteString(span.Name())
	h.WriteString(span.TraceState().AsRaw())
	hashNumber(&h, uint64(span.Kind()))
	hashNumber(&h, uint64(span.Flags()))
	hashNumber(&h, uint64(span.StartTimestamp()))
	hashNumber(&h, uint64(span.EndTimestamp()))
	hashNumber(&h, uint64(span.Status().Code()))
	h.WriteString(span.Status().Message())
	hashMap(&h, span.Attributes())
	for _, e := range span.Events().All() {
		h.WriteString(e.Name())
		hashNumber(&h, uint64(e.Timestamp()))
		hashMap(&h, e.Attributes())
	}
	for i := range min(links, span.Links().Len()) {
		hashMap(&h, span.Links().At(i).Attributes())
	}
	hashNumber(&h, uint64(min(links, span.Links().Len())))
	return h.Sum64()
}

func hashNumber(h *maphash.Hash, n uint64) {
	maphash.WriteComparable(h, n)
}

func hashMap(h *maphash.Hash, m pcommon.Map) {
	for k, v := range m.All() {
		if strings.HasPrefix(k, written) {
			continue
		}
		h.WriteString(k)
		switch v.Type() {
		case pcommon.ValueTypeStr:
			h.WriteString(v.Str())
		case pcommon.ValueTypeInt:
			hashNumber(h, uint64(v.Int()))
		default:
			h.WriteString(v.AsString())
		}
		h.WriteByte(byte(v.Type()))
	}
}

func outcomeOf(span ptrace.Span) outcome {
	o := outcome{trace: span.TraceID(), id: span.SpanID(), parent: span.ParentSpanID()}
	if v, ok := span.Attributes().Get(contract.AttrMergeEvidence); ok {
		o.evidence = v.Str()
	}
	if v, ok := span.Attributes().Get(contract.AttrMergeRefused); ok {
		o.refused = v.Str()
	}
	if v, ok := span.Attributes().Get(contract.AttrMergeSuspect); ok {
		o.suspect = v.Str() == string(contract.SuspectContextLeak)
	}
	return o
}

// changed says what about a span is not as it must be, "" if nothing: content that
// changed, and traces of the change that are missing.
func (t *spanTruth) changed(around uint64, span ptrace.Span, o outcome) string {
	attrs := span.Attributes()
	is := func(key, want string) bool {
		v, ok := attrs.Get(key)
		return ok && v.AsString() == want
	}
	switch {
	case fingerprint(around, span, t.links) != t.print:
		return "M14: content changed"
	case o.trace != t.trace && !is(contract.AttrMergeOriginalTraceID, t.trace.String()):
		return "moved without " + contract.AttrMergeOriginalTraceID
	case o.parent != t.parent && !t.parent.IsEmpty() && !is(contract.AttrMergeOriginalParentSpanID, t.parent.String()):
		return "re-parented without " + contract.AttrMergeOriginalParentSpanID
	case o.evidence != "" && !o.inferred() && !is(contract.AttrMergeConfidence, "1"):
		return "exact evidence with another confidence than 1"
	default:
		return ""
	}
}
