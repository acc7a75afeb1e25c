package merge

// piece is all spans that arrived with one trace id. It outlives its spans by
// Config.Remember, so that late ones find the id their trace left with.
type piece struct {
	id, final TraceID // final is valid once fixed
	forgetAt  int64   // Unix ns; meaningful when held is 0
	next      int32   // another piece in the same bucket of Store.byID
	lower     int32   // another piece in the same bucket of Store.byLow, or none
	upper     int32   // the piece whose lower this is, or none
	first     int32   // position of the newest held record; the list has held members
	held      int32   // held records
	walk      uint32  // the last component walk that saw it; see Store.component
	flags     pieceFlags
}

type pieceFlags uint8

const (
	pieceFixed    pieceFlags = 1 << iota // final is decided
	pieceClaims                          // a record of it has claims
	pieceMarks                           // a record of it has marks of a custom key or request id
	pieceReceives                        // a record of it has marks of a message it received
	pieceTwins                           // two records of it have one id; see Store.survey
	pieceHint                            // has an entry in Store.hints
	pieceUsed                            // the slot is in use
	pieceIndexed                         // its records are in Store.spans
)

func (s *Store) findOrAdd(t TraceID) int32 {
	if pi := s.find(t); pi != none {
		return pi
	}
	var pi int32
	if n := len(s.freePiece); n > 0 {
		pi = s.freePiece[n-1]
		s.freePiece = s.freePiece[:n-1]
	} else {
		pi = int32(len(s.pieces))
		s.pieces = append(s.pieces, piece{})
	}
	s.pieces[pi] = piece{id: t, first: none, flags: pieceUsed}
	s.chain(pi)
	s.countWidth(t, 1)
	s.stats.TracesIn++
	return pi
}

// addHint notes the high half of the full id of a record's piece. Two different
// hints cancel out.
func (s *Store) addHint(pos int32, high uint64) {
	r := s.recs.at(pos)
	if r.piece == none || s.pieces[r.piece].id.Hi != 0 || high == 0 {
		return
	}
	if known, ok := s.hints[r.piece]; ok && known != high {
		high = 0
	}
	s.hints[r.piece] = high
	s.pieces[r.piece].flags |= pieceHint
}

// expire forgets pieces and keys whose time is over, and the oldest above the bound.
func (s *Store) expire(now int64) {
	for s.forget.len() > 0 {
		f := s.forget.front()
		p := &s.pieces[f.piece]
		over := s.forget.len() > s.cfg.MaxRemembered
		if f.at > now && !over {
			break
		}
		s.forget.pop()
		if p.flags&pieceUsed == 0 || p.held > 0 || p.forgetAt != f.at {
			continue // it was used again since and has a later entry
		}
		if f.at > now {
			s.stats.Forgotten++
		}
		s.drop(f.piece)
	}
	s.expireKeys(now)
}

func (s *Store) drop(pi int32) {
	p := &s.pieces[pi]
	s.unchain(pi)
	s.countWidth(p.id, -1)
	if p.flags&pieceHint != 0 {
		delete(s.hints, pi)
	}
	*p = piece{}
	s.freePiece = append(s.freePiece, pi)
}
