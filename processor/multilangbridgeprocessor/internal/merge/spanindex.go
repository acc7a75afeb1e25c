package merge

// maxChain bounds the records with one span id that are indexed in a piece: more
// of them is a broken client, and finding one is enough.
const maxChain = 8

// indexKey mixes piece and span id; a hit is verified by both.
func indexKey(piece int32, id uint64) uint64 {
	return (id ^ uint64(uint32(piece))*0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd
}

func (s *Store) index(pos int32) {
	r := s.recs.at(pos)
	k := indexKey(r.piece, r.id)
	if older, ok := s.bySpan[k]; ok {
		s.twins(pos, older)
		depth := s.recs.at(older).depth + 1
		if depth > maxChain {
			r.flags |= recUnindexed
			return
		}
		r.depth, r.nextSame = depth, older
	}
	s.bySpan[k] = pos
}

// twins notes that two records of one piece have the same id.
func (s *Store) twins(pos, older int32) {
	r := s.recs.at(pos)
	for ; older != none; older = s.recs.at(older).nextSame {
		if o := s.recs.at(older); o.id == r.id && o.piece == r.piece {
			o.flags |= recTwin
			r.flags |= recTwin
			s.pieces[r.piece].flags |= pieceTwins
		}
	}
}

// lookup is the newest held record with this span id in the piece, or none.
func (s *Store) lookup(piece int32, id uint64) int32 {
	pos, ok := s.bySpan[indexKey(piece, id)]
	if !ok {
		return none
	}
	for ; pos != none; pos = s.recs.at(pos).nextSame {
		if r := s.recs.at(pos); r.id == id && r.piece == piece {
			return pos
		}
	}
	return none
}

func (s *Store) unindex(pos int32, r *rec) {
	k := indexKey(r.piece, r.id)
	newest := s.bySpan[k]
	if newest == pos {
		delete(s.bySpan, k)
		return
	}
	// Records leave oldest first, so this one ends the chain.
	for at := newest; ; {
		n := s.recs.at(at)
		n.depth--
		if n.nextSame == pos {
			n.nextSame = none
			return
		}
		at = n.nextSame
	}
}
