package corpus

import (
	"time"
)

// identityDecoys are ids and headers that name another request, or nothing.
func identityDecoys() []*Break {
	return []*Break{
		{
			Name: "decoy.low_half_collision",
			Note: "two traces differ in a high half that neither has zero: never one (M1). A third, narrow piece of the first has two full ids it could be half of, so nothing is asked",
			open: openCollision,
			mark: func(x *surgery, b *broken) {
				if b.variant == 1 {
					x.edge(b, JoinNone, "")
				}
			},
		},
		{
			Name: "decoy.untrusted_edge", keys: true, Note: "a stranger's request names a span of another one, in a header or a key: the public edge is not believed (M9)",
			open: openForged, mark: markForged,
		},
		{
			Name: "decoy.cycle", Note: "caller and callee name each other: the caller cannot be the child of what started after it (M6, M7)",
			takes: func(c *Case, at int32) []int32 { return append(c.below(at), 0) },
			open:  severed,
			mark: func(x *surgery, b *broken) {
				below := append(x.c.below(b.at), b.at)
				last := x.span(below[0])
				for _, i := range below {
					if s := x.span(i); s.TraceID == x.span(b.at).TraceID && s.begin > last.begin {
						last = s
					}
				}
				p := x.parent(b.at)
				x.capture(b.at, "traceparent", traceparent(p.TraceID, p.ID))
				x.capture(0, "traceparent", traceparent(last.TraceID, last.ID))
				x.edge(b, JoinNone, "")
				x.edgeAt(b, 0, JoinNone, "")
			},
		},
		{
			Name: "decoy.conflict", Note: "two captured headers name two spans of two requests, equally strong: neither is taken (M5)",
			open: func(x *surgery, b *broken) bool {
				b.more = []int32{x.another(b, int64(time.Millisecond))}
				return severed(x, b)
			},
			mark: func(x *surgery, b *broken) {
				p, q := x.parent(b.at), x.parent(b.more[0])
				x.capture(b.at, "traceparent", traceparent(p.TraceID, p.ID))
				x.capture(b.at, "b3", q.TraceID.String()+"-"+q.ID.String()+"-1")
				x.edge(b, JoinNone, "")
			},
		},
		{
			Name: "decoy.unknown_trace", Note: "the captured header names a trace that nobody exports",
			open: severed,
			mark: func(x *surgery, b *broken) {
				x.capture(b.at, "traceparent", traceparent(newTraceID(x.r, idWide, 0), newSpanID(x.r)))
				x.edge(b, JoinNone, "")
			},
		},
	}
}

// openCollision adds a request whose trace id ends like the first one's.
func openCollision(x *surgery, b *broken) bool {
	up := x.span(b.at).Up
	if x.pins[x.span(up).TraceID] != 0 || !x.widen(up) {
		return false
	}
	id := x.span(up).TraceID
	other := x.span(x.another(b, int64(5*time.Millisecond))).TraceID
	twin := joinID(x.r.Uint64()|1<<62, lowHalf(id))
	x.retrace(other, twin)
	if x.r.IntN(2) == 0 {
		b.variant = 1
		x.cut(b.at, lowOnly(id))
		x.pins[lowOnly(id)] = pinAlone
	}
	x.pins[id], x.pins[twin] = pinAlone, pinAlone
	return true
}

// openForged adds the stranger's request.
func openForged(x *surgery, b *broken) bool {
	first := int32(len(x.c.Spans))
	x.another(b, int64(time.Millisecond))
	b.more = []int32{first}
	return true
}

func markForged(x *surgery, b *broken) {
	edge, victim := b.more[0], x.parent(b.at)
	s := x.span(edge)
	names := s.process.service.names
	key := names[len(names)-1].clientAddress
	if key == spelling14.clientAddress && x.r.IntN(3) == 0 {
		key = "net.peer.name" // which on a serving span is the client's
	}
	s.dropAttr(spelling14.clientAddress, spelling27.clientAddress)
	x.put(edge, text(key, publicAddress(x.r)))
	switch x.r.IntN(5) {
	case 0:
		x.capture(edge, "traceparent", traceparent(victim.TraceID, victim.ID))
	case 1:
		x.capture(edge, "b3", victim.TraceID.String()+"-"+victim.ID.String()+"-1")
	case 2:
		x.capture(edge, xrayHeader, "Root="+xrayRoot(victim.TraceID))
	default:
		id, header := newUUID(x.r), customKey
		if x.r.IntN(2) == 0 {
			header = requestIDHeader
		}
		x.capture(x.span(b.at).Up, header, id)
		x.capture(edge, header, id)
	}
	x.edgeAt(b, edge, JoinNone, "")
}

// dropAttr removes attributes by name.
func (s *Span) dropAttr(keys ...string) {
	kept := s.attrs[:0]
	for _, a := range s.attrs {
		drop := false
		for _, k := range keys {
			drop = drop || a.key == k
		}
		if !drop {
			kept = append(kept, a)
		}
	}
	s.attrs = kept
}
