package e2e

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// spanKey says which span it is, whatever its trace: span ids do not change.
type spanKey struct {
	service string
	id      pcommon.SpanID
}

// span is one span as a sink got it.
type span struct {
	service, language string
	ptrace.Span
	// exact is the span with its resource and scope in protobuf; content is the same
	// without what a merge may change.
	exact, content string
}

func (s span) key() spanKey { return spanKey{s.service, s.SpanID()} }

func spansOf(td ptrace.Traces) ([]span, error) {
	var out []span
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				one, err := newSpan(rs, ss, s)
				if err != nil {
					return nil, err
				}
				out = append(out, one)
			}
		}
	}
	return out, nil
}

func newSpan(rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, s ptrace.Span) (span, error) {
	single := ptrace.NewTraces()
	r := single.ResourceSpans().AppendEmpty()
	rs.Resource().CopyTo(r.Resource())
	r.SetSchemaUrl(rs.SchemaUrl())
	scope := r.ScopeSpans().AppendEmpty()
	ss.Scope().CopyTo(scope.Scope())
	scope.SetSchemaUrl(ss.SchemaUrl())
	own := scope.Spans().AppendEmpty()
	s.CopyTo(own)

	marshal := ptrace.ProtoMarshaler{}
	exact, err := marshal.MarshalTraces(single)
	if err != nil {
		return span{}, err
	}
	removeMerge(own)
	content, err := marshal.MarshalTraces(single)
	if err != nil {
		return span{}, err
	}
	s.CopyTo(own)
	return span{
		service:  text(rs.Resource().Attributes(), "service.name"),
		language: text(rs.Resource().Attributes(), "telemetry.sdk.language"),
		Span:     own, exact: string(exact), content: string(content),
	}, nil
}

// removeMerge takes out all that a merge may change: trace ids (of the span and of
// its links), the parent, and the attributes it adds.
func removeMerge(s ptrace.Span) {
	s.SetTraceID(pcommon.TraceID{})
	s.SetParentSpanID(pcommon.SpanID{})
	for _, link := range s.Links().All() {
		link.SetTraceID(pcommon.TraceID{})
	}
	s.Attributes().RemoveIf(func(key string, _ pcommon.Value) bool {
		return strings.HasPrefix(key, "polyspan.merge.") || strings.HasPrefix(key, "polyspan.clock.")
	})
}

// text is a string attribute, or the first element of a list of strings.
func text(attributes pcommon.Map, key string) string {
	v, ok := attributes.Get(key)
	if !ok {
		return ""
	}
	if v.Type() == pcommon.ValueTypeSlice && v.Slice().Len() > 0 {
		v = v.Slice().At(0)
	}
	return v.Str()
}
