package infer

import "math"

// weigh gives every open call that has a request the probability that it is the
// right one: the weight of the solution against the weights of the exchanges
// that would move the call elsewhere, by models to be trusted so much, 0–1.
func (s *solver) weigh(sc *scope, p Problem, trust float64, wanted func(j int32) bool) {
	types, temper := len(sc.rate), p.temper(trust)
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
	sc.weighCompany(evidence * (1 - trust) * sc.bustle())
}

// evidence is how much of a call's confidence rests on the other calls of its
// request where nothing else taught the models: it was weighed as if these were
// right.
const evidence = 0.6

// quiet is up to how many candidates a call the others of its request are taken to
// be right: few can have been taken for one another.
const quiet = 3

// bustle is how much of what the open calls of a scope could be is more than a
// quiet moment offers, 0–1.
func (sc *scope) bustle() float64 {
	choices, open := 0, 0
	for j := range sc.calls {
		if x := &sc.calls[j]; !x.fixed {
			choices += len(x.candidates)
			open++
		}
	}
	if choices <= quiet*open {
		return 0
	}
	return 1 - quiet*float64(open)/float64(choices)
}

// weighCompany takes from each open call's confidence what its request's other
// calls are in doubt by, on average, times evidence.
func (sc *scope) weighCompany(evidence float64) {
	for i := range sc.requests {
		calls := sc.requests[i].calls
		if len(calls) < 2 {
			continue
		}
		doubt := 0.0
		for _, j := range calls {
			doubt += sc.calls[j].doubt()
		}
		for _, j := range calls {
			x := &sc.calls[j]
			others := (doubt - x.doubt()) / float64(len(calls)-1)
			x.confidence *= 1 - evidence*others
		}
	}
}

// doubt is the probability that a call is not its request's.
func (x *call) doubt() float64 {
	if x.fixed {
		return 0
	}
	return 1 - x.confidence
}

// temper is how many times less certain than the models say the solver is: what is
// learned from its own assignments shares their mistakes. Whole requests have more
// to be wrong about than single calls.
func (p Problem) temper(trust float64) float64 {
	if p == Between {
		return 2
	}
	return 3 - trust
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
