package corpus

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// parentBreaks are traces of which a part was not exported: sampled away, dropped,
// or sent to another vendor.
func parentBreaks() []*Break {
	return []*Break{
		{
			Name: "parent.unexported",
			Note: "a service in between exported nothing. The callee hangs under the innermost call that encloses it; where another could be meant, or the callee called itself, nothing is asked",
			site: site{demand: isHop}, takes: hopSpans, open: dropHop,
			mark: func(x *surgery, b *broken) {
				x.markHop(b, func(i int32) (Join, contract.Evidence) {
					if x.onlyCallAround(i) {
						return JoinParent, contract.EvidenceInferredParent
					}
					return JoinNone, ""
				})
			},
		},
		{
			Name: "parent.client_unexported",
			Note: "the calling span itself was not exported: its service has no call left to hang the callee under",
			open: func(x *surgery, b *broken) bool {
				x.parent(b.at).Copies = 0
				return true
			},
			takes: func(c *Case, at int32) []int32 { return c.children(c.Spans[at].Up) },
			mark: func(x *surgery, b *broken) {
				for _, i := range x.c.children(x.span(b.at).Up) {
					x.edgeAt(b, i, JoinNone, "")
				}
			},
		},
	}
}

// hopServer is the serving span of the process that made the call to span at.
func (c *Case) hopServer(at int32) int32 {
	i := c.Spans[at].Up
	for c.Spans[i].Up >= 0 && c.Spans[c.Spans[i].Up].segment == c.Spans[i].segment {
		i = c.Spans[i].Up
	}
	return i
}

// isHop holds for calls from a service that was itself called.
func isHop(c *Case, at int32) bool {
	s := &c.Spans[c.hopServer(at)]
	return s.Kind == ptrace.SpanKindServer && s.Up >= 0 && c.Spans[s.Up].Kind == ptrace.SpanKindClient
}

// hopSpans are the spans of the hop, the call to it, and what it called.
func hopSpans(c *Case, at int32) []int32 {
	server := c.hopServer(at)
	out := []int32{c.Spans[server].Up}
	for i := range c.Spans {
		if up := c.Spans[i].Up; c.Spans[i].segment == c.Spans[server].segment || up >= 0 && c.Spans[up].segment == c.Spans[server].segment {
			out = append(out, int32(i))
		}
	}
	return out
}

// dropHop exports nothing of the hop; b.more are the spans whose parent is missing.
func dropHop(x *surgery, b *broken) bool {
	hop := x.span(x.c.hopServer(b.at)).segment
	for i := range x.c.Spans {
		s := &x.c.Spans[i]
		switch {
		case s.segment == hop:
			s.Copies = 0
		case s.Up >= 0 && x.span(s.Up).segment == hop:
			b.more = append(b.more, int32(i))
		}
	}
	return true
}

// markHop says of every orphan of the hop what judge allows; what came by a
// message has no enclosing call, whatever judge says of calls.
func (x *surgery) markHop(b *broken, judge func(i int32) (Join, contract.Evidence)) {
	for _, i := range b.more {
		want, evidence := judge(i)
		x.edgeAt(b, i, want, evidence)
	}
}

// onlyCallAround reports whether the call to the hop is, by the times that are
// sent, the innermost one around the orphan, and every other call around it, and
// every serving span, is its ancestor: any other could be what called the orphan,
// by a call that was not exported.
func (x *surgery) onlyCallAround(orphan int32) bool {
	o, call := x.span(orphan), x.c.Exported(orphan)
	if o.Kind != ptrace.SpanKindServer || call < 0 || x.span(call).process == o.process || !x.span(call).around(o) {
		return false
	}
	for i := range x.c.Spans {
		s := &x.c.Spans[i]
		if int32(i) == call || s.Kind == ptrace.SpanKindInternal || s.Copies == 0 || s.Request != o.Request || !s.around(o) {
			continue
		}
		if !x.c.under(int32(i))[call] || !s.around(x.span(call)) {
			return false
		}
	}
	return true
}

// around reports whether the span encloses the other in time, as both are sent.
func (s *Span) around(o *Span) bool {
	return s.Start <= o.Start && s.End >= o.End && (s.Start < o.Start || s.End > o.End)
}

// below are the spans under span i, in any depth.
func (c *Case) below(i int32) []int32 {
	var out []int32
	for j, in := range c.under(i) {
		if in && int32(j) != i {
			out = append(out, int32(j))
		}
	}
	return out
}
