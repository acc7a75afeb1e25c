package topology

// same goes through the halves with an id until yield is false.
func (g *Graph) same(hash uint32, trace *TraceID, span SpanID, yield func(position, *half) bool) {
	ids, mask := g.index.ids, g.index.mask()
	for i := hash; ids[i&mask] != 0; i++ {
		e := ids[i&mask]
		if !e.mayBe(hash, i-hash) {
			continue
		}
		if h := g.slab.at(e.at()); h.span == span && h.trace == *trace && !yield(e.at(), h) {
			return
		}
	}
}

// find gives the half with an id, 0 if there is none. Where two services share the
// id, the one of the asking node is it.
func (g *Graph) find(hash uint32, trace *TraceID, span SpanID, asking nodeID) (found position) {
	g.same(hash, trace, span, func(p position, h *half) bool {
		found = p
		return g.nodeOfHalf(h) != asking
	})
	return found
}

// addWaiter makes the half findable by the parent it waits for, whose hash is given.
func (g *Graph) addWaiter(hash uint32, p position, h *half) {
	head := g.index.waiter(hash)
	h.flags |= flagWaiting
	h.nextWaiter, h.prevWaiter = *head, 0
	if *head != 0 {
		g.slab.at(*head).prevWaiter = p
	}
	*head = p
}

func (g *Graph) removeWaiter(h *half) {
	h.flags &^= flagWaiting
	if h.nextWaiter != 0 {
		g.slab.at(h.nextWaiter).prevWaiter = h.prevWaiter
	}
	if h.prevWaiter != 0 {
		g.slab.at(h.prevWaiter).nextWaiter = h.nextWaiter
		return
	}
	*g.index.waiter(g.index.hash(&h.trace, h.parent)) = h.nextWaiter
}
