package infer

import "math"

// weigh gives every open call that has a request the probability that it is the
// right one: the weight of the solution against the weights of the exchanges
// that would move the call elsewhere.
func (s *solver) weigh(sc *scope, p Problem, wanted func(j int32) bool) {
	types, temper := len(sc.rate), p.temper()
	odds := make([]float64, len(sc.calls))
	roots := make([]float64, len(sc.calls))
	for j := range odds {
		odds[j], roots[j] = math.Inf(-1), math.Inf(-1)
	}
	for _, m := range s.moves(sc, types) {
		s.b.fill(s, sc, m, wanted)
		for it := range s.b.items {
			o := s.b.against(int32(it), temper)
			if m.with == alone && s.b.at[it] != outside {
				j := s.b.items[it][0]
				roots[j] = s.b.asRoot(int32(it))
				sc.calls[j].choice = logSum(s.b.against(int32(it), 1), 0)
			}
			for _, j := range s.b.items[it] {
				odds[j] = logSum(odds[j], o)
			}
		}
		if s.work < 0 {
			return
		}
	}
	for j := range sc.calls {
		all := logSum(odds[j], roots[j]/temper)
		sc.calls[j].confidence = 1 / (1 + math.Exp(all))
		sc.calls[j].root = 1 / (1 + math.Exp(-roots[j]))
		if sc.calls[j].request == none {
			sc.calls[j].root = sc.calls[j].confidence
		}
	}
}

// temper is how many times less certain than the models say the solver is: they
// are learned from its own assignments, whose mistakes they share. Whole requests
// have more to be wrong about than single calls.
func (p Problem) temper() float64 {
	if p == Between {
		return 2
	}
	return 3
}

// against is the log odds of item it being in another request than now: the sum
// over its other slots of what its going there loses, when the item there goes
// to the best place left to it.
func (b *board) against(it int32, temper float64) float64 {
	here := b.gainAt(it, b.at[it])
	now := none
	if b.at[it] >= 0 {
		now = b.slots[b.at[it]].request
	}
	odds := math.Inf(-1)
	for _, g := range b.edges[it] {
		to := &b.slots[g.slot]
		if to.request == now {
			continue
		}
		d := g.gain - here
		if to.item != none {
			d += b.displaced(to.item, b.at[it], now) - b.gainAt(to.item, g.slot)
		}
		odds = logSum(odds, d/temper)
	}
	return odds
}

// asRoot is the log odds of item it being nobody's, against where it is now.
func (b *board) asRoot(it int32) float64 {
	return b.out[it] - b.gainAt(it, b.at[it])
}

// displaced is the most item it gains in slot vacated, in a free slot other than
// that of the item coming, or outside.
func (b *board) displaced(it, vacated, vacatedRequest int32) float64 {
	best := b.out[it]
	for _, g := range b.edges[it] {
		if g.slot == vacated || b.slots[g.slot].item == none && b.slots[g.slot].request != vacatedRequest {
			best = max(best, g.gain)
		}
	}
	return best
}
