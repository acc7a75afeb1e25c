package infer

import (
	"math"
	"slices"
)

// board is one exchange laid out for the matcher: items (a call, or the tail of
// a request's calls) and the slots of requests they may go to.
type board struct {
	typ   int16     // of the items' first calls
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

// fill lays out a move for the matcher: the calls that are wanted, and those in
// the requests these may go to.
func (b *board) fill(s *solver, sc *scope, m move, wanted func(j int32) bool) {
	b.items, b.at, b.slots, b.out = b.items[:0], b.at[:0], b.slots[:0], b.out[:0]
	b.edges, b.pool = b.edges[:0], b.pool[:0]
	b.typ = m.typ
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

// tooMany is the log probability from which on one more call of a type in a
// request is not considered.
const tooMany = -6

// addSlots gives request i a slot for each item it holds, and one more unless it
// has as many as it may.
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
	n := int32(len(b.slots)) - from
	if c := s.eps[r.ep].model(b.typ); n == 0 || c == nil || c.another(int(n)) > tooMany {
		b.slots = append(b.slots, slot{request: i, item: none, base: r.score})
	}
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
