package multilangbridgeprocessor

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/header"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// datadog reads _dd.p.tid, the high half of the trace id on the first span of each
// chunk, and _dd.parent_id, the last Datadog span before this one.
func (s *scanner) datadog(name string, value pcommon.Value, index int32, own merge.Span) {
	switch name {
	case "_dd.p.tid":
		if hi, ok := hex64(value.Str()); ok && own.Trace.Hi == 0 {
			s.batch.Hints = append(s.batch.Hints, merge.Hint{Span: index, High: hi})
		}
	case "_dd.parent_id":
		s.vendorParent(value.Str(), index, own)
	}
}

// datadogState reads the dd member of tracestate: p names the last Datadog span.
func (s *scanner) datadogState(value string, index int32, own merge.Span) {
	for field := range strings.SplitSeq(value, ";") {
		if id, ok := strings.CutPrefix(field, "p:"); ok {
			s.vendorParent(id, index, own)
		}
	}
}

// vendorParent claims a parent in the span's own trace, for a span whose parent is elsewhere.
func (s *scanner) vendorParent(id string, index int32, own merge.Span) {
	parent, ok := hex64(id)
	if !ok || parent == own.ID || parent == own.Parent || own.Parent == 0 {
		return
	}
	s.batch.Claims = append(s.batch.Claims, merge.Claim{Span: index, Evidence: merge.EvidenceVendor, Target: own.Trace, Parent: parent})
}

// hex64 reads 16 hex digits that are not all zero.
func hex64(s string) (uint64, bool) {
	if len(s) != 16 {
		return 0, false
	}
	hi, lo, ok := header.ParseTraceID(s)
	return lo, ok && hi == 0
}
