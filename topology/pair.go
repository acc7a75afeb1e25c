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

// pair settles what the child is to its parent, both being known, in either order of
// arrival. It is called once for each child, and again for one that was followed
// upwards to a span that had not come yet.
func (g *Graph) pair(parent, child position) {
	p, c := g.slab.at(parent), g.slab.at(child)
	switch {
	case c.linkWaiter():
		g.pairLink(parent, child)
	case c.flags&flagFollowed != 0 && !c.kind.outgoing():
		g.pairFollowed(parent, child)
	case g.nodeOfHalf(p) == g.nodeOfHalf(c):
		g.pairWithin(parent, p, child, c)
	case c.flags&flagFollowed != 0: // what called the service is the outer span's matter
	default:
		g.pairAcross(parent, child)
	}
}

// pairAcross: the child is the entry of a call, whatever its kind: a gateway that only
// has client spans is called, too.
func (g *Graph) pairAcross(parent, child position) {
	p, c := g.slab.at(parent), g.slab.at(child)
	caller := parent
	if !p.kind.outgoing() {
		up, last := g.outgoingAbove(parent)
		if up != 0 {
			caller = up
		} else if h := g.slab.at(last); h.flags&flagWaiting != 0 && p.kind.passing() && !c.kind.outgoing() {
			g.carry(parent)
			g.waitFor(h, child)
			c.other = uint32(p.service)
			return
		}
	}
	if p.kind.passing() {
		g.carry(parent)
	}
	g.countPair(g.slab.at(caller), c)
}

// waitFor lets a child wait for the parent of the last known span above it, which
// has not come yet: the outgoing span that the call belongs to may be there.
func (g *Graph) waitFor(last *half, child position) {
	c := g.slab.at(child)
	c.parent = last.parent
	c.flags |= flagFollowed
	g.addWaiter(g.index.hash(&c.trace, c.parent), child, c)
}

// pairFollowed: the span above what the child was followed to has come. It is of the
// same service, or it is what called that service.
func (g *Graph) pairFollowed(parent, child position) {
	p, c := g.slab.at(parent), g.slab.at(child)
	service := ServiceID(c.other)
	if g.nodeOfHalf(p) != g.services.all[service].node || p.kind.incoming() {
		g.countFollowed(c)
		return
	}
	c.flags &^= flagFollowed
	if c.linkWaiter() {
		g.pairLink(parent, child)
		return
	}
	g.pairAcross(parent, child)
}

// countFollowed counts a call of which the caller's service is known, and no outgoing
// span of it.
func (g *Graph) countFollowed(c *half) {
	g.countPair(&half{trace: c.trace, service: ServiceID(c.other), kind: KindInternal}, c)
}

// pairWithin: both spans are of one service.
func (g *Graph) pairWithin(parent position, p *half, child position, c *half) {
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
		if p.kind.outgoing() && c.kind.outgoing() && p.flags&flagWaiting != 0 {
			// What is above may know the destination better still.
			g.waitFor(p, child)
		}
	}
}

// pairLink counts a message, or a call, from a span that an entry is linked to. A link
// inside one service counts only if it goes to an outgoing span.
func (g *Graph) pairLink(linked, waiter position) {
	w := g.slab.at(waiter)
	if last := g.countLink(linked, w); last != nil {
		g.waitFor(last, waiter)
		w.other = uint32(g.slab.at(linked).service)
	}
}

// countLink counts what a link stands for. If that hangs on a span that has not come
// yet, it gives the span that names it instead.
func (g *Graph) countLink(linked position, waiter *half) (waits *half) {
	p := g.slab.at(linked)
	if !p.kind.outgoing() {
		up, last := g.outgoingAbove(linked)
		if up != 0 {
			linked, p = up, g.slab.at(up)
		} else if h := g.slab.at(last); h.flags&flagWaiting != 0 && p.kind.passing() {
			return h
		}
	}
	if !p.kind.outgoing() && g.nodeOfHalf(p) == g.nodeOfHalf(waiter) {
		return nil
	}
	if p.kind.passing() {
		g.carry(linked)
	}
	g.countPair(p, waiter)
	return nil
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

// outgoingAbove finds the outgoing span that a call made inside the span belongs to, 0
// if none, and the last span looked at.
func (g *Graph) outgoingAbove(at position) (found, last position) {
	for range maxClimb {
		h := g.slab.at(at)
		if h.kind.incoming() {
			return 0, at
		}
		up := g.above(h)
		if up == 0 {
			return 0, at
		}
		if at = up; g.slab.at(at).kind.outgoing() {
			return at, at
		}
	}
	return 0, at
}

// above is the parent of a span if it is of the same service and no entry, else 0.
func (g *Graph) above(h *half) position {
	at := g.parentOf(h)
	if at == 0 {
		return 0
	}
	if p := g.slab.at(at); !p.kind.passing() {
		return 0
	}
	return at
}

// parentOf is the parent of a span if it is of the same service, else 0.
func (g *Graph) parentOf(h *half) position {
	if h.flags&flagWaiting != 0 || h.parent == (SpanID{}) {
		return 0
	}
	node := g.nodeOfHalf(h)
	at := g.find(g.index.hash(&h.trace, h.parent), &h.trace, h.parent, node)
	if at == 0 || g.nodeOfHalf(g.slab.at(at)) != node {
		return 0
	}
	return at
}

// inherit gives the inner of two nested outgoing spans the name of the destination
// that the outer knows better: the database behind an HTTP request. The address stays
// the inner one's if it has one.
func (g *Graph) inherit(inner, outer *half) {
	better, own := g.peers.all[outer.peer].key, &g.peers.all[inner.peer].key
	if better.class <= own.class {
		return
	}
	if own.address != "" {
		better.address, better.port = own.address, own.port
	} else {
		inner.flags |= flagInherited
	}
	g.peers.release(inner.peer)
	inner.peer = g.hold(&better)
}
