package topology

// sampledShares is the part of the traces of which the callers' time is measured: one
// in so many, by trace id, so that a trace counts with all of its calls.
const sampledShares = 8

// lookAbove finds the entry of the caller's service above a call: when the call is
// counted if the entry came first, else when the call's wait is over. It tells whether a
// failure was swallowed (rule T6), and how much of the entry's time the call took.
func (g *Graph) lookAbove(h *half) {
	if h.flags&(flagCounted|flagLooked) != flagCounted {
		return
	}
	swallowed := h.flags&flagCalleeFailed != 0
	measured := h.start != 0 && h.trace[len(h.trace)-1]%sampledShares == 0
	if !swallowed && !measured {
		return
	}
	entry := g.entryAbove(h)
	if entry == nil {
		return
	}
	e := g.edges.all[h.other]
	if e == nil {
		return
	}
	h.flags |= flagLooked
	epoch, _ := g.epochOf(h.end())
	slot := e.slotOf(epoch)
	weight := g.weights.all[h.weight]
	if swallowed && entry.flags&flagFailed == 0 {
		e.tally(slot, tallySwallowed, weight)
	}
	if measured && entry.start != 0 {
		e.spend(slot, h, entry, float32(weight))
	}
}

// entryAbove is the server or consumer span of a span's service that it was made in;
// nil if it is not known.
func (g *Graph) entryAbove(h *half) *half {
	for range maxClimb {
		at := g.parentOf(h)
		if at == 0 {
			return nil
		}
		if h = g.slab.at(at); h.kind.incoming() {
			return h
		}
	}
	return nil
}

// spend counts the part of an entry's time that a call covers.
func (e *edge) spend(slot int, call, entry *half, weight float32) {
	covered := min(call.end(), entry.end()) - max(call.start, entry.start)
	s := &e.more().shares[slot]
	s.critical += float32(max(covered, 0)) / 1e9 * weight
	s.entry += entry.nanos / 1e9 * weight
}
