package replay

import "slices"

// request is one i of the score: a span that made calls, or to which calls were joined.
type request struct {
	service uint32
	trace   int32
	// entry tells a request at a service from a client span, whose calls are the
	// server spans that answered it.
	entry bool
	edges map[callee]*edge
}

// edge is one (i, e): how many calls i made to e, how many were joined to i, and
// how many of these are right.
type edge struct{ made, joined, right int }

// whole reports whether exactly the calls that were made were joined.
func (e *edge) whole() bool { return e.right == e.made && e.joined == e.made }

// weight is how often the edge counts, and credit how much of it is right. A join
// too many takes a right one away, so that a single call is right or wrong.
func (e *edge) weight() int { return max(e.made, 1) }
func (e *edge) credit() int { return max(e.right-max(e.joined-e.made, 0), 0) }

// requests collects what each span called and what was joined to it. Spans with
// neither are right, and are left out.
func (t *Truth) requests(predictions []prediction) []*request {
	byParent := make([]*request, len(t.spans))
	at := func(parent, child int32) *edge {
		r := byParent[parent]
		if r == nil {
			s := &t.spans[parent]
			r = &request{service: s.Service, trace: s.Trace, entry: t.entry[parent] == parent, edges: map[callee]*edge{}}
			byParent[parent] = r
		}
		e := r.edges[t.callee[child]]
		if e == nil {
			e = &edge{}
			r.edges[t.callee[child]] = e
		}
		return e
	}
	for i := range predictions {
		child, p := int32(i), &predictions[i]
		if t.cut[i] != 0 {
			at(t.parent[i], child).made++
		}
		if p.parent < 0 {
			continue
		}
		e := at(p.parent, child)
		e.joined++
		if p.right {
			e.right++
		}
	}
	return slices.DeleteFunc(byParent, func(r *request) bool { return r == nil })
}

// tally is the share of traces whose scored requests are all right, and the share
// of right edges.
func tally(requests []*request, scored func(*request) bool) (endToEnd, edges float64) {
	traces, wrong := map[int32]bool{}, map[int32]bool{}
	credit, weight := 0, 0
	for _, r := range requests {
		if !scored(r) {
			continue
		}
		traces[r.trace] = true
		for _, e := range r.edges {
			credit += e.credit()
			weight += e.weight()
			if !e.whole() {
				wrong[r.trace] = true
			}
		}
	}
	return ratio(len(traces)-len(wrong), len(traces)), ratio(credit, weight)
}

// crowded are the services that more than one other service calls.
func (t *Truth) crowded() map[uint32]bool {
	caller := map[uint32]uint32{}
	out := map[uint32]bool{}
	for i := range t.spans {
		s := &t.spans[i]
		if !serverSide(s.Kind) || s.Up < 0 {
			continue
		}
		from := t.spans[s.Up].Service
		if first, ok := caller[s.Service]; ok && first != from {
			out[s.Service] = true
		}
		caller[s.Service] = from
	}
	return out
}

// ratio is a share; of nothing it is 0.
func ratio(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}
