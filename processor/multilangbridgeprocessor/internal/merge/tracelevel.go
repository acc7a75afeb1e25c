package merge

import (
	"cmp"
	"slices"
	"strings"
)

// joinTraceLevel ties trees whose pieces claim one trace or carry one key value.
func (v *solver) joinTraceLevel() {
	ties := append(v.claimTies(), v.keyTies()...)
	slices.SortFunc(ties, func(a, b *tie) int {
		return cmp.Or(
			cmp.Compare(a.evidence.strength(), b.evidence.strength()),
			cmp.Compare(a.key, b.key), strings.Compare(b.value, a.value), // those with a value name parents: first
			cmp.Compare(a.trace.Hi, b.trace.Hi), cmp.Compare(a.trace.Lo, b.trace.Lo),
		)
	})
	for _, t := range ties {
		v.tie(t)
	}
}

// tie joins the trees of a tie's members under one of them.
func (v *solver) tie(t *tie) {
	if t.flooded {
		v.refuseMembers(t.members, RefusedKeyFlood)
		return
	}
	slices.SortStableFunc(t.members, compareMembers)
	parents := v.keyParents(t)
	v.dropUntrusted(t)
	origins := v.origins(t, parents) // however long ago: who else sent the value counts while it is known
	v.dropOld(t)
	v.dropUncalled(t)
	tops := v.tops(t)
	if len(tops) > 1 && len(origins) > 1 {
		v.refuseMembers(t.members, RefusedAmbiguous)
		return
	}
	if len(tops) == 0 {
		return
	}
	winner := v.winner(tops, origins, parents)
	for _, top := range tops {
		if top != winner {
			v.join(t, top, winner)
		}
	}
	for _, m := range t.members {
		p, ok := parents[m.pos]
		if ok && v.top(m.node) == winner && v.top(p.node) == winner {
			v.joinTied(m.pos, join{evidence: t.evidence, key: t.key, parent: p.span, link: p.trace, linkSpan: p.span})
		}
	}
}

func compareMembers(a, b member) int {
	return cmp.Or(
		cmp.Compare(a.start, b.start),
		cmp.Compare(a.trace.Hi, b.trace.Hi), cmp.Compare(a.trace.Lo, b.trace.Lo),
		cmp.Compare(a.span, b.span), cmp.Compare(a.end, b.end), cmp.Compare(a.kind, b.kind),
	)
}

func (v *solver) refuseMembers(members []member, cause Refusal) {
	for _, m := range members {
		if m.pos != none && m.entry {
			v.s.eachCopy(m.pos, func(pos int32) { v.refuse(pos, cause) })
		}
	}
}

// dropOld leaves out trees that start more than maxAge apart from every other (M7).
func (v *solver) dropOld(t *tie) {
	if t.maxAge == 0 {
		return
	}
	near := map[int32]bool{}
	for i := 1; i < len(t.members); i++ {
		a, b := &t.members[i-1], &t.members[i]
		if x, y := v.top(a.node), v.top(b.node); x != y && b.start-a.start <= t.maxAge {
			near[x], near[y] = true, true
		}
	}
	v.dropTrees(t, RefusedTime, func(top int32) bool { return !near[top] })
}

// dropTrees leaves trees out and says why, where there is more than one.
func (v *solver) dropTrees(t *tie, cause Refusal, out func(top int32) bool) {
	if len(v.tops(t)) < 2 {
		return
	}
	t.members = slices.DeleteFunc(t.members, func(m member) bool {
		dropped := out(v.top(m.node))
		if dropped {
			v.refuseMembers([]member{m}, cause)
		}
		return dropped
	})
}

// dropUncalled leaves out trees that have only been called, at a time when none of
// the calls that carry the value was under way: somebody else called them, with a
// value that then is not one request's (M8).
func (v *solver) dropUncalled(t *tie) {
	if t.maxAge == 0 || t.hasOrigin() {
		return
	}
	kept := map[int32]bool{}
	for i := range t.members {
		m := &t.members[i]
		called := m.kind == kindServer && m.pos != none && m.entry
		kept[v.top(m.node)] = kept[v.top(m.node)] || !called || v.callable(t, m)
	}
	v.dropTrees(t, RefusedTime, func(top int32) bool { return !kept[top] })
}

// callable reports whether a call of another process can have been under way when
// the called span began, or no such call carries the value.
func (v *solver) callable(t *tie, called *member) bool {
	calls := false
	for i := range t.members {
		m := &t.members[i]
		if m.kind != kindClient || m.service == called.service {
			continue
		}
		if v.near(called.times(), m.times()) {
			return true
		}
		calls = true
	}
	return !calls
}

