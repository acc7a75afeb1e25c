package infer

import "math"

// score is the log probability density of a request with these calls under its
// endpoint's model. It is where the time goes: it reads of each call only what
// the model uses.
func (s *solver) score(sc *scope, r *request, calls []int32) float64 {
	s.work--
	e := s.eps[r.ep]
	for _, j := range calls {
		s.counts[sc.calls[j].typ] = 0
	}
	sum := e.noCalls
	last, lastType := r.start, startType
	for k, j := range calls {
		x := &sc.calls[j]
		nth := s.counts[x.typ]
		s.counts[x.typ] = nth + 1
		late := x.end > r.end
		if !late && x.end >= last {
			last, lastType = x.end, x.typ
		}
		c := e.model(x.typ)
		if c == nil {
			sum += e.unseen(x.start - r.start)
			continue
		}
		sum += c.another(nth) + s.delay(sc, r, calls, k, c.delays(nth))
		if late {
			sum += c.logLate
		} else {
			sum += c.logTidy
		}
	}
	return sum + e.ends.at(lastType, binOf(r.end-last))
}

// another is what one more call adds to the log probability of their number.
func (c *callModel) another(nth int) float64 {
	if nth+1 < maxCount {
		return c.logCount[nth+1] - c.logCount[nth]
	}
	return 0
}

// unseen is the log density of a call of a type its endpoint never made: less
// the better the endpoint is known.
func (e *endpoint) unseen(delay int64) float64 {
	return math.Log(0.25/(bins*(e.requests+1))) - binWidth[binOf(delay)]
}

// delays returns the delays of the call after nth others of its type.
func (c *callModel) delays(nth int) *anchored {
	if nth > 0 && c.nth[1].n > 0 {
		return &c.nth[1]
	}
	return &c.nth[0]
}

// delay is the log density of when the call at position k was made.
func (s *solver) delay(sc *scope, r *request, calls []int32, k int, a *anchored) float64 {
	x := &sc.calls[calls[k]]
	switch a.best {
	case fromAnswer:
		answer, before := r.start, startType
		for i := k - 1; i >= max(k-lookback, 0); i-- {
			y := &sc.calls[calls[i]]
			if y.end <= x.start && (y.end > answer || before == startType && y.end == answer) {
				answer, before = y.end, y.typ
			}
		}
		return a.by[fromAnswer].at(before, binOf(x.start-answer))
	case fromCall:
		if k == 0 {
			return a.by[fromCall].at(startType, binOf(x.start-r.start))
		}
		y := &sc.calls[calls[k-1]]
		return a.by[fromCall].at(y.typ, binOf(x.start-y.start))
	default:
		return a.by[fromRequest].at(startType, binOf(x.start-r.start))
	}
}

// next is the log density of call j coming next in request r.
func (s *solver) next(sc *scope, r *request, j int32) float64 {
	s.work--
	x := &sc.calls[j]
	c := s.eps[r.ep].model(x.typ)
	if c == nil {
		return s.eps[r.ep].unseen(x.start - r.start)
	}
	s.list = append(append(s.list[:0], r.calls...), j)
	nth := 0
	for _, i := range r.calls {
		if sc.calls[i].typ == x.typ {
			nth++
		}
	}
	sum := s.delay(sc, r, s.list, len(r.calls), c.delays(nth)) + c.logMore[min(nth, maxCount-1)]
	if x.end > r.end {
		return sum + c.logLate
	}
	return sum + c.logTidy
}
