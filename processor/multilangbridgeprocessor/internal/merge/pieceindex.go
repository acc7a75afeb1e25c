package merge

func (s *Store) idHash(t TraceID) uint64 { return mix(t.Hi^s.seed, t.Lo^seedTrace) }

func (s *Store) lowHash(low uint64) uint64 { return mix(low^s.seed, seedLow) }

// find is the piece of exactly this id, or none.
func (s *Store) find(t TraceID) int32 {
	pi := *s.byID.head(s.idHash(t))
	for pi != none && s.pieces[pi].id != t {
		pi = s.pieces[pi].next
	}
	return pi
}

// sameWidth reports whether two ids with one low half may be the same id: equal,
// or one of them cut to 64 bits.
func sameWidth(a, b TraceID) bool {
	return a.Lo == b.Lo && (a.Hi == b.Hi || a.Hi == 0 || b.Hi == 0)
}

// eachNamed visits the pieces that an id may mean (see sameWidth).
func (s *Store) eachNamed(t TraceID, visit func(piece int32)) {
	if t.Hi != 0 { // itself and its half, however many ids have that half
		if pi := s.find(t); pi != none {
			visit(pi)
		}
		if pi := s.half(t); pi != none {
			visit(pi)
		}
		return
	}
	for pi := *s.byLow.head(s.lowHash(t.Lo)); pi != none; pi = s.pieces[pi].lower {
		if s.pieces[pi].id.Lo == t.Lo {
			visit(pi)
		}
	}
}

// half is the piece of the id cut to 64 bits, or none.
func (s *Store) half(t TraceID) int32 {
	if s.halves == 0 {
		return none
	}
	return s.find(TraceID{Lo: t.Lo})
}

// otherWidth reports whether another piece may be this one, its id in another width.
func (s *Store) otherWidth(pi int32) bool {
	id := s.pieces[pi].id
	if id.Hi != 0 {
		return s.half(id) != none
	}
	found := false
	s.eachNamed(id, func(other int32) { found = found || other != pi })
	return found
}

// countWidth counts a piece whose id has a zero half.
func (s *Store) countWidth(t TraceID, n int) {
	if t.Hi == 0 {
		s.halves += n
	}
	if t.Lo == 0 {
		s.zeroLows += n
	}
}

// chain makes a new piece known by its id and by the low half of it. The second
// chain goes both ways, because old pieces are at its end.
func (s *Store) chain(pi int32) {
	p := &s.pieces[pi]
	head := s.byID.head(s.idHash(p.id))
	p.next, *head = *head, pi
	head = s.byLow.head(s.lowHash(p.id.Lo))
	p.lower, p.upper, *head = *head, none, pi
	if p.lower != none {
		s.pieces[p.lower].upper = pi
	}
	if s.Remembered() > s.byID.len() {
		s.splitByID()
		s.splitByLow()
	}
}

func (s *Store) unchain(pi int32) {
	p := &s.pieces[pi]
	link := s.byID.head(s.idHash(p.id))
	for *link != pi {
		link = &s.pieces[*link].next
	}
	*link = p.next
	if p.upper == none {
		*s.byLow.head(s.lowHash(p.id.Lo)) = p.lower
	} else {
		s.pieces[p.upper].lower = p.lower
	}
	if p.lower != none {
		s.pieces[p.lower].upper = p.upper
	}
}

// splitByID adds a bucket and moves to it the pieces that belong there.
func (s *Store) splitByID() {
	old, added, bit := s.byID.grow()
	for at := *old; at != none; {
		p := &s.pieces[at]
		if s.idHash(p.id)&bit == 0 {
			*old, old = at, &p.next
		} else {
			*added, added = at, &p.next
		}
		at = p.next
	}
	*old, *added = none, none
}

func (s *Store) splitByLow() {
	old, added, bit := s.byLow.grow()
	aboveOld, aboveAdded := none, none
	for at := *old; at != none; {
		p := &s.pieces[at]
		if s.lowHash(p.id.Lo)&bit == 0 {
			*old, old = at, &p.lower
			p.upper, aboveOld = aboveOld, at
		} else {
			*added, added = at, &p.lower
			p.upper, aboveAdded = aboveAdded, at
		}
		at = p.lower
	}
	*old, *added = none, none
}
