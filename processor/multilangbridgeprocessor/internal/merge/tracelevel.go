package merge

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// sameClockTolerance is the tolerance of M7 between spans of one clock.
const sameClockTolerance = int64(time.Millisecond)

// crossClockTolerance is what is allowed between two hosts on top of what is known
// of their clocks: grids of a millisecond on either side.
const crossClockTolerance = 2 * int64(time.Millisecond)

// tie is trace-level evidence: its members belong to one trace (M3).
type tie struct {
	evidence Evidence
	key      uint8
	value    string  // of a custom key
	trace    TraceID // claimed trace, for claims of membership
	members  []member
	maxAge   int64 // 0: unbounded
	named    int   // traces here that the claimed id may mean
	flooded  bool  // ties more pieces than MaxFanIn (M8)
}

// member is a span that carries the evidence, in its node.
type member struct {
	holder
	node  int32
	pos   int32 // none when the span has left
	entry bool  // its parent is not in its piece
}

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

// claimTies groups the claims of membership (no parent named) by trace.
func (v *solver) claimTies() []*tie {
	type claimed struct {
		trace    TraceID
		evidence Evidence
		key      uint8
	}
	byTrace := map[claimed]*tie{}
	var ties []*tie
	for i := range v.nodes {
		n := &v.nodes[i]
		if v.s.pieces[n.piece].flags&pieceClaims == 0 {
			continue
		}
		v.s.eachHeld(n.piece, func(pos int32, r *rec) {
			for _, c := range v.s.claims[pos] {
				if r.flags&recClaims == 0 || c.Parent != 0 || !v.s.isEntry(r) {
					continue
				}
				if c.Untrusted {
					v.refuse(pos, RefusedUntrusted)
					continue
				}
				if v.s.floods(&c) {
					if c.Evidence != EvidenceCustom { // there the value's own tie says it
						v.refuse(pos, RefusedKeyFlood)
					}
					continue
				}
				t := byTrace[claimed{c.Target, c.Evidence, c.Key}]
				if t == nil {
					t = &tie{evidence: c.Evidence, key: c.Key, trace: c.Target}
					byTrace[claimed{c.Target, c.Evidence, c.Key}] = t
					ties = append(ties, t)
					v.s.eachNamed(c.Target, func(pi int32) {
						if named, ok := v.index[pi]; ok {
							t.members = append(t.members, member{node: named, pos: none})
							t.named++
							if v.nodes[named].same != named {
								t.named-- // it stands for another that is named as well
							}
						}
					})
				}
				t.members = append(t.members, v.member(pos, r, int32(i)))
			}
		})
	}
	// A custom key's value that happens to look like a trace id, but is none, ties
	// by its value alone.
	// Half an id that is the half of two means neither (M1).
	return slices.DeleteFunc(ties, func(t *tie) bool { return t.named > 1 || t.evidence == EvidenceCustom && t.named == 0 })
}

func (v *solver) member(pos int32, r *rec, n int32) member {
	return member{
		holder: holder{
			trace: v.id(n), span: r.id, service: r.service, start: r.start, end: r.end, kind: r.kind, root: r.parent == 0,
		},
		node: n, pos: pos, entry: true,
	}
}

// keyTies groups the component's key values.
func (v *solver) keyTies() []*tie {
	seen := map[*keyed]struct{}{}
	var ties []*tie
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.fixed || v.s.pieces[n.piece].flags&pieceMarks == 0 {
			continue
		}
		v.s.eachHeld(n.piece, func(pos int32, r *rec) {
			if r.flags&recMarks == 0 {
				return
			}
			for _, m := range v.s.marks[pos] {
				k := m.keyed
				if v.s.cfg.Keys[k.key].Evidence.exact() {
					continue // see exactKeys
				}
				if k.flooded && r.parent == 0 {
					v.refuse(pos, RefusedKeyFlood)
				}
				if _, again := seen[k]; again || k.flooded {
					continue
				}
				seen[k] = struct{}{}
				ties = append(ties, v.keyTie(k))
			}
		})
	}
	return ties
}

func (v *solver) keyTie(k *keyed) *tie {
	t := &tie{evidence: v.s.cfg.Keys[k.key].Evidence, key: k.key, value: k.value, maxAge: int64(v.s.cfg.Keys[k.key].MaxAge)}
	if k.pieces(v.s.cfg.MaxFanIn) > v.s.cfg.MaxFanIn {
		t.flooded = true
		k.flooded = true
	}
	for i := range k.holders {
		h := k.holders[i]
		n, ok := v.index[v.s.find(h.trace)]
		if !ok {
			continue
		}
		m := member{holder: h, node: n, pos: v.s.lookup(v.nodes[n].piece, h.span), entry: h.root}
		if m.pos != none {
			m.entry = v.s.isEntry(v.s.recs.at(m.pos))
		}
		t.members = append(t.members, m)
	}
	return t
}

// tie joins the trees of a tie's members under one of them.
func (v *solver) tie(t *tie) {
	if t.flooded {
		v.refuseMembers(t.members, RefusedKeyFlood)
		return
	}
	slices.SortStableFunc(t.members, compareMembers)
	v.dropOld(t)
	v.dropUntrusted(t)
	origins := v.origins(t)
	tops := v.tops(t, origins)
	if len(tops) < 2 {
		return
	}
	if len(origins) > 1 {
		v.refuseMembers(t.members, RefusedAmbiguous)
		return
	}
	winner := tops[0]
	for rank, top := range tops[1:] {
		v.join(t, top, winner, tops[:rank+1])
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
			v.refuse(m.pos, cause)
		}
	}
}

