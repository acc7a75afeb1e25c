package infer

import (
	"math"
	"slices"
)

// board is one exchange laid out for the matcher: items (a call, or the tail of
// a request's calls) and the slots of requests they may go to.
type board struct {
	items [][]int32 // the calls of each item, in order
	at    []int32   // the slot each item is in, or outside
	slots []slot
	edges [][]edge
	out   []float64

	slotsOf [][2]int32 // of a request: its slots, from and to; empty before they are added
	itemOf  []int32    // of a call: the item it is the first of, or none
	near    []bool     // of a request: wanted calls may go there
	groups  [][]int32
	touched []int32
	owner   []int32
	pool    []edge
}

// slot is one place in a request: that of item, or one more where item is none.
type slot struct {
	request int32
	item    int32
	base    float64 // the request's score without the item
}

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

// fill lays out a move for the matcher: the calls that are wanted, and those in
// the requests these may go to.
func (b *board) fill(s *solver, sc *scope, m move, wanted func(j int32) bool) {
	b.items, b.at, b.slots, b.out = b.items[:0], b.at[:0], b.slots[:0], b.out[:0]
	b.edges, b.pool = b.edges[:0], b.pool[:0]
	b.slotsOf = resize(b.slotsOf, len(sc.requests))
	clear(b.slotsOf)
	b.near = resize(b.near, len(sc.requests))
	clear(b.near)
	b.itemOf = resize(b.itemOf, len(sc.calls))
	for j := range b.itemOf {
		b.itemOf[j] = none
	}
	for j := range sc.calls {
		if x := &sc.calls[j]; x.typ == m.typ && !x.fixed && wanted(int32(j)) {
			for _, i := range x.candidates {
				b.near[i] = true
			}
		}
	}
	if m.with == alone {
		b.addCalls(sc, m.typ, wanted)
	} else {
		b.addGroups(s, sc, m)
	}
	for it := range b.items {
		b.itemOf[b.items[it][0]] = int32(it)
	}
	for it := range b.items {
		b.addEdges(s, sc, int32(it))
	}
}

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

// addEdges scores item it in every slot it may go to.
func (b *board) addEdges(s *solver, sc *scope, it int32) {
	item := b.items[it]
	from := len(b.pool)
	for _, i := range sc.calls[item[0]].candidates {
		if !sc.allows(i, item[1:]) {
			continue
		}
		if !b.near[i] {
			continue
		}
		span := b.slotsOf[i]
		if span[0] == span[1] {
			span = b.addSlots(s, sc, i)
		}
		for at := span[0]; at < span[1]; at++ {
			b.pool = append(b.pool, edge{slot: at, gain: b.gain(s, sc, it, at)})
		}
	}
	b.edges = append(b.edges, b.pool[from:len(b.pool):len(b.pool)])
}

func (sc *scope) allows(i int32, calls []int32) bool {
	for _, j := range calls {
		if _, ok := slices.BinarySearch(sc.calls[j].candidates, i); !ok {
			return false
		}
	}
	return true
}

// addSlots gives request i a slot for each item it holds, and one more.
func (b *board) addSlots(s *solver, sc *scope, i int32) [2]int32 {
	r := &sc.requests[i]
	from := int32(len(b.slots))
	for _, j := range r.calls {
		if it := b.itemOf[j]; it != none {
			base := s.score(sc, r, s.merged(r.calls, b.items[it], nil))
			b.at[it] = int32(len(b.slots))
			b.slots = append(b.slots, slot{request: i, item: it, base: base})
		}
	}
	b.slots = append(b.slots, slot{request: i, item: none, base: r.score})
	span := [2]int32{from, int32(len(b.slots))}
	b.slotsOf[i] = span
	return span
}

// gain is what item it adds to a slot's request.
func (b *board) gain(s *solver, sc *scope, it, at int32) float64 {
	sl := &b.slots[at]
	r := &sc.requests[sl.request]
	if sl.item == it {
		return r.score - sl.base
	}
	if sc.calls[b.items[it][0]].request == sl.request {
		return math.Inf(-1) // another place in its own request is no change
	}
	var less []int32
	if sl.item != none {
		less = b.items[sl.item]
	}
	return s.score(sc, r, s.merged(r.calls, less, b.items[it])) - sl.base
}

// settled reports whether every item is where it gains most, so that no
// exchange can be better.
func (b *board) settled() bool {
	for it, edges := range b.edges {
		here := b.gainAt(int32(it), b.at[it])
		if b.out[it] > here+minGain {
			return false
		}
		for _, g := range edges {
			if g.gain > here+minGain {
				return false
			}
		}
	}
	return true
}

func (b *board) gainAt(it, at int32) float64 {
	if at == outside {
		return b.out[it]
	}
	for _, g := range b.edges[it] {
		if g.slot == at {
			return g.gain
		}
	}
	return math.Inf(-1)
}

// group collects the items that move to to, those that touch a common request
// together.
func (b *board) group(to []int32) {
	b.groups = b.groups[:0]
	b.owner = resize(b.owner, len(b.slots))
	for i := range b.owner {
		b.owner[i] = int32(i)
	}
	var find func(int32) int32
	find = func(a int32) int32 {
		for b.owner[a] != a {
			b.owner[a] = b.owner[b.owner[a]]
			a = b.owner[a]
		}
		return a
	}
	first := func(at int32) int32 { return b.slotsOf[b.slots[at].request][0] }
	for it := range b.items {
		if b.at[it] != to[it] && b.at[it] >= 0 && to[it] >= 0 {
			b.owner[find(first(b.at[it]))] = find(first(to[it]))
		}
	}
	index := map[int32]int{}
	for it := range b.items {
		if b.at[it] == to[it] {
			continue
		}
		at := max(b.at[it], to[it])
		if b.at[it] >= 0 {
			at = b.at[it]
		}
		root := find(first(at))
		k, ok := index[root]
		if !ok {
			k = len(b.groups)
			index[root] = k
			b.groups = append(b.groups, nil)
		}
		b.groups[k] = append(b.groups[k], int32(it))
	}
}

// carry moves the items of a group to their slots in to.
func (b *board) carry(sc *scope, group, to []int32) {
	for _, it := range group {
		for _, j := range b.items[it] {
			sc.detach(j)
		}
	}
	for _, it := range group {
		i := none
		if to[it] >= 0 {
			i = b.slots[to[it]].request
		}
		for _, j := range b.items[it] {
			sc.attach(j, i)
		}
	}
}

// adopt makes the moved items' new slots their own and rescores what they touch.
func (b *board) adopt(s *solver, sc *scope, group, to []int32) {
	for _, it := range group {
		b.at[it] = to[it]
	}
	for _, i := range b.touched {
		r := &sc.requests[i]
		r.score = s.score(sc, r, r.calls)
		s.changed[i] = s.now
	}
}
