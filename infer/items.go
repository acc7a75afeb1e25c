package infer

import "math"

// move is what an exchange moves: for each request, its calls of a type.
type move struct {
	typ  int16
	with company
	nth  int // which call of the type a branch or a tail starts at
}

// company is what goes along with a call.
type company uint8

const (
	alone  company = iota
	branch         // what followed from it beside other calls
	tail           // everything after it
)

func (b *board) addCalls(sc *scope, t int16, wanted func(j int32) bool) {
	for j := range sc.calls {
		x := &sc.calls[j]
		if x.typ != t || x.fixed || len(x.candidates) == 0 {
			continue
		}
		if x.request != none && b.near[x.request] || x.request == none && wanted(int32(j)) {
			b.items = append(b.items, []int32{int32(j)})
			b.out = append(b.out, sc.rootGain[t])
			b.at = append(b.at, outside)
		}
	}
}

// addGroups makes an item of one call of each request and the open calls that
// go along with it. All calls of a request are no item: moving them is a change
// of name.
func (b *board) addGroups(s *solver, sc *scope, m move) {
	for i := range sc.requests {
		if !b.near[i] {
			continue
		}
		r := &sc.requests[i]
		k := sc.nthOpen(r, m.typ, m.nth)
		if k < 0 || m.with == tail && k == 0 {
			continue
		}
		var item []int32
		if m.with == tail {
			item = sc.openAmong(r.calls[k:])
		} else {
			item = s.branchFrom(sc, r, k)
		}
		if len(item) < 2 || len(item) == len(r.calls) {
			continue
		}
		gain := 0.0
		for _, j := range item {
			gain += sc.rootGain[sc.calls[j].typ]
		}
		b.items = append(b.items, item)
		b.out = append(b.out, gain)
		b.at = append(b.at, outside)
	}
}

// nthOpen returns the position of a request's nth call of a type, or -1 where
// there is none or its request is known.
func (sc *scope) nthOpen(r *request, typ int16, nth int) int {
	for k, j := range r.calls {
		x := &sc.calls[j]
		if x.typ != typ {
			continue
		}
		if nth == 0 {
			if x.fixed {
				return -1
			}
			return k
		}
		nth--
	}
	return -1
}

func (sc *scope) openAmong(calls []int32) []int32 {
	var out []int32
	for _, j := range calls {
		if !sc.calls[j].fixed {
			out = append(out, j)
		}
	}
	return out
}

// branchFrom lists the call at position k of a request and all open ones that
// follow from it, up to where the request has no call in flight any more: there
// its branches meet.
func (s *solver) branchFrom(sc *scope, r *request, k int) []int32 {
	s.feat.read(r, r.calls, sc.calls)
	in := resize(s.inBranch, len(r.calls))
	s.inBranch = in
	out := []int32{r.calls[k]}
	clear(in)
	in[k] = true
	busy := int64(math.MinInt64)
	for i, j := range r.calls {
		x := &sc.calls[j]
		if i > k && x.start >= busy {
			break
		}
		busy = max(busy, x.end)
		if i <= k {
			continue
		}
		f := s.eps[r.ep].follows(&s.feat, i)
		if f >= 0 && in[f] {
			in[i] = true
			if !x.fixed {
				out = append(out, j)
			}
		}
	}
	return out
}
