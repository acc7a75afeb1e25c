package corpus

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/contract"
)

// linkBreaks are spans that only link to what caused them.
func linkBreaks() []*Break {
	return []*Break{
		{
			Name: "link.consumer", Note: "a consumer without a parent and with one link: the linked span is its parent", plain: true,
			site: site{relation: relationMessage}, open: severed,
			mark: func(x *surgery, b *broken) {
				p := x.parent(b.at)
				x.link(b.at, p.TraceID, p.ID)
				x.edge(b, JoinParent, contract.EvidenceLink)
			},
		},
		{
			Name:  "link.batch",
			Note:  "a consumer of several messages is a request of its own; it links to every sender and has no parent",
			site:  site{relation: relationMessage},
			takes: func(c *Case, at int32) []int32 { return c.below(at) },
			open:  openBatch, mark: markBatch,
		},
		{
			Name: "decoy.public_endpoint",
			Note: "a server that treats its callers as strangers starts a trace and links to the caller's: the policy joins consumers only",
			open: severed,
			mark: func(x *surgery, b *broken) {
				p := x.parent(b.at)
				x.link(b.at, p.TraceID, p.ID)
				x.edge(b, JoinNone, "")
			},
		},
	}
}

func (x *surgery) link(i int32, trace pcommon.TraceID, span pcommon.SpanID) {
	s := x.span(i)
	s.links = append(s.links, link{trace: trace, span: span})
}

// openBatch makes the consumer and what it caused a request of its own, and adds
// requests whose messages it took as well.
func openBatch(x *surgery, b *broken) bool {
	b.more = []int32{x.span(b.at).Up}
	for n := range 1 + x.r.IntN(3) {
		other := x.another(b, int64(n+1)*int64(3*time.Millisecond))
		b.more = append(b.more, x.span(other).Up)
	}
	x.sever(b.at)
	x.span(b.at).message = 0 // a batch records no offset of its own
	in := x.c.under(b.at)
	for i := range x.c.Spans {
		if in[i] {
			x.c.Spans[i].Request, x.c.Spans[i].Home = int32(x.c.Requests), int32(x.c.Requests)
		}
	}
	x.c.Requests++
	x.span(b.at).Up = -1
	return true
}

func markBatch(x *surgery, b *broken) {
	for _, i := range b.more {
		x.link(b.at, x.span(i).TraceID, x.span(i).ID)
	}
	x.edge(b, JoinNone, "")
}
