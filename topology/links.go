package topology

// maxLinks bounds the links followed of one span.
const maxLinks = 128

// follow pairs an entry with the spans it is linked to. One link to its own parent is
// the same message as the parent's.
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

// followLink counts the message now, or remembers a waiter for its sender.
func (g *Graph) followLink(h *half, l *Link) {
	w := *h
	w.trace, w.span, w.parent, w.other = l.Trace, SpanID{}, l.Span, 0
	hash := g.index.hash(&l.Trace, l.Span)
	service := ServiceID(0)
	if sender := g.find(hash, &l.Trace, l.Span, g.nodeOfHalf(h)); sender != 0 {
		last := g.countLink(sender, &w)
		if last == nil {
			return
		}
		service = g.slab.at(sender).service
		w.parent = last.parent
		w.flags |= flagFollowed
		hash = g.index.hash(&l.Trace, w.parent)
	}
	if w.flags&flagFollowed == 0 && g.settleLate(&w) {
		return
	}
	g.peers.retain(w.peer)
	w.other = uint32(service)
	p, kept := g.remember(&w)
	g.addWaiter(hash, p, kept)
}
