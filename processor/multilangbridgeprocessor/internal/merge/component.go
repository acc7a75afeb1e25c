package merge

import "slices"

// maxComponent bounds the pieces that one decision looks at; what lies beyond is
// decided on its own and counted as refused for size.
const maxComponent = 1 << 14

// decide fixes the id of a piece, and of every piece that evidence ties to it.
func (s *Store) decide(pi int32) {
	sv := s.survey(pi)
	if !sv.rooted {
		s.stats.Faults[FaultCycle] += uint64(s.pieces[pi].held)
	}
	if s.alone(pi) && !sv.receives && (!sv.orphaned || !s.cfg.MissingParents) {
		s.stats.TracesOut++
		s.fix(pi, s.pieces[pi].id)
		return
	}
	newSolver(s, s.component(pi)).solve()
}

// fix settles the id with which a piece leaves.
func (s *Store) fix(pi int32, final TraceID) {
	p := &s.pieces[pi]
	p.final = final
	p.flags |= pieceFixed
}

// alone reports whether nothing ties the piece to another, but for a message that an
// entry of it received: most traces, by far.
func (s *Store) alone(pi int32) bool {
	p := &s.pieces[pi]
	if p.flags&(pieceClaims|pieceMarks|pieceHint|pieceTwins) != 0 || s.otherWidth(pi) {
		return false
	}
	if s.zeroLows > 0 && (p.id.Lo == 0 || s.find(TraceID{Hi: p.id.Lo}) != none) {
		return false
	}
	_, claimed := s.claimants[p.id.Lo]
	return !claimed
}

// component is the piece and all that are tied to it, directly or through
// others, ordered by id. Fixed pieces are included but not looked behind.
func (s *Store) component(start int32) []int32 {
	s.walks++
	found := []int32{start}
	s.pieces[start].walk = s.walks
	visit := func(pi int32) {
		p := &s.pieces[pi]
		if p.walk == s.walks {
			return
		}
		if len(found) >= maxComponent {
			s.stats.Refused[RefusedSize]++
			return
		}
		p.walk = s.walks
		if p.flags&pieceFixed == 0 {
			s.survey(pi)
		}
		found = append(found, pi)
	}
	for i := 0; i < len(found); i++ {
		if s.pieces[found[i]].flags&pieceFixed == 0 {
			s.neighbours(found[i], visit)
		}
	}
	slices.SortFunc(found, func(a, b int32) int {
		if s.pieces[a].id.less(s.pieces[b].id) {
			return -1
		}
		return 1
	})
	return found
}

// neighbours visits the pieces that evidence ties to one, in either direction.
func (s *Store) neighbours(pi int32, visit func(int32)) {
	id := s.pieces[pi].id
	s.eachNamed(id, visit)
	if s.zeroLows > 0 {
		s.eachPadded(id, visit)
	}
	for _, pos := range s.claimants[id.Lo] {
		for _, c := range s.claims[pos] {
			if sameWidth(c.Target, id) && !s.floods(&c) {
				visit(s.recs.at(pos).piece)
				break
			}
		}
	}
	if s.pieces[pi].flags&(pieceClaims|pieceMarks|pieceReceives) == 0 {
		return
	}
	s.eachHeld(pi, func(pos int32, r *rec) {
		if r.flags&recClaims != 0 {
			s.eachClaimed(pos, visit)
		}
		if r.flags&recMarks != 0 {
			s.eachMarked(pos, visit)
		}
	})
}

func (s *Store) eachClaimed(pos int32, visit func(int32)) {
	for _, c := range s.claims[pos] {
		if c.silent() || s.floods(&c) {
			continue
		}
		s.eachNamed(c.Target, visit)
		if c.Parent != 0 {
			continue
		}
		// Claims of membership in one trace tie their pieces also where it never came.
		for _, other := range s.claimants[c.Target.Lo] {
			visit(s.recs.at(other).piece)
		}
	}
}

func (s *Store) eachMarked(pos int32, visit func(int32)) {
	for _, k := range s.marks[pos] {
		if k.walk == s.walks {
			continue
		}
		k.walk = s.walks
		for i := range k.holders {
			if other := s.find(k.holders[i].trace); other != none {
				visit(other)
			}
		}
	}
}

// eachPadded visits the pieces that are this one under a 64-bit id that an old
// exporter padded on the right: the low half zero, the high half the other's low.
func (s *Store) eachPadded(id TraceID, visit func(int32)) {
	if id.Lo == 0 {
		s.eachNamed(TraceID{Lo: id.Hi}, visit)
		return
	}
	if pi := s.find(TraceID{Hi: id.Lo}); pi != none {
		visit(pi)
	}
}
