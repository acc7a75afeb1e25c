package infer

// rule is a simple way to share calls out without a model; the window teaches
// itself from several.
type rule uint8

const (
	// earliestEnd takes the request that ends first: deadlines force it.
	earliestEnd rule = iota
	// earliestStart takes the request that came first, as a queue does.
	earliestStart
	// latestStart takes the request that came last, as a stack does.
	latestStart
	// likeliest takes the request that delays counted without any assignment favour.
	likeliest
	rules
)

func (t *task) start(r rule) {
	if r == likeliest {
		t.startSoft(t.softDelays())
		return
	}
	for _, sc := range t.scopes {
		sc.start(r)
	}
}

// start assigns every open call by the rule, in order of start, among the
// requests that contain it and have the fewest calls of its type.
func (sc *scope) start(r rule) {
	sc.clearOpen()
	for j := range sc.calls {
		x := &sc.calls[j]
		if x.fixed {
			continue
		}
		best, fewest := none, 0
		for _, i := range x.candidates {
			q := &sc.requests[i]
			if q.end < x.end {
				continue
			}
			n := sc.countOf(q, x.typ)
			if best == none || n < fewest || n == fewest && r.prefers(q, &sc.requests[best]) {
				best, fewest = i, n
			}
		}
		if best == none && len(x.candidates) > 0 {
			best = x.candidates[len(x.candidates)-1]
		}
		sc.attach(int32(j), best)
	}
}

func (r rule) prefers(a, b *request) bool {
	switch r {
	case earliestEnd:
		return a.end < b.end
	case earliestStart:
		return a.start < b.start
	case latestStart:
		return a.start > b.start
	default:
		return false
	}
}

func (sc *scope) countOf(r *request, typ int16) int {
	n := 0
	for _, j := range r.calls {
		if sc.calls[j].typ == typ {
			n++
		}
	}
	return n
}
