package merge

import (
	"math"
	"slices"
)

// solver decides one component. Its result depends on the held spans of the
// component alone: nodes are in the order of their ids, evidence in that of M6.
type solver struct {
	s     *Store
	nodes []node
	index map[int32]int32 // piece → node
	// entries of every trace, found when first asked for; see entriesOf.
	entries map[int32][]int32
	steps   int // up the trees, since last set to 0; see below
	// answered calls, found when first asked for and before any parent is inferred.
	answered map[uint64]struct{}
}

// node is a piece in the tree of joins. A piece under half an id stands for the
// node of the full id (same); only that one is in the tree.
type node struct {
	piece int32
	same  int32 // itself, or the node of the full id
	up    int32 // the node it was joined to; none at the top
	start int64 // start of its earliest held span
	spans int   // held spans of the tree below, while it is a top
	fixed bool
}

func newSolver(s *Store, pieces []int32) *solver {
	v := &solver{s: s, nodes: make([]node, len(pieces)), index: make(map[int32]int32, len(pieces))}
	for i, pi := range pieces {
		p := &s.pieces[pi]
		n := node{piece: pi, same: int32(i), up: none, start: math.MaxInt64, spans: int(p.held), fixed: p.flags&pieceFixed != 0}
		s.eachHeld(pi, func(_ int32, r *rec) { n.start = min(n.start, r.start) })
		v.nodes[i] = n
		v.index[pi] = int32(i)
	}
	return v
}

func (v *solver) solve() {
	if v.s.cfg.Identity {
		v.joinWidths()
	}
	for _, p := range v.proofs() {
		v.accept(p)
	}
	v.joinTraceLevel()
	v.repair()
	v.finish()
}

// top is the node at the top of a node's tree.
func (v *solver) top(n int32) int32 {
	n = v.nodes[n].same
	for v.nodes[n].up != none {
		n = v.nodes[v.nodes[n].up].same
	}
	return n
}

func (v *solver) id(n int32) TraceID { return v.s.pieces[v.nodes[n].piece].id }

// joinWidths ties each 64-bit piece to the one full id it is the half of (M1).
func (v *solver) joinWidths() {
	for i := range v.nodes {
		n := int32(i)
		id := v.id(n)
		if v.nodes[n].fixed || id.Hi != 0 && id.Lo != 0 {
			continue
		}
		var full []int32
		v.s.eachNamed(TraceID{Lo: id.Lo | id.Hi}, func(pi int32) { // the zero half is left or, right-padded, right
			if f, ok := v.index[pi]; ok && f != n && v.id(f).Hi != 0 {
				full = append(full, f)
			}
		})
		slices.Sort(full)
		v.joinWidth(n, full)
	}
}

func (v *solver) joinWidth(half int32, full []int32) {
	if len(full) == 0 {
		return
	}
	var hits []int32
	hint := v.s.hints[v.nodes[half].piece]
	for _, f := range full {
		if hint != 0 && v.id(f).Hi == hint || hint == 0 && v.related(half, f) {
			hits = append(hits, f)
		}
	}
	if hint != 0 && len(hits) == 0 {
		return // it is the half of an id that is not here
	}
	if len(hits) == 0 && len(full) == 1 && v.unverifiable(half, full[0]) {
		hits = full
	}
	if len(hits) != 1 {
		v.refuseEntries(half, RefusedAmbiguous)
		return
	}
	v.nodes[half].same = hits[0]
	v.nodes[hits[0]].spans += v.nodes[half].spans
	v.s.eachHeld(v.nodes[half].piece, func(pos int32, r *rec) {
		if r.parent == 0 || v.s.lookup(r.piece, r.parent) == none {
			v.joined(pos, join{evidence: EvidenceWidth, link: v.id(hits[0]), linkSpan: r.parent})
		}
	})
}

// related reports whether a span of one piece has its parent in the other.
func (v *solver) related(a, b int32) bool {
	return v.parentIn(a, b) || v.parentIn(b, a)
}