func (v *solver) dropUntrusted(t *tie) {
	t.members = slices.DeleteFunc(t.members, func(m member) bool {
		if m.untrusted {
			v.refuseMembers([]member{m}, RefusedUntrusted)
		}
		return m.untrusted
	})
}

// tops are the tops of the members' trees, in the order in which the trees' members
// start.
func (v *solver) tops(t *tie) []int32 {
	var tops []int32
	for _, m := range t.members {
		if top := v.top(m.node); !slices.Contains(tops, top) {
			tops = append(tops, top)
		}
	}
	return tops
}

// winner is the tree that gives the id: a fixed one, else the one the value comes
// from (M8), else one that has no parent in another, else the earliest, ties broken
// by the bytes of the id (M3).
func (v *solver) winner(tops, origins []int32, parents map[int32]member) int32 {
	under := map[int32]bool{}
	for pos, p := range parents {
		top := v.top(v.index[v.s.recs.at(pos).piece])
		under[top] = under[top] || v.top(p.node) != top
	}
	first := func(a, b bool) int {
		switch {
		case a == b:
			return 0
		case a:
			return -1
		default:
			return 1
		}
	}
	return slices.MinFunc(tops, func(a, b int32) int {
		x, y := &v.nodes[a], &v.nodes[b]
		return cmp.Or(
			first(x.fixed, y.fixed),
			first(slices.Contains(origins, a), slices.Contains(origins, b)),
			first(!under[a], !under[b]),
			cmp.Compare(x.start, y.start),
			cmp.Compare(a, b), // nodes are ordered by id
		)
	})
}

// origins are the tops of the trees the value comes from: those that carry it in a
// tracestate, or send it without that they or their process received it. More than one
// is ambiguous (M8).
func (v *solver) origins(t *tie, parents map[int32]member) []int32 {
	sends := func(m *member) bool { return m.kind == kindClient || m.kind == kindProducer }
	received, serves := map[int32]bool{}, map[uint64]bool{}
	for i := range t.members {
		m := &t.members[i]
		serves[m.service] = serves[m.service] || m.kind == kindServer || m.kind == kindConsumer
	}
	for i := range t.members {
		m := &t.members[i]
		_, found := parents[m.pos]
		if m.entry && !m.origin && (!sends(m) || found || serves[m.service]) {
			received[m.node] = true
		}
	}
	var tops []int32
	for i := range t.members {
		m := &t.members[i]
		if !m.origin && (!sends(m) || received[m.node]) {
			continue
		}
		if top := v.top(m.node); !slices.Contains(tops, top) {
			tops = append(tops, top)
		}
	}
	return tops
}

// join puts one tree under the winner's; keyed parents are given afterwards, when
// it is known that both ends are of one trace.
func (v *solver) join(t *tie, top, winner int32) {
	if v.nodes[top].fixed {
		if v.s.pieces[v.nodes[top].piece].final != v.s.pieces[v.nodes[winner].piece].final {
			v.s.stats.Refused[RefusedLate]++
		}
		return
	}
	if v.nodes[top].spans+v.nodes[winner].spans > v.s.cfg.MaxTraceSpans {
		v.refuseEntries(v.nodes[top].same, RefusedSize)
		return
	}
	tied := join{evidence: t.evidence, key: t.key, oneSided: t.hasOrigin(), link: v.id(winner)}
	marked := false
	for _, m := range t.members {
		if m.pos == none || !m.entry || v.top(m.node) != top {
			continue
		}
		v.joinTied(m.pos, tied)
		marked = true
	}
	if !marked {
		v.s.eachHeld(v.nodes[top].piece, func(pos int32, r *rec) {
			if v.s.isEntry(r) {
				v.joinTied(pos, tied)
			}
		})
	}
	v.put(top, winner)
}

// joinTied records a trace-level join unless stronger evidence has spoken. Evidence
// that gave no parent is no obstacle to one that does.
func (v *solver) joinTied(pos int32, j join) {
	v.s.eachCopy(pos, func(pos int32) {
		before := v.s.joins[pos]
		switch {
		case v.s.recs.at(pos).flags&recJoined == 0 || before.evidence == EvidenceNone:
			v.joined(pos, j)
		case before.parent == 0 && before.id == 0 && j.parent != 0:
			v.uncount(before)
			v.joined(pos, j)
		}
	})
}
