package merge

import (
	"cmp"
	"slices"
)

// proof is accepted-looking evidence: the entry at pos has the parent in node to.
type proof struct {
	evidence Evidence
	pos      int32
	from, to int32
	parent   uint64
	sure     float32 // confidence of an inferred parent
	// bad is why the proof is refused, if it turns out to be the strongest.
	bad Refusal
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
	all = v.breakCycles(all)
	slices.SortFunc(all, v.compare)
	return slices.DeleteFunc(all, func(p proof) bool {
		flood := p.evidence == EvidenceLink && fanIn[proof{to: p.to, parent: p.parent}] > v.s.cfg.MaxFanIn
		if flood {
			v.refuse(p.pos, RefusedKeyFlood)
		}
		return flood
	})
}

// compare orders evidence by strength, start and the bytes of the ids (M6).
func (v *solver) compare(a, b proof) int {
	ra, rb := v.s.recs.at(a.pos), v.s.recs.at(b.pos)
	ta, tb := v.id(a.from), v.id(b.from)
	return cmp.Or(
		cmp.Compare(a.evidence.strength(), b.evidence.strength()),
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
	conflict, named, flooded, untrusted, unsure := false, false, false, false, Claim{}
	for _, c := range append(v.exactKeys(pos), v.s.claims[pos]...) {
		if c.Parent == 0 {
			continue
		}
		if c.Untrusted {
			untrusted = true
			continue
		}
		if c.unsure {
			unsure = c
			continue
		}
		if v.s.floods(&c) {
			flooded = true
			continue
		}
		named = true
		to, ok := v.target(c)
		if !ok {
			continue
		}
		p := proof{evidence: c.Evidence, pos: pos, from: from, to: to, parent: c.Parent, sure: c.Confidence}
		if parent := v.s.span(v.nodes[to].piece, c.Parent); parent != none {
			if v.impossible(pos, parent) {
				p.bad = RefusedTime
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
	case best.evidence == EvidenceNone && flooded:
		v.refuse(pos, RefusedKeyFlood)
	case best.evidence == EvidenceNone && named:
		v.s.stats.Unmatched++
	case best.evidence == EvidenceNone && unsure.unsure:
		v.refuseUnsure(pos, unsure)
	}
	return best, best.evidence != EvidenceNone
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
