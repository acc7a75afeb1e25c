package infer

import "math"

// rareDelay is how many times as frequent as a delay never seen one has to be for
// a request to stay a candidate.
const rareDelay = 3

// surelyTaught is from how many requests on one delay never seen is enough to rule
// a request out; below, it may be a slow moment, and takes two.
const surelyTaught = 2000

// prune drops the requests that models taught by so many requests rule out: those
// that a call would come so long after, or end so long before the end of, as was
// never seen. Where that leaves none, all stay.
func (s *solver) prune(sc *scope, taught float64) {
	var kept []int32
	for j := range sc.calls {
		x := &sc.calls[j]
		if x.fixed || len(x.candidates) < 2 {
			continue
		}
		kept = kept[:0]
		for _, i := range x.candidates {
			r := &sc.requests[i]
			e := s.eps[r.ep]
			if i == x.request || e.requests < taught || e.plausible(x.typ, x.start-r.start, r.end-x.end) {
				kept = append(kept, i)
			}
		}
		if len(kept) > 0 {
			x.candidates = append(x.candidates[:0], kept...)
		}
	}
}

// plausible reports whether the endpoint was seen to make a call of a type so
// long after its request's start, and so long before its end.
func (e *endpoint) plausible(typ int16, since, rest int64) bool {
	c := e.model(typ)
	if c == nil {
		return false
	}
	after := binOf(since)
	strange := c.nth[0].by[fromRequest].all.rare(after) && c.nth[1].by[fromRequest].all.rare(after)
	strangeEnd := rest >= 0 && c.rest.rare(binOf(rest))
	if e.requests >= surelyTaught {
		return !strange && !strangeEnd
	}
	return !strange || !strangeEnd
}

// rare reports whether a delay is hardly likelier than one never seen.
func (d *density) rare(bin int) bool {
	if d.n == 0 {
		return true
	}
	return float64(d.logp[bin]) < math.Log(rareDelay*background/(bins*(d.n+background)))-binWidth[bin]
}
