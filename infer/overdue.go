package infer

import "math"

// overdue is how much a request gains on others for a call it should have made
// already: minus the log of the share of requests that wait so long. Of two that
// could make a call now, the one that has waited longer is the likelier, however
// rare it is to wait so long.
func (s *solver) overdue(sc *scope, r *request, j int32) float64 {
	x := &sc.calls[j]
	c := s.eps[r.ep].model(x.typ)
	if c == nil {
		return 0
	}
	nth := sc.countOf(r, x.typ)
	if c.logMore[min(nth, maxCount-1)] < tooMany {
		return 0 // it waits for none
	}
	g, before, bin := s.waited(sc, r, j, c.delays(nth))
	return -g.tail(before, bin)
}

// waited is the delay of call j, were it next in request r, with the density that
// it is drawn from and the event it is counted from.
func (s *solver) waited(sc *scope, r *request, j int32, a *anchored) (g *gaps, before int16, bin int) {
	x := &sc.calls[j]
	g, before = &a.by[a.best], startType
	from := r.start
	switch last := len(r.calls) - 1; {
	case last < 0 || a.best == fromRequest:
	case a.best == fromCall:
		y := &sc.calls[r.calls[last]]
		from, before = y.start, y.typ
	default:
		for i := last; i >= max(last+1-lookback, 0); i-- {
			y := &sc.calls[r.calls[i]]
			if y.end <= x.start && (y.end > from || before == startType && y.end == from) {
				from, before = y.end, y.typ
			}
		}
	}
	return g, before, binOf(x.start - from)
}

// tail is the log share of delays after an event that are at least as long.
func (g *gaps) tail(before int16, bin int) float64 {
	d := &g.all
	if i := int(before) + 1; i < len(g.by) && g.by[i] != nil {
		d = g.by[i]
	}
	n := 0.0
	for _, c := range d.count[bin:] {
		n += float64(c)
	}
	return math.Log((n + background) / (d.n + background))
}