// dropOld leaves out members that start more than maxAge after the first (M7).
func (v *solver) dropOld(t *tie) {
	if t.maxAge == 0 || len(t.members) == 0 {
		return
	}
	limit := t.members[0].start + t.maxAge
	keep := slices.IndexFunc(t.members, func(m member) bool { return m.start > limit })
	if keep < 0 {
		return
	}
	v.refuseMembers(t.members[keep:], RefusedTime)
	t.members = t.members[:keep]
}

func (v *solver) dropUntrusted(t *tie) {
	t.members = slices.DeleteFunc(t.members, func(m member) bool {
		if m.untrusted {
			v.refuseMembers([]member{m}, RefusedUntrusted)
		}
		return m.untrusted
	})
}

// tops are the tops of the members' trees, the one that gives the id first: a
// fixed one, else the one the value comes from (M8), else the earliest, ties broken
// by the bytes of the id (M3).
func (v *solver) tops(t *tie, origins []int32) []int32 {
	var tops []int32
	for _, m := range t.members {
		if top := v.top(m.node); !slices.Contains(tops, top) {
			tops = append(tops, top)
		}
	}
	slices.SortFunc(tops, func(a, b int32) int {
		x, y := &v.nodes[a], &v.nodes[b]
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
		return cmp.Or(first(x.fixed, y.fixed), first(slices.Contains(origins, a), slices.Contains(origins, b)), cmp.Compare(x.start, y.start), cmp.Compare(a, b)) // nodes are ordered by id
	})
	return tops
}

// origins are the tops of the trees the value comes from: those that carry it in a
// tracestate, or send it without having received it. More than one is ambiguous (M8).
func (v *solver) origins(t *tie) []int32 {
	received := map[int32]bool{}
	for _, m := range t.members {
		if m.entry && !m.origin {
			received[m.node] = true
		}
	}
	var tops []int32
	for _, m := range t.members {
		sends := m.kind == kindClient || m.kind == kindProducer
		if !m.origin && (!sends || received[m.node]) {
			continue
		}
		if top := v.top(m.node); !slices.Contains(tops, top) {
			tops = append(tops, top)
		}
	}
	return tops
}

// join puts one tree under the winner's. Its entries that carry the evidence get
// a parent where exactly one span can be it, among the trees that rank before theirs.
func (v *solver) join(t *tie, top, winner int32, before []int32) {
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
	marked := false
	for _, m := range t.members {
		if m.pos == none || !m.entry || v.top(m.node) != top {
			continue
		}
		j := join{evidence: t.evidence, key: t.key, link: v.id(winner)}
		p, ok := parentFor(m, v.candidates(t, m))
		if ok && t.evidence != EvidenceXRayRoot && t.trace.IsZero() && v.rank(p.node, before) != none && (p.pos == none || !v.impossible(m.pos, p.pos)) {
			j.parent, j.link, j.linkSpan = p.span, p.trace, p.span
		}
		v.joinTied(m.pos, j)
		marked = true
	}
	if !marked {
		v.s.eachHeld(v.nodes[top].piece, func(pos int32, r *rec) {
			if v.s.isEntry(r) {
				v.joinTied(pos, join{evidence: t.evidence, key: t.key, link: v.id(winner)})
			}
		})
	}
	v.put(top, winner)
}

// candidates are the spans that may be the parent of an entry by its tie. Those of
// all other trees are asked, so that a second one makes it ambiguous wherever it
// ranks; and where the entry names a parent that is nowhere, those of its own tree
// as well, for that parent may have stood under one of them.
func (v *solver) candidates(t *tie, e member) []member {
	out := make([]member, 0, len(t.members))
	top := v.top(e.node)
	dangling := v.s.recs.at(e.pos).parent != 0
	for _, m := range t.members {
		own := v.top(m.node) == top
		if m.span == 0 || own && (!dangling || m.pos == none || m.pos == e.pos || v.above(v.nodes[m.node].piece, e.pos, m.pos)) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// joinTied records a trace-level join unless stronger evidence has spoken.
func (v *solver) joinTied(pos int32, j join) {
	if v.s.recs.at(pos).flags&recJoined == 0 || v.s.joins[pos].evidence == EvidenceNone {
		v.joined(pos, j)
	}
}

// rank is the tree of a node if it is among those before, none if not. Trees
// that were joined meanwhile count as the winner's.
func (v *solver) rank(n int32, before []int32) int32 {
	top := v.top(n)
	if slices.Contains(before, top) {
		return top
	}
	return none
}

// parentFor picks the parent of an entry among the spans that carry its key. A
// thread that lost its context belongs to the serving span of its process, if that
// carries the key; everything else to the one call or message of another process
// that can have caused it. Where several can be it, none is; and who has only
// received a value is nobody's parent (M8).
func parentFor(e member, candidates []member) (member, bool) {
	called := e.kind == kindServer || e.kind == kindConsumer
	serving := func(m member) bool {
		return !called && m.service == e.service && (m.kind == kindServer || m.kind == kindConsumer) &&
			m.start-sameClockTolerance <= e.start
	}
	calling := func(m member) bool {
		switch e.kind {
		case kindServer:
			return m.kind == kindClient && m.service != e.service
		case kindConsumer:
			return m.kind == kindProducer
		default:
			return (m.kind == kindClient || m.kind == kindProducer) && m.service != e.service
		}
	}
	for _, can := range []func(member) bool{serving, calling} {
		var found member
		n := 0
		for _, m := range candidates {
			if can(m) && (n == 0 || m.span != found.span || m.trace != found.trace) {
				found = m
				n++
			}
		}
		if n > 0 {
			return found, n == 1
		}
	}
	return member{}, false
}
