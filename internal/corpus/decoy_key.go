package corpus

import (
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// keyDecoys are values that look like the id of a request and are none.
func keyDecoys() []*Break {
	return []*Break{
		{
			Name: "decoy.constant_key", keys: true, Note: "clients without an id send a constant, and so does every other request (M8)",
			open: severed,
			mark: func(x *surgery, b *broken) {
				id := constants[x.r.IntN(len(constants))]
				header := customKey
				if x.r.IntN(3) == 0 {
					header = requestIDHeader
				}
				x.capture(x.span(b.at).Up, header, id)
				x.capture(b.at, header, id)
				x.edge(b, JoinNone, "")
			},
		},
		{
			Name: "decoy.session_id", keys: true, Note: "the requests of one session carry one id, on calls and callees: several senders (M8)",
			open: func(x *surgery, b *broken) bool {
				b.more = []int32{b.at}
				for n := range 1 + x.r.IntN(3) {
					b.more = append(b.more, x.another(b, int64(n+1)*int64(2*time.Second)))
				}
				for _, i := range b.more {
					x.sever(i)
				}
				return true
			},
			mark: func(x *surgery, b *broken) {
				id := newUUID(x.r)
				for _, i := range b.more {
					x.capture(x.span(i).Up, customKey, id)
					x.capture(i, customKey, id)
					x.edgeAt(b, i, JoinNone, "")
				}
			},
		},
		{
			Name: "decoy.session_edge", keys: true, Note: "an id that users keep for a session comes in with requests that are minutes apart, more than the key's age (M7)",
			takes: func(*Case, int32) []int32 { return []int32{0} },
			open: func(x *surgery, b *broken) bool {
				b.more = []int32{0}
				for n := range 1 + x.r.IntN(3) {
					first := int32(len(x.c.Spans))
					x.another(b, int64(n+1)*int64(90*time.Second))
					b.more = append(b.more, first)
				}
				return true
			},
			mark: func(x *surgery, b *broken) {
				id := newUUID(x.r)
				for _, i := range b.more {
					x.capture(i, customKey, id)
					x.edgeAt(b, i, JoinNone, "")
				}
			},
		},
		{
			Name: "decoy.stream_counter", Note: "message and request counters count per stream or connection: every stream has a 1",
			open: severed,
			mark: func(x *surgery, b *broken) {
				n := int64(1 + x.r.IntN(3))
				for _, i := range []int32{b.at, x.span(b.at).Up} {
					x.put(i, number("rpc.message.id", n), text("jsonrpc.request.id", strconv.FormatInt(n, 10)), number("messaging.rabbitmq.message.delivery_tag", n))
				}
				x.edge(b, JoinNone, "")
			},
		},
		{
			Name: "decoy.conversation_id", Note: "a correlation id is on request and reply: one conversation, two edges, no key unless a user declares it",
			site: site{relation: relationMessage, from: libraries[1], to: libraries[1]},
			open: func(x *surgery, b *broken) bool {
				x.message(b.at).id = ""
				return severed(x, b)
			},
			mark: func(x *surgery, b *broken) {
				id := newUUID(x.r)
				for _, i := range append(x.c.below(b.at), b.at, x.span(b.at).Up) {
					if s := x.span(i); s.Kind == ptrace.SpanKindConsumer || s.Kind == ptrace.SpanKindProducer {
						x.put(i, text(s.library.names.conversationID, id))
					}
				}
				x.edge(b, JoinNone, "")
			},
		},
	}
}

// constants are what clients send for want of an id. The last is a real id that
// one build of a client has compiled in.
var constants = [...]string{
	"unknown", "undefined", "00000000-0000-0000-0000-000000000000", "1", "null", "7b2e9a54-3c1f-4d86-9e0a-5f1c2d3b4a69",
}
