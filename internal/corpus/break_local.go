package corpus

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

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
			Note: "a pooled connection or future kept the context of an earlier request: the span is in the wrong trace, and stays there (M4); where it is of the same process it is marked",
			site: site{relation: relationLocal}, takes: func(c *Case, at int32) []int32 { return c.below(at) },
			open: openLeak, mark: markLeak,
		},
		{
			Name: "decoy.follow_up",
			Note: "an executor begins a task when the request that gave it is just over, and works on for long: no leak",
			site: site{relation: relationLocal, demand: onlyLocal}, takes: func(c *Case, at int32) []int32 { return append(c.below(at), at) },
			open: openFollowUp, mark: func(*surgery, *broken) {},
		},
	}
}

// openLeak adds a request whose pool task gets the context of the first one's.
func openLeak(x *surgery, b *broken) bool {
	host := b.at
	end := int64(0)
	for i := range x.c.Spans {
		end = max(end, x.c.Spans[i].end)
	}
	leaked := x.another(b, end-x.span(0).begin+int64(20*time.Millisecond))
	x.cut(leaked, x.span(host).TraceID)
	x.span(leaked).Parent = x.span(host).ID
	in := x.c.under(leaked)
	for i := range x.c.Spans {
		if s := &x.c.Spans[i]; in[i] && s.TraceID == x.span(host).TraceID {
			s.Home = x.span(host).Request
		}
	}
	if from, to := x.span(leaked), x.span(host); from.process.service == to.process.service {
		x.move(from.segment, to.process)
	}
	x.pins[x.span(host).TraceID] = pinAlone
	b.more = []int32{leaked}
	return true
}

func markLeak(x *surgery, b *broken) {
	leaked, host := x.span(b.more[0]), x.span(b.at)
	leaked.Leaked = leaked.process == host.process
	x.edgeAt(b, b.more[0], JoinNone, contract.Evidence(""))
}

// onlyLocal holds for spans with nothing below that another process did: those would
// begin later too.
func onlyLocal(c *Case, at int32) bool {
	for _, i := range c.below(at) {
		if c.Spans[i].segment != c.Spans[at].segment {
			return false
		}
	}
	return c.Spans[c.Spans[at].Up].Kind == ptrace.SpanKindServer
}

// openFollowUp lets a span and what is below it begin when its process's part of the
// request is over, by what an executor takes to begin.
func openFollowUp(x *surgery, b *broken) bool {
	at := x.span(b.at)
	end := x.parent(b.at).end
	late := end - at.begin + int64(time.Millisecond) + x.r.Int64N(int64(4*time.Millisecond))
	for i, in := range x.c.under(b.at) {
		if in {
			x.c.Spans[i].begin += late
			x.c.Spans[i].end += late
		}
	}
	at.end += int64(50 * time.Millisecond)
	return true
}
