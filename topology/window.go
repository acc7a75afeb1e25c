package topology

// windowSlots is how many parts the sliding window is kept in. Figures cover the
// window but for the part that is being left, so at least 5/6 of it.
const windowSlots = 6

// slot is one part of an edge's window: what happened in one stretch of time.
type slot struct {
	// epoch is the stretch: Unix nanoseconds divided by the slot's width.
	epoch         int64
	calls, failed float64
	evidence      [evidenceKinds]float64
	// queue is filled on messages only, boundary on calls only.
	client, server, boundary, queue histogram[float32]
}

func (s *slot) reset(epoch int64) {
	s.epoch, s.calls, s.failed, s.evidence = epoch, 0, 0, [evidenceKinds]float64{}
	s.client.reset()
	s.server.reset()
	s.boundary.reset()
	s.queue.reset()
}

// window is the ring of an edge's slots. Slots are emptied when they are used anew,
// so an edge without traffic costs nothing.
type window [windowSlots]slot

// at is the slot of an epoch.
func (w *window) at(epoch int64) *slot {
	s := &w[epoch%windowSlots]
	if s.epoch != epoch {
		s.reset(epoch)
	}
	return s
}

// epochOf places a span time in the window (rule T8: windows use span time). A time
// outside of it counts as now, so that replayed or badly clocked spans are seen.
func (g *Graph) epochOf(spanTime int64) int64 {
	now := g.now / g.slotWidth
	if e := spanTime / g.slotWidth; e <= now && e > now-windowSlots {
		return e
	}
	return now
}

// windowStart is where the covered part of the window begins.
func (g *Graph) windowStart() int64 { return (g.now/g.slotWidth - windowSlots + 1) * g.slotWidth }

// coveredSeconds is the time that the figures of the window stand for: less than
// the window while the graph is young, and never less than a second.
func (g *Graph) coveredSeconds() float64 {
	return max(float64(g.now-max(g.windowStart(), g.born))/1e9, 1)
}
