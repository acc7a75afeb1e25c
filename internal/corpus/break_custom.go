package corpus

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// customKey is the key that the processor reads by default.
const customKey = "x-trace-id"

const evidenceCustom = contract.EvidenceCustomPrefix + customKey

// customBreaks are requests whose services pass an id of their own along. Every
// break has a value of its own: with more than one sender of a value the model
// joins nothing (M8), which is custom.forwarded.
func customBreaks() []*Break {
	return []*Break{
		{
			Name: "custom.attribute", keys: true, Note: "caller and callee record the id as an attribute", plain: true, open: severed,
			mark: func(x *surgery, b *broken) {
				id := text(customKey, newUUID(x.r))
				x.put(x.span(b.at).Up, id)
				x.put(b.at, id)
				x.edge(b, JoinParent, evidenceCustom)
			},
		},
		{
			Name: "custom.header", keys: true, Note: "caller and callee captured it as a header", plain: true, open: severed,
			mark: func(x *surgery, b *broken) {
				id := newUUID(x.r)
				x.capture(x.span(b.at).Up, customKey, id)
				x.capture(b.at, customKey, id)
				x.edge(b, JoinParent, evidenceCustom)
			},
		},
		{
			Name: "custom.message", keys: true, Note: "sender and consumer record it as an attribute", plain: true,
			site: site{relation: relationMessage}, open: severed,
			mark: func(x *surgery, b *broken) {
				id := text(customKey, newUUID(x.r))
				x.put(x.span(b.at).Up, id)
				x.put(b.at, id)
				x.edge(b, JoinParent, evidenceCustom)
			},
		},
		{
			Name: "custom.tracestate", keys: true,
			Note: "the caller's trace carries it in tracestate, on all of its spans: the trace is certain, which of its calls is not",
			open: severed, mark: markTracestate,
		},
		{
			Name: "custom.trace_id", keys: true, Note: "the callee records the caller's trace id under the key: the trace is certain, the parent is not",
			open: severed,
			mark: func(x *surgery, b *broken) {
				id := x.parent(b.at).TraceID.String()
				if highHalf(x.parent(b.at).TraceID) == 0 {
					id = id[16:]
				}
				x.put(b.at, text(customKey, id))
				x.edge(b, JoinTrace, evidenceCustom)
			},
		},
		{
			Name: "custom.local", keys: true, Note: "a pool task lost its context and kept the id that the request came with; from a public address that id is not believed",
			site: site{relation: relationLocal, demand: rightUnderServer}, open: severed,
			mark: func(x *surgery, b *broken) {
				id := newUUID(x.r)
				x.capture(x.span(b.at).Up, customKey, id)
				x.put(b.at, text(customKey, id))
				if x.parent(b.at).isPublic() { // M9
					x.edge(b, JoinNone, "")
					return
				}
				x.edge(b, JoinParent, evidenceCustom)
			},
		},
		{
			Name: "custom.everywhere", keys: true,
			Note: "every call of the request and every callee records one id: many senders of one value, for which M8 joins nothing",
			open: severedWithoutOtherKeys,
			mark: func(x *surgery, b *broken) {
				id := text(customKey, newUUID(x.r))
				x.everywhere(x.span(b.at).Request, func(int32) attr { return id })
				x.edge(b, JoinNone, "")
			},
		},
		{
			Name: "custom.forwarded", keys: true,
			Note:  "the callee records the id and sends it on, cut off there too: two senders of one value, for which M8 joins nothing",
			site:  site{demand: isHop},
			takes: func(c *Case, at int32) []int32 { return append(c.below(c.hopServer(at)), hopSpans(c, at)...) },
			open: func(x *surgery, b *broken) bool {
				b.more = []int32{x.c.hopServer(b.at)}
				x.sever(b.more[0])
				return severed(x, b)
			},
			mark: func(x *surgery, b *broken) {
				id := text(customKey, newUUID(x.r))
				for _, i := range []int32{b.at, b.more[0]} {
					x.put(i, id)
					x.put(x.span(i).Up, id)
					x.edgeAt(b, i, JoinNone, "")
				}
			},
		},
	}
}

// rightUnderServer holds for spans whose parent serves a call.
func rightUnderServer(c *Case, at int32) bool {
	return c.Spans[c.Spans[at].Up].Kind == ptrace.SpanKindServer
}

func markTracestate(x *surgery, b *broken) {
	id := newUUID(x.r)
	trace := x.parent(b.at).TraceID
	for i := range x.c.Spans {
		if s := &x.c.Spans[i]; s.TraceID == trace {
			s.addState("shop=" + id)
		}
	}
	x.put(b.at, text(customKey, id))
	x.edge(b, JoinTrace, evidenceCustom)
}
