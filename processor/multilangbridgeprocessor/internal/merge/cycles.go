package merge

import "slices"

// breakCycles leaves out evidence by which a span would be its own ancestor (M6).
// At least one claim of such a cycle is false, and which one is not told by their
// order: inferred ones go before exact ones, those of callees that take longer than
// their caller before those that fit, and where nothing tells them apart none is
// believed.
func (v *solver) breakCycles(all []proof) []proof {
	if !v.knotted(all) {
		return all
	}
	up := make(map[int32]int32, len(all))
	claims := make(map[int32]*proof, len(all))
	for i := range all {
		up[all[i].pos] = v.claimed(&all[i])
		claims[all[i].pos] = &all[i]
	}
	refused := map[spanOf]bool{}
	for _, cycle := range v.cycles(up) {
		for _, pos := range v.falseOnes(cycle, claims) {
			refused[v.spanOf(pos)] = true
		}
	}
	return slices.DeleteFunc(all, func(p proof) bool {
		if refused[v.spanOf(p.pos)] {
			v.refuse(p.pos, RefusedCycle)
			return true
		}
		return false
	})
}

// spanOf is the span that a record is a copy of.
type spanOf struct {
	piece int32
	id    uint64
}

func (v *solver) spanOf(pos int32) spanOf {
	r := v.s.recs.at(pos)
	return spanOf{r.piece, r.id}
}

// knotted reports whether a cycle is possible: a piece is claimed as the parent's
// that claims a parent itself.
func (v *solver) knotted(all []proof) bool {
	from := make(map[int32]struct{}, len(all))
	for i := range all {
		from[v.nodes[all[i].from].same] = struct{}{}
	}
	return slices.ContainsFunc(all, func(p proof) bool {
		_, ok := from[v.nodes[p.to].same]
		return ok
	})
}

// claimed is the record of a claimed parent. One that is not held stood somewhere
// under the entry of its piece, if that has only one.
func (v *solver) claimed(p *proof) int32 {
	if pos := v.s.span(v.nodes[p.to].piece, p.parent); pos != none {
		return pos
	}
	if e := v.entriesOf(p.to); len(e) == 1 {
		return e[0]
	}
	return none
}

// falseOnes are the claims of a cycle that are not believed.
func (v *solver) falseOnes(cycle []int32, claims map[int32]*proof) []int32 {
	var inferred, short []int32
	for _, pos := range cycle {
		p := claims[pos]
		if p.evidence >= EvidenceInferredParent {
			inferred = append(inferred, pos)
		}
		if parent := v.s.span(v.nodes[p.to].piece, p.parent); parent != none && longer(v.s.recs.at(pos), v.s.recs.at(parent)) {
			short = append(short, pos)
		}
	}
	switch {
	case len(inferred) > 0:
		return inferred
	case len(short) > 0:
		return short
	default:
		return cycle
	}
}

// cycles finds the cycles of the records' parents, where up names those of some
// entries; each as the entries of up that are in it. A record has one parent, so no
// two cycles share one.
func (v *solver) cycles(up map[int32]int32) [][]int32 {
	var found [][]int32
	met := make(map[int32]int, len(up)) // record → the walk that came by
	walk := 0
	step := func(pos int32) int32 {
		if to, ok := up[pos]; ok {
			return to
		}
		return v.s.parentOf(pos)
	}
	for start := range up {
		walk++
		pos := start
		for pos != none && met[pos] == 0 {
			met[pos] = walk
			pos = step(pos)
		}
		if pos == none || met[pos] != walk {
			continue
		}
		var cycle []int32
		for at := pos; ; {
			if _, ok := up[at]; ok {
				cycle = append(cycle, at)
			}
			if at = step(at); at == pos {
				break
			}
		}
		found = append(found, cycle)
	}
	return found
}

// maxEntries bounds the entries of a trace that are looked at.
const maxEntries = 64

// entriesOf are the entries of a node's trace, in either width of its id, each once;
// more than maxEntries are not all listed.
func (v *solver) entriesOf(n int32) []int32 {
	if v.entries == nil {
		v.entries = make(map[int32][]int32, len(v.nodes))
		for i := range v.nodes {
			same := v.nodes[i].same
			v.s.eachHeld(v.nodes[i].piece, func(pos int32, r *rec) {
				if len(v.entries[same]) <= maxEntries && pos == v.s.span(r.piece, r.id) && v.s.isEntry(r) {
					v.entries[same] = append(v.entries[same], pos)
				}
			})
		}
	}
	return v.entries[v.nodes[n].same]
}
