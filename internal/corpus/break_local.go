package corpus

import (
	"time"

	"github.com/polyspan/polyspan/contract"
)

// localBreaks happen inside a process, or leave nothing at all.
func localBreaks() []*Break {
	return []*Break{
		{
			Name: "context.none", Note: "no propagator at all: call and callee share time and topology only", plain: true,
			open: severed, mark: unjoinable,
		},
		{
			Name: "thread.lost", Note: "an executor, pool or event loop lost the context: the process and the time are no identity", plain: true,
			site: site{relation: relationLocal}, open: severed, mark: unjoinable,
		},
		{
			Name: "leak.parent",
			Note: "a pooled connection or future kept the context of an earlier request: the span is in the wrong trace, and stays there (M4)",
			site: site{relation: relationLocal}, takes: func(c *Case, at int32) []int32 { return c.below(at) },
			open: openLeak, mark: markLeak,
		},
	}
}

// openLeak adds a request whose pool task gets the context of the first one's.
func openLeak(x *surgery, b *broken) bool {
	host := b.at
	leaked := x.another(b, x.span(0).end-x.span(0).begin+int64(20*time.Millisecond))
	x.cut(leaked, x.span(host).TraceID)
	x.span(leaked).Parent = x.span(host).ID
	in := x.c.under(leaked)
	for i := range x.c.Spans {
		if s := &x.c.Spans[i]; in[i] && s.TraceID == x.span(host).TraceID {
			s.Home = x.span(host).Request
		}
	}
	x.pins[x.span(host).TraceID] = pinAlone
	b.more = []int32{leaked}
	return true
}

func markLeak(x *surgery, b *broken) { x.edgeAt(b, b.more[0], JoinNone, contract.Evidence("")) }