func (v *solver) parentIn(child, parent int32) bool {
	found := false
	pp := v.nodes[parent].piece
	v.s.eachHeld(v.nodes[child].piece, func(_ int32, r *rec) {
		found = found || r.parent != 0 && v.s.lookup(r.piece, r.parent) == none && v.s.lookup(pp, r.parent) != none
	})
	return found
}

// unverifiable reports whether there is no parent to verify a width join by: the
// other piece's spans have left, or the half has no entry that names a parent.
func (v *solver) unverifiable(half, full int32) bool {
	if v.s.pieces[v.nodes[full].piece].held == 0 {
		return true
	}
	named := false
	v.s.eachHeld(v.nodes[half].piece, func(_ int32, r *rec) {
		named = named || r.parent != 0 && v.s.lookup(r.piece, r.parent) == none
	})
	return !named
}

// accept adds a join to the trees unless it would close a cycle or tie one piece
// to two traces.
func (v *solver) accept(p proof) {
	from := v.nodes[p.from].same
	switch {
	case v.top(from) == v.top(p.to):
		if v.ancestor(p) {
			v.refuse(p.pos, RefusedCycle)
			return
		}
	case v.nodes[from].fixed:
		v.refuse(p.pos, RefusedLate)
		return
	case v.nodes[from].up != none:
		v.refuse(p.pos, RefusedConflict)
		return
	case !v.put(from, p.to):
		v.refuse(p.pos, RefusedSize)
		return
	}
	v.joined(p.pos, join{evidence: p.evidence, sure: p.sure, parent: p.parent, link: v.id(p.to), linkSpan: p.parent})
}

// put hangs the tree of a top under another node; false if the trace would get too large.
func (v *solver) put(top, under int32) bool {
	to := v.top(under)
	if v.nodes[top].spans+v.nodes[to].spans > v.s.cfg.MaxTraceSpans {
		return false
	}
	v.nodes[to].spans += v.nodes[top].spans
	v.nodes[top].up = under
	return true
}

// maxDepth bounds the walk that looks for a cycle.
const maxDepth = 4096

// ancestor reports whether the entry is an ancestor of its claimed parent.
func (v *solver) ancestor(p proof) bool {
	parent := v.s.span(v.nodes[p.to].piece, p.parent)
	v.steps = 0
	return parent != none && v.below(parent, p.pos)
}

func (v *solver) joined(pos int32, j join) {
	v.s.joins[pos] = j
	v.s.recs.at(pos).flags |= recJoined
	if j.evidence == EvidenceCustom {
		v.s.stats.CustomJoins[j.key]++
		return
	}
	v.s.stats.Joins[j.evidence]++
}

// uncount takes back the count of a join that another takes the place of.
func (v *solver) uncount(j join) {
	switch j.evidence {
	case EvidenceNone: // it was a refusal
	case EvidenceCustom:
		v.s.stats.CustomJoins[j.key]--
	default:
		v.s.stats.Joins[j.evidence]--
	}
}

func (v *solver) refuse(pos int32, cause Refusal) {
	v.s.stats.Refused[cause]++
	r := v.s.recs.at(pos)
	if r.flags&recJoined != 0 {
		return
	}
	r.flags |= recJoined
	v.s.joins[pos] = join{refused: cause}
}

func (v *solver) refuseEntries(n int32, cause Refusal) {
	v.s.eachHeld(v.nodes[n].piece, func(pos int32, r *rec) {
		if v.s.isEntry(r) {
			v.refuse(pos, cause)
		}
	})
}

// finish fixes every piece to the id of its tree's top (M3).
func (v *solver) finish() {
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.fixed {
			continue
		}
		top := &v.nodes[v.top(int32(i))]
		p := &v.s.pieces[top.piece]
		final := p.id
		switch {
		case top.fixed:
			final = p.final
		case p.id.Hi == 0:
			final.Hi = v.s.hints[top.piece] // the full id is known though it never came
		}
		if top == n {
			v.s.stats.TracesOut++
		}
		v.s.fix(n.piece, final)
	}
}
