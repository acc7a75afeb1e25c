package topology

// expireAhead is how many halves are touched before they are let go.
const expireAhead = 64

// letGo lets the halves of a queue go whose wait is over. Like Add it touches first
// what it is going to change.
func (g *Graph) letGo(q *queue) {
	for g.due(q) {
		n := min(q.oldest().n, expireAhead)
		x, mask := &g.index, g.index.mask()
		touched, p := g.touched, q.head
		for range n {
			h := g.slab.at(p)
			touched |= x.ids[x.hash(&h.trace, h.span)&mask] | entry(g.peers.all[h.peer].refs)
			p = g.slab.after(p)
		}
		g.touched = touched
		p = q.head
		for range n { // before the entries above them go
			h := g.slab.at(p)
			g.lookAbove(h)
			p = g.slab.after(p)
		}
		for range n {
			g.expire(g.pop(q), false)
		}
	}
}

// expire lets a half go that left its queue: what it is without a partner is counted
// (rule T4), and its place is free again.
func (g *Graph) expire(p position, evicted bool) {
	h := g.slab.at(p)
	orphan := h.flags&flagWaiting != 0
	if orphan {
		g.removeWaiter(h)
	}
	if !h.linkWaiter() {
		g.removeID(g.index.hash(&h.trace, h.span), p)
	}
	switch {
	case !h.linkWaiter() && h.kind.outgoing():
		g.expireCaller(h, evicted)
	case orphan && h.flags&flagFollowed != 0:
		g.countFollowed(h)
	case orphan && (h.linkWaiter() || h.flags&flagLinked == 0):
		g.expireCallee(h, evicted)
	}
	g.peers.release(h.peer)
	g.slab.give(p)
}

// expireCaller counts a call or message whose callee did not come, and what can only
// be told of a call when the spans around it are there.
func (g *Graph) expireCaller(h *half, evicted bool) {
	if h.flags&flagCarried == 0 {
		if g.settleLate(h) {
			return
		}
		g.stats.CalleeMissing++
		counted(h, g.countVirtual(h, evicted))
	}
	g.lookAbove(h)
}

// expireCallee counts an entry whose caller did not come.
func (g *Graph) expireCallee(h *half, evicted bool) {
	if g.settleLate(h) {
		return
	}
	g.countCallerless(h)
	if h.kind == KindServer {
		g.late.remember(g, h, edgeKey{source: missingNode, target: g.nodeOfHalf(h), transport: h.transport})
	}
	if g.watcher.Unmatched != nil {
		g.tellUnmatched(h, UnmatchedCallee, evicted, nil)
	}
}
