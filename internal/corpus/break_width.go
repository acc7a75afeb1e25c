package corpus

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/contract"
)

// widthBreaks are traces whose id arrives in two widths.
func widthBreaks() []*Break {
	return []*Break{
		{
			Name: "width.64", Note: "the callee kept the low 64 bits of the trace id; its parent is in the full trace (M1)",
			open: func(x *surgery, b *broken) bool { return x.narrow(b.at, lowOnly) },
			mark: func(x *surgery, b *broken) { x.edge(b, JoinParent, contract.EvidenceWidth) },
		},
		{
			Name: "width.128", Note: "the caller exports the low 64 bits only, the callee the full id; its parent is in the half trace (M1)",
			open: openUpperNarrow,
			mark: func(x *surgery, b *broken) { x.edge(b, JoinParent, contract.EvidenceWidth) },
		},
		{
			Name: "width.64.rootless", Note: "as width.64, but the callee forgot its parent: the one full id with that half is its trace (M1)",
			open: func(x *surgery, b *broken) bool {
				ok := x.narrow(b.at, lowOnly)
				x.span(b.at).Parent = pcommon.SpanID{}
				return ok
			},
			mark: markRootless,
		},
		{
			Name: "width.rightpad", Note: "an old exporter padded the 64-bit id on the right: the low half is zero",
			open: func(x *surgery, b *broken) bool { return x.narrow(b.at, rightPadded) },
			mark: func(x *surgery, b *broken) { x.edge(b, JoinParent, contract.EvidenceWidth) },
		},
	}
}

// markRootless asks for nothing where another span of the narrow trace names a
// parent that was never exported: then M1 wants a hit.
func markRootless(x *surgery, b *broken) {
	want, evidence := JoinTrace, contract.EvidenceWidth
	for i := range x.c.Spans {
		s := x.span(int32(i))
		if s.TraceID == x.span(b.at).TraceID && !s.Parent.IsEmpty() && s.Up >= 0 && x.span(s.Up).Copies == 0 {
			want, evidence = JoinNone, ""
		}
	}
	x.edge(b, want, evidence)
}

func lowOnly(id pcommon.TraceID) pcommon.TraceID     { return joinID(0, lowHalf(id)) }
func rightPadded(id pcommon.TraceID) pcommon.TraceID { return joinID(lowHalf(id), 0) }

// narrow puts the span and what is below it into a trace whose id is derived from
// the full one.
func (x *surgery) narrow(at int32, derive func(pcommon.TraceID) pcommon.TraceID) bool {
	if !x.widen(x.span(at).Up) {
		return false
	}
	id := derive(x.parent(at).TraceID)
	x.cut(at, id)
	x.pins[id] = pinShared
	return true
}

// openUpperNarrow makes the caller's whole trace narrow and leaves the callee's wide.
func openUpperNarrow(x *surgery, b *broken) bool {
	up := x.span(b.at).Up
	if x.pins[x.span(up).TraceID] != 0 || !x.widen(up) {
		return false
	}
	full := x.span(up).TraceID
	x.cut(b.at, joinID(^uint64(0), 0)) // out of the way
	narrow := lowOnly(full)
	x.retrace(full, narrow)
	x.retrace(joinID(^uint64(0), 0), full)
	x.pins[narrow] = pinShared
	return true
}
