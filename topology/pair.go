package topology

// maxClimb bounds how far a call is followed upwards inside a service.
const maxClimb = 16

// wake pairs the halves that wait for the span at p.
func (g *Graph) wake(hash uint32, p position, h *half) {
	for w := *g.index.waiter(hash); w != 0; {
		child := g.slab.at(w)
		next := child.nextWaiter
		if child.parent == h.span && child.trace == h.trace {
			g.removeWaiter(child)
			g.pair(p, w)
		}
		w = next
	}
}

// pair settles what the child is to its parent, both being known. It is called
// once for each child, in either order of arrival.
func (g *Graph) pair(parent, child position) {
	p, c := g.slab.at(parent), g.slab.at(child)
	if c.span == (SpanID{}) {
		g.pairLink(parent, c)
		return
	}
	if g.nodeOfHalf(p) == g.nodeOfHalf(c) {
		g.pairWithin(parent, p, c)
		return
	}
	// The child is the entry of a call, whatever its kind: a gateway that only has
	// client spans is called, too.
	caller := p
	if !p.kind.outgoing() {
		if up := g.outgoingAbove(p); up != 0 {
			caller = g.slab.at(up)
		}
	}
	if p.kind.passing() {
		g.carry(parent)
	}
	g.countPair(caller, c)
}

// pairWithin: both spans are of one service.
func (g *Graph) pairWithin(parent position, p, c *half) {
	switch {
	case p.kind.outgoing() && c.kind.incoming():
		g.carry(parent)
		g.countPair(p, c)
	case c.kind.passing() && p.kind.passing():
		if p.kind.outgoing() && c.kind.outgoing() {
			g.inherit(c, p)
		}
		if c.kind.outgoing() || c.flags&flagCarried != 0 {
			g.carry(parent)
		}
	}
}

// pairLink counts a message, or a call, from a span that an entry is linked to. A link
// inside one service counts only if it goes to an outgoing span.
func (g *Graph) pairLink(linked position, waiter *half) {
	p := g.slab.at(linked)
	if !p.kind.outgoing() {
		if up := g.outgoingAbove(p); up != 0 {
			linked, p = up, g.slab.at(up)
		}
	}
	if !p.kind.outgoing() && g.nodeOfHalf(p) == g.nodeOfHalf(waiter) {
		return
	}
	if p.kind.passing() {
		g.carry(linked)
	}
	g.countPair(p, waiter)
}

// carry marks a span, and the outgoing and internal spans of its service above it,
// as carried on: the call they stand for is seen elsewhere.
func (g *Graph) carry(at position) {
	for range maxClimb {
		h := g.slab.at(at)
		if h.flags&flagCarried != 0 {
			return // so are the spans above it
		}
		h.flags |= flagCarried
		if at = g.above(h); at == 0 {
			return
		}
	}
}

// outgoingAbove finds the outgoing span that a call made inside h belongs to, 0 if none.
func (g *Graph) outgoingAbove(h *half) position {
	for range maxClimb {
		if h.kind.incoming() {
			return 0
		}
		at := g.above(h)
		if at == 0 {
			return 0
		}
		if h = g.slab.at(at); h.kind.outgoing() {
			return at
		}
	}
	return 0
}

// above is the parent of a span if it is of the same service and no entry, else 0.
func (g *Graph) above(h *half) position {
	if h.flags&flagWaiting != 0 || h.parent == (SpanID{}) {
		return 0
	}
	node := g.nodeOfHalf(h)
	at := g.find(g.index.hash(&h.trace, h.parent), &h.trace, h.parent, node)
	if at == 0 {
		return 0
	}
	if p := g.slab.at(at); !p.kind.passing() || g.nodeOfHalf(p) != node {
		return 0
	}
	return at
}

// inherit gives the inner of two nested outgoing spans the destination that the outer
// knows better: the database behind an HTTP request. Of three nested spans the
// innermost may miss what the outermost knows; which end the call has is not affected.
func (g *Graph) inherit(inner, outer *half) {
	if g.peers.all[outer.peer].key.class > g.peers.all[inner.peer].key.class {
		g.peers.release(inner.peer)
		inner.peer = outer.peer
		g.peers.retain(inner.peer)
	}
}

// follow pairs a span with those it is linked to. One link to its own parent is the
// same message as the parent's.
func (g *Graph) follow(h *half, links []Link) {
	skip := h.parent != (SpanID{})
	for i := range links {
		l := &links[i]
		if l.Trace == (TraceID{}) || l.Span == (SpanID{}) {
			continue
		}
		if skip && l.Span == h.parent && l.Trace == h.trace {
			skip = false
			continue
		}
		if i >= maxLinks {
			g.stats.RefusedLinks += uint64(len(links) - i)
			return
		}
		h.flags |= flagLinked
		g.followLink(h, l)
	}
}

// maxLinks bounds the links followed of one span.
const maxLinks = 128

// followLink counts the message now, or remembers a waiter for its sender.
func (g *Graph) followLink(h *half, l *Link) {
	w := *h
	w.trace, w.span, w.parent = l.Trace, SpanID{}, l.Span
	hash := g.index.hash(&l.Trace, l.Span)
	if sender := g.find(hash, &l.Trace, l.Span, g.nodeOfHalf(h)); sender != 0 {
		g.pairLink(sender, &w)
		return
	}
	g.peers.retain(w.peer)
	p, kept := g.remember(&w)
	g.addWaiter(hash, p, kept)
}
