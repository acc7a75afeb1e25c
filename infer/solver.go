package infer

import (
	"math"
	"slices"
)

// solver shares the calls of scopes out among their requests, under the models
// of one service.
type solver struct {
	eps []*endpoint
	// work is how many more scorings are allowed; improving leaves spare of it, to
	// weigh with what was reached.
	work, spare int

	// changed is when a request of the scope at hand last changed, on the count
	// now; an exchange looks only at what changed since it was last tried.
	changed []int
	now     int

	feat     features
	counts   []int // calls by type; only the types of the request scored are set
	inBranch []bool
	list     []int32
	match    matcher
	b        board
}

// prepare sizes the solver for so many types of calls.
func (s *solver) prepare(types int) {
	s.feat.counts = resize(s.feat.counts, types)
	s.counts = resize(s.counts, types)
}

// total scores a whole scope; nobody's calls count at the rate of roots.
func (s *solver) total(sc *scope) float64 {
	sum := 0.0
	for i := range sc.requests {
		r := &sc.requests[i]
		r.score = s.score(sc, r, r.calls)
		sum += r.score
	}
	for j := range sc.calls {
		if x := &sc.calls[j]; x.request == none && !x.fixed {
			sum += sc.rootGain[x.typ]
		}
	}
	return sum
}

// improve exchanges calls between requests until nothing gains any more or the
// rounds are used up. Each exchange is a matching of all calls of one type, or
// of everything from the first such call on, to all requests at once: the first
// repairs single mix-ups, the second those a whole request depends on.
func (s *solver) improve(sc *scope, types, rounds int) {
	s.total(sc)
	s.changed = resize(s.changed, len(sc.requests))
	for i := range s.changed {
		s.changed[i] = 1
	}
	s.now = 1
	seen := map[move]int{}
	for range rounds {
		changed := false
		for _, m := range s.moves(sc, types) {
			since := seen[m]
			s.b.fill(s, sc, m, func(j int32) bool { return s.touched(sc, j, since) })
			seen[m] = s.now
			s.now++
			if s.exchange(sc) {
				changed = true
			}
			if s.work < s.spare {
				return
			}
		}
		if !changed {
			return
		}
	}
}

// touched reports whether a request call j may belong to changed after since.
func (s *solver) touched(sc *scope, j int32, since int) bool {
	for _, i := range sc.calls[j].candidates {
		if s.changed[i] > since {
			return true
		}
	}
	return false
}

// maxNth bounds the calls of one type in one request that a branch or a tail is
// tried from.
const maxNth = 4

// moves lists the exchanges worth trying on a scope.
func (s *solver) moves(sc *scope, types int) []move {
	most := make([]int, types)
	for i := range sc.requests {
		calls := sc.requests[i].calls
		for _, j := range calls {
			s.feat.counts[sc.calls[j].typ] = 0
		}
		for _, j := range calls {
			t := sc.calls[j].typ
			s.feat.counts[t]++
			most[t] = max(most[t], s.feat.counts[t])
		}
	}
	var out []move
	for t := range types {
		if most[t] == 0 && !sc.open(int16(t)) {
			continue
		}
		out = append(out, move{typ: int16(t)})
		for nth := range min(most[t], maxNth) {
			out = append(out, move{int16(t), branch, nth}, move{int16(t), tail, nth})
		}
	}
	return out
}

// exchange solves the board and carries out those of its moves that gain when
// they are scored together. It reports whether any did.
func (s *solver) exchange(sc *scope) bool {
	b := &s.b
	if b.settled() {
		return false
	}
	s.match.solve(b.edges, b.out, len(b.slots))
	b.group(s.match.slotOf)
	changed := false
	for _, g := range b.groups {
		if s.try(sc, g) || s.tryChains(sc, g) {
			changed = true
		}
	}
	return changed
}

// try moves the items of one group and takes the moves back if the requests
// they touch are not better off.
func (s *solver) try(sc *scope, group []int32) bool {
	b := &s.b
	before := s.sum(sc, group)
	b.carry(sc, group, s.match.slotOf)
	after := s.sum(sc, group)
	if after > before+minGain {
		b.adopt(s, sc, group, s.match.slotOf)
		return true
	}
	b.carry(sc, group, b.at)
	return false
}

// tryChains tries the moves of a group apart, each with those that make room for
// it: what gains must not wait for what does not.
func (s *solver) tryChains(sc *scope, group []int32) bool {
	changed := false
	for _, chain := range s.b.chains(group, s.match.slotOf) {
		if len(chain) < len(group) && s.try(sc, chain) {
			changed = true
		}
	}
	return changed
}

// minGain keeps rounding errors from being taken for improvements.
const minGain = 1e-6

// sum scores what the items of a group touch, before or after they move.
func (s *solver) sum(sc *scope, group []int32) float64 {
	b := &s.b
	b.touched = b.touched[:0]
	for _, it := range group {
		for _, at := range []int32{b.at[it], s.match.slotOf[it]} {
			if at >= 0 {
				b.touched = appendNew(b.touched, b.slots[at].request)
			}
		}
	}
	total := 0.0
	for _, i := range b.touched {
		r := &sc.requests[i]
		total += s.score(sc, r, r.calls)
	}
	for _, it := range group {
		for _, j := range b.items[it] {
			if x := &sc.calls[j]; x.request == none {
				total += sc.rootGain[x.typ]
			}
		}
	}
	return total
}

func appendNew(list []int32, v int32) []int32 {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// merged writes base without the calls of less, and with those of more, into
// s.list, in order.
func (s *solver) merged(base, less, more []int32) []int32 {
	out := s.list[:0]
	l, m := 0, 0
	for _, j := range base {
		for l < len(less) && less[l] < j {
			l++
		}
		if l < len(less) && less[l] == j {
			continue
		}
		for m < len(more) && more[m] < j {
			out = append(out, more[m])
			m++
		}
		out = append(out, j)
	}
	out = append(out, more[m:]...)
	s.list = out
	return out
}

func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
