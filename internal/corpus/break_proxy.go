package corpus

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// requestIDHeader is the header that gateways and Envoy give to every request.
const requestIDHeader = "x-request-id"

// proxyBreaks are calls through a proxy that replaced the context by one of its own.
func proxyBreaks() []*Break {
	return []*Break{
		{
			Name: "proxy.request_id", keys: true, Note: "both ends captured x-request-id; Envoy changed one digit of it between them, at times", plain: true,
			open: severed, mark: markRequestID,
		},
		{
			Name: "proxy.dangling", keys: true, Note: "as proxy.request_id, and the callee's parent is the proxy's span, which goes elsewhere",
			open: func(x *surgery, b *broken) bool {
				x.sever(b.at)
				x.span(b.at).Parent = newSpanID(x.r)
				return true
			},
			mark: markRequestID,
		},
		{
			Name:  "proxy.request_id.forwarded",
			Note:  "the caller's service sends one x-request-id with every call it makes: several senders of one value, for which M8 joins nothing",
			site:  site{demand: func(c *Case, at int32) bool { return len(c.siblingCalls(at)) > 0 }},
			takes: func(c *Case, at int32) []int32 { return c.siblingCalls(at) },
			open:  severed, mark: markForwarded,
		},
		{
			Name: "proxy.mesh", keys: true,
			Note: "every call of the request and every callee captured the one x-request-id that the mesh passes along: many senders of one value, for which M8 joins nothing",
			open: severedWithoutOtherKeys,
			mark: func(x *surgery, b *broken) {
				id := newUUID(x.r)
				x.everywhere(x.span(b.at).Request, func(i int32) attr {
					s := x.span(i)
					return list(s.process.service.header(s.rpc, requestIDHeader), x.envoy(id))
				})
				x.edge(b, JoinNone, "")
			},
		},
	}
}

func markRequestID(x *surgery, b *broken) {
	id := newUUID(x.r)
	seen := x.envoy(id)
	if x.r.IntN(4) == 0 { // nginx makes ids that look like trace ids, and are none
		id = newHex(x.r, 16)
		seen = id
	}
	x.capture(x.span(b.at).Up, requestIDHeader, id)
	x.capture(b.at, requestIDHeader, seen)
	x.edge(b, JoinParent, contract.EvidenceRequestID)
}

// envoyDigit is the place of the digit that Envoy changes when it samples a request.
const envoyDigit = 14

// envoy is the id after a proxy that leaves it alone, or marks it.
func (x *surgery) envoy(id string) string {
	return id[:envoyDigit] + string("49ab"[x.r.IntN(4)]) + id[envoyDigit+1:]
}

// siblingCalls are the other calls that the caller's part of the request made.
func (c *Case) siblingCalls(at int32) []int32 {
	up := c.Spans[at].Up
	var out []int32
	for i := range c.Spans {
		if s := &c.Spans[i]; int32(i) != up && s.Kind == c.Spans[up].Kind && s.segment == c.Spans[up].segment && s.scope == c.Spans[up].scope {
			out = append(out, int32(i))
		}
	}
	return out
}

func markForwarded(x *surgery, b *broken) {
	id := newUUID(x.r)
	up := x.span(b.at).Up
	for _, i := range append(x.c.siblingCalls(b.at), up) {
		x.capture(i, requestIDHeader, id)
	}
	x.capture(b.at, requestIDHeader, x.envoy(id))
	x.edge(b, JoinNone, "")
}

// severedWithoutOtherKeys is the open of a break that writes a key everywhere.
func severedWithoutOtherKeys(x *surgery, b *broken) bool {
	for _, other := range x.breaks {
		if other != b && other.keys {
			return false
		}
	}
	return severed(x, b)
}

// everywhere records something on every call of a request and every span that was called.
func (x *surgery) everywhere(request int32, what func(i int32) attr) {
	for i := range x.c.Spans {
		s := &x.c.Spans[i]
		if s.Request != request || s.scope == scopeDatabase || s.Kind != ptrace.SpanKindClient && s.Kind != ptrace.SpanKindServer {
			continue
		}
		s.attrs = append(s.attrs, what(int32(i)))
	}
}
