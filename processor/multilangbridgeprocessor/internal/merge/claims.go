package merge

import "slices"

func (s *Store) addClaim(pos int32, c *Claim) {
	r := s.recs.at(pos)
	if r.piece == none {
		return
	}
	r.flags |= recClaims
	s.claims[pos] = append(s.claims[pos], *c)
	s.pieces[r.piece].flags |= pieceClaims
	s.addFan(c)
	if !c.silent() {
		s.claimants[c.Target.Lo] = append(s.claimants[c.Target.Lo], pos)
	}
}

// dropClaims forgets the claims of the oldest record.
func (s *Store) dropClaims(pos int32) {
	for _, c := range s.claims[pos] {
		if c.silent() {
			continue
		}
		s.dropFan(&c)
		// Records leave in the order of their arrival, and most claims came with
		// them: pos is in front, or near it.
		list := s.claimants[c.Target.Lo]
		at := slices.Index(list, pos)
		if at == 0 {
			list = list[1:]
		} else {
			list = slices.Delete(list, at, at+1)
		}
		if len(list) == 0 {
			delete(s.claimants, c.Target.Lo)
			continue
		}
		s.claimants[c.Target.Lo] = list
	}
	delete(s.claims, pos)
}

// eachHeld visits the held records of a piece, newest first.
func (s *Store) eachHeld(pi int32, visit func(pos int32, r *rec)) {
	p := &s.pieces[pi]
	pos := p.first
	for range p.held {
		r := s.recs.at(pos)
		visit(pos, r)
		pos = r.nextInPiece
	}
}

// isEntry reports whether the record's parent is not in its piece, in either
// width of its id. A span that names itself as parent is no entry (M4).
func (s *Store) isEntry(r *rec) bool {
	if r.parent == 0 {
		return true
	}
	found := false
	s.eachNamed(s.pieces[r.piece].id, func(pi int32) {
		found = found || s.lookup(pi, r.parent) != none
	})
	return !found
}
