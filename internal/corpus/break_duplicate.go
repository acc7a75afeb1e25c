package corpus

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// duplicateBreaks are spans that arrive twice.
func duplicateBreaks() []*Break {
	return []*Break{
		{
			Name: "duplicate.exact", Note: "an export was repeated after a timeout: the second copy of each of its spans may be dropped (M12)",
			site:  site{relation: relationLocal},
			takes: func(c *Case, at int32) []int32 { return c.segmentOf(at) },
			open: func(x *surgery, b *broken) bool {
				b.more = x.c.segmentOf(b.at)
				if x.r.IntN(2) == 0 {
					b.more = []int32{b.at}
				}
				for _, i := range b.more {
					x.span(i).Copies = 2
				}
				return true
			},
			mark: func(x *surgery, b *broken) {
				for _, i := range b.more {
					x.edgeAt(b, i, JoinOnce, "")
				}
			},
		},
		{
			Name: "duplicate.evidence", Note: "sender and consumer of a message arrive twice: a sender's copy is no second sender",
			site: site{relation: relationMessage, from: knowOffsetWhenSending, to: knowOffsetReceiving},
			open: func(x *surgery, b *broken) bool {
				x.span(b.at).Copies, x.parent(b.at).Copies = 2, 2
				return severed(x, b)
			},
			mark: func(x *surgery, b *broken) {
				x.edge(b, JoinParent, contract.EvidenceMessageOffset)
				x.edgeAt(b, x.span(b.at).Up, JoinOnce, "")
			},
		},
		{
			Name: "duplicate.differs", Note: "an agent gave the spans of two attempts one id: they differ in outcome and time, and both are kept (M12)",
			site: site{relation: relationLocal, demand: isLeafCall},
			open: openDiffers,
			mark: func(x *surgery, b *broken) { x.edgeAt(b, b.more[0], JoinBoth, "") },
		},
	}
}

// segmentOf are the spans of one process's part of the request.
func (c *Case) segmentOf(i int32) []int32 {
	var out []int32
	for j := range c.Spans {
		if c.Spans[j].segment == c.Spans[i].segment {
			out = append(out, int32(j))
		}
	}
	return out
}

func isLeafCall(c *Case, at int32) bool {
	return c.Spans[at].Kind == ptrace.SpanKindClient && len(c.children(at)) == 0
}

// openDiffers adds a second attempt with the id of the first.
func openDiffers(x *surgery, b *broken) bool {
	first := *x.span(b.at)
	x.pins[first.TraceID] = max(x.pins[first.TraceID], pinShared) // nothing may give it another id
	i := x.add(first.Up, first.process, first.Kind, first.name, first.begin)
	s := x.span(i)
	s.attrs = append(s.attrs, first.attrs...)
	s.ID, s.Request, s.Home, s.scope = first.ID, first.Request, first.Home, first.scope
	s.end, s.failed = first.end+2_000_000, !first.failed
	b.more = []int32{i}
	return true
}
