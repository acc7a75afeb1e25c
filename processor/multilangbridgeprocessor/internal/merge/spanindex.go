package merge

const (
	// maxWalked is how many held records a piece may have to be searched one by one,
	// which is cheaper than an index where they are looked through anyway.
	maxWalked = 16
	// maxTwins bounds the records with one span id that are indexed in a piece: more
	// of them is a broken client, and finding one is enough.
	maxTwins = 8
)

// add puts a new record into its piece.
func (s *Store) add(pos int32, r *rec) {
	p := &s.pieces[r.piece]
	r.nextInPiece, p.first = p.first, pos
	p.held++
	if p.flags&pieceIndexed != 0 {
		s.index(pos, r)
		return
	}
	if p.held > maxWalked {
		p.flags |= pieceIndexed
		s.eachHeld(r.piece, s.index)
		return
	}
	if p.flags&pieceFixed != 0 { // it is not surveyed again
		s.findTwin(pos, r)
	}
}

// lookup is the newest held record with this span id in the piece, or none.
func (s *Store) lookup(piece int32, id uint64) int32 {
	p := &s.pieces[piece]
	if p.flags&pieceIndexed != 0 {
		return s.inChain(*s.spans.head(s.spanHash(piece, id)), piece, id)
	}
	return s.inList(p.first, p.held, id)
}

// older is the next older held record of the same piece and span id, or none.
func (s *Store) older(pos int32) int32 {
	r := s.recs.at(pos)
	if s.pieces[r.piece].flags&pieceIndexed != 0 {
		return s.inChain(r.nextSame, r.piece, r.id)
	}
	return s.inList(r.nextInPiece, maxWalked, r.id)
}

// inList is the first of at most n records of a piece with this span id, or none.
func (s *Store) inList(at, n int32, id uint64) int32 {
	for ; n > 0 && s.recs.holds(at); n-- {
		r := s.recs.at(at)
		if r.id == id {
			return at
		}
		at = r.nextInPiece
	}
	return none
}

// inChain is the first record of a chain with this span id in the piece, or none.
func (s *Store) inChain(at, piece int32, id uint64) int32 {
	for s.recs.holds(at) {
		r := s.recs.at(at)
		if r.id == id && r.piece == piece {
			return at
		}
		at = r.nextSame
	}
	return none
}

// findTwin marks a record and the older ones of its piece with its id.
func (s *Store) findTwin(pos int32, r *rec) {
	for at := s.older(pos); at != none; at = s.older(at) {
		s.twins(r, s.recs.at(at))
	}
}

// twins notes that two records of one piece have the same id.
func (s *Store) twins(a, b *rec) {
	a.flags |= recTwin
	b.flags |= recTwin
	s.pieces[a.piece].flags |= pieceTwins
}

// spanHash mixes piece and span id; a hit is verified by both.
func (s *Store) spanHash(piece int32, id uint64) uint64 {
	return mix(id^s.seed, uint64(uint32(piece))^seedPiece)
}

// index puts a record of a large piece into its chain. Chains are newest first, and
// records leave oldest first: where a chain comes to a record that has left it has
// ended, so nothing need be done when records leave.
func (s *Store) index(pos int32, r *rec) {
	if s.recs.len() > s.spans.len() {
		s.splitSpans()
	}
	at := s.spans.head(s.spanHash(r.piece, r.id))
	var link *int32
	for twins := 0; s.recs.holds(*at); {
		o := s.recs.at(*at)
		if o.id == r.id && o.piece == r.piece {
			s.twins(r, o)
			twins++
			if twins > maxTwins {
				return
			}
		}
		if link == nil && s.recs.newer(pos, *at) {
			link = at
		}
		at = &o.nextSame
	}
	if link == nil {
		link = at
	}
	r.nextSame, *link = *link, pos
}

// splitSpans adds a bucket and moves to it those that belong there.
func (s *Store) splitSpans() {
	old, added, bit := s.spans.grow()
	for at := *old; s.recs.holds(at); {
		r := s.recs.at(at)
		if s.spanHash(r.piece, r.id)&bit == 0 {
			*old, old = at, &r.nextSame
		} else {
			*added, added = at, &r.nextSame
		}
		at = r.nextSame
	}
	*old, *added = none, none
}
