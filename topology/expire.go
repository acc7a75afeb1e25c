package topology

// expire lets a half go that left its queue: what it is without a partner is counted
// (rule T4), and its place is free again.
func (g *Graph) expire(p position) {
	h := g.slab.at(p)
	orphan := h.flags&flagWaiting != 0
	if orphan {
		g.removeWaiter(h)
	}
	linkWaiter := h.span == SpanID{}
	if !linkWaiter {
		g.removeID(g.index.hash(&h.trace, h.span), p)
	}
	switch {
	case !linkWaiter && h.kind.outgoing() && h.flags&flagCarried == 0:
		g.stats.CalleeMissing++
		g.countVirtual(h)
	case orphan && (linkWaiter || h.flags&flagLinked == 0):
		g.countCallerless(h)
	}
	g.peers.release(h.peer)
	g.slab.give(p)
}
