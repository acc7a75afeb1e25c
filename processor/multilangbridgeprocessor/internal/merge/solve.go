package merge

import (
	"cmp"
	"math"
	"slices"
)

// solver decides one component. Its result depends on the held spans of the
// component alone: nodes are in the order of their ids, evidence in that of M6.
type solver struct {
	s     *Store
	nodes []node
	index map[int32]int32 // piece → node
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

// proof is accepted-looking evidence: the entry at pos has the parent in node to.
type proof struct {
	evidence Evidence
	pos      int32
	from, to int32
	parent   uint64
	// backwards is 1 where the parent starts after the entry, by clocks that may be
	// apart: such evidence comes after what fits, so that it closes the cycle (M7).
	backwards uint8
	// bad is why the proof is refused, if it turns out to be the strongest.
	bad Refusal
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

// proofs collects the strongest evidence of every entry, in the order of M6.
func (v *solver) proofs() []proof {
	var all []proof
	fanIn := map[proof]int{}
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.fixed || v.s.pieces[n.piece].flags&(pieceClaims|pieceMarks|pieceReceives) == 0 {
			continue
		}
		v.s.eachHeld(n.piece, func(pos int32, r *rec) {
			if r.flags&(recClaims|recMarks) == 0 || !v.s.isEntry(r) {
				return
			}
			if p, ok := v.strongest(pos, int32(i)); ok {
				all = append(all, p)
				if p.evidence == EvidenceLink {
					fanIn[proof{to: p.to, parent: p.parent}]++
				}
			}
		})
	}
	slices.SortFunc(all, v.compare)
	return slices.DeleteFunc(all, func(p proof) bool {
		flood := p.evidence == EvidenceLink && fanIn[proof{to: p.to, parent: p.parent}] > v.s.cfg.MaxFanIn
		if flood {
			v.refuse(p.pos, RefusedKeyFlood)
		}
		return flood
	})
}

// compare orders evidence by strength, fitting time, start and the bytes of the ids (M6).
func (v *solver) compare(a, b proof) int {
	ra, rb := v.s.recs.at(a.pos), v.s.recs.at(b.pos)
	ta, tb := v.id(a.from), v.id(b.from)
	return cmp.Or(
		cmp.Compare(a.evidence.strength(), b.evidence.strength()),
		cmp.Compare(a.backwards, b.backwards),
		cmp.Compare(ra.start, rb.start),
		cmp.Compare(ta.Hi, tb.Hi), cmp.Compare(ta.Lo, tb.Lo),
		cmp.Compare(ra.id, rb.id),
		cmp.Compare(a.evidence, b.evidence),
		cmp.Compare(a.parent, b.parent),
	)
}

// strongest is an entry's best claim; two different parents of one strength are
// a conflict (M5).
func (v *solver) strongest(pos, from int32) (proof, bool) {
	var best proof
	conflict, untrusted, named := false, false, false
	for _, c := range append(v.exactKeys(pos), v.s.claims[pos]...) {
		if c.Parent == 0 {
			continue
		}
		if c.Untrusted {
			untrusted = true
			continue
		}
		named = true
		to, ok := v.target(c)
		if !ok {
			continue
		}
		p := proof{evidence: c.Evidence, pos: pos, from: from, to: to, parent: c.Parent}
		if parent := v.s.lookup(v.nodes[to].piece, c.Parent); parent != none {
			if v.s.recs.at(parent).start > v.s.recs.at(pos).start {
				p.backwards = 1
			}
			switch {
			case v.impossible(pos, parent):
				p.bad = RefusedTime
			case p.backwards == 1 && v.nodes[to].same != v.nodes[from].same && v.mutual(&p):
				p.bad = RefusedCycle
			}
		} else if v.nodes[to].same == v.nodes[from].same {
			continue // it names what is missing in its own trace: nothing is learned
		}
		switch {
		case best.evidence == EvidenceNone || p.evidence.strength() < best.evidence.strength():
			best, conflict = p, false
		case p.evidence.strength() > best.evidence.strength():
		case p.parent != best.parent || p.to != best.to:
			conflict = true
		default:
			best.evidence = min(best.evidence, p.evidence)
		}
	}
	switch {
	case conflict:
		v.refuse(pos, RefusedConflict)
		return proof{}, false
	case best.bad != RefusedNone:
		v.refuse(pos, best.bad)
		return proof{}, false
	case best.evidence == EvidenceNone && untrusted:
		v.refuse(pos, RefusedUntrusted)
	case best.evidence == EvidenceNone && named:
		v.s.stats.Unmatched++
	}
	return best, best.evidence != EvidenceNone
}

// impossible reports whether the parent starts after the entry, by one clock or by
// two whose offset is known, within its uncertainty (M7). Clocks that have not been
// compared yet may be apart by any amount; but lengths are the same by every clock,
// and a call that seems to start too late must at least be as long as its callee.
func (v *solver) impossible(entry, parent int32) bool {
	e, p := v.s.recs.at(entry), v.s.recs.at(parent)
	if late, known := v.byClock(e, p); known {
		return late
	}
	return p.start > e.start && p.kind != kindProducer && e.end-e.start > p.end-p.start+crossClockTolerance
}

// byClock reports whether the parent starts after the entry, as far as it is known
// how the two clocks stand.
func (v *solver) byClock(e, p *rec) (late, known bool) {
	if e.host != 0 && e.host == p.host {
		return p.start > e.start+sameClockTolerance, true
	}
	if v.s.clocks == nil {
		return false, false
	}
	offset, uncertainty, known := v.s.clocks.Between(v.s.now, p.host, e.host)
	return p.start > e.start-offset+uncertainty+crossClockTolerance, known
}

// mutual reports whether the piece of the claimed parent claims, trusted or not, a
// parent in the entry's own piece.
func (v *solver) mutual(p *proof) bool {
	found := false
	own := v.id(p.from)
	v.s.eachHeld(v.nodes[p.to].piece, func(pos int32, r *rec) {
		if r.flags&recClaims == 0 {
			return
		}
		for _, c := range v.s.claims[pos] {
			found = found || c.Parent != 0 && sameWidth(c.Target, own)
		}
	})
	return found
}

// target is the node that holds the claimed parent or, when the parent itself
// was never exported or has left, the one node of exactly the claimed trace.
func (v *solver) target(c Claim) (int32, bool) {
	holding, naming := none, none
	holders, named := 0, 0
	v.s.eachNamed(c.Target, func(pi int32) {
		n, ok := v.index[pi]
		if !ok {
			return
		}
		if v.s.lookup(pi, c.Parent) != none {
			holding = n
			holders++
		}
		if (c.Target.Hi == v.id(n).Hi || c.Target.Hi == 0) && (naming == none || v.nodes[naming].same != v.nodes[n].same) {
			naming = n
			named++
		}
	})
	if holders == 1 {
		return holding, true
	}
	return naming, holders == 0 && named == 1 && c.Evidence != EvidenceVendor
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
	v.joined(p.pos, join{evidence: p.evidence, parent: p.parent, link: v.id(p.to), linkSpan: p.parent})
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
	entry := v.s.recs.at(p.pos).id
	id := p.parent
	for range maxDepth {
		if id == entry {
			return true
		}
		pos := v.locate(id)
		if pos == none {
			return false
		}
		r := v.s.recs.at(pos)
		id = r.parent
		if r.flags&recJoined != 0 && v.s.joins[pos].parent != 0 {
			id = v.s.joins[pos].parent
		}
		if id == 0 {
			return false
		}
	}
	return true
}

// locate is the held record with that span id anywhere in the component.
func (v *solver) locate(id uint64) int32 {
	for i := range v.nodes {
		if pos := v.s.lookup(v.nodes[i].piece, id); pos != none {
			return pos
		}
	}
	return none
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
