package merge

import "cmp"

// span is the held record that stands for a span id in a piece, or none. Of several,
// which a client and its server may share, it is the calling one; else the order of
// their times decides, never that of their arrival (M10).
func (s *Store) span(piece int32, id uint64) int32 {
	pos := s.lookup(piece, id)
	if pos == none || s.recs.at(pos).flags&recTwin == 0 {
		return pos
	}
	return s.standing(pos)
}

// standing is the record that stands for the id of the newest with that id.
func (s *Store) standing(newest int32) int32 {
	best := newest
	for pos := s.older(newest); pos != none; pos = s.older(pos) {
		if s.recs.at(pos).before(s.recs.at(best)) {
			best = pos
		}
	}
	return best
}

// before orders the records of one span id.
func (r *rec) before(o *rec) bool {
	return cmp.Or(
		cmp.Compare(r.rank(), o.rank()),
		cmp.Compare(r.start, o.start), cmp.Compare(r.end, o.end),
		cmp.Compare(r.flags&recFailed, o.flags&recFailed), cmp.Compare(r.service, o.service), cmp.Compare(r.parent, o.parent),
	) < 0
}

func (r *rec) rank() int {
	if r.kind == kindClient || r.kind == kindProducer {
		return 0
	}
	return int(r.kind) + 1
}

// same reports whether two records are copies of one span, or of two that differ in
// nothing a merge looks at.
func (r *rec) same(o *rec) bool {
	return r.id == o.id && r.piece == o.piece && !r.before(o) && !o.before(r)
}

// eachCopy visits the held records of a span, which may have been sent twice: what is
// decided of one holds for all, for any of them may be the one that is kept.
func (s *Store) eachCopy(pos int32, visit func(pos int32)) {
	r := s.recs.at(pos)
	for pos = s.lookup(r.piece, r.id); pos != none; pos = s.older(pos) {
		if s.recs.at(pos).same(r) {
			visit(pos)
		}
	}
}

// recordOf is the held record of a span that carries a key value, or none.
func (s *Store) recordOf(piece int32, h *holder) int32 {
	pos := s.lookup(piece, h.span)
	for pos != none {
		if r := s.recs.at(pos); r.kind == h.kind && r.start == h.start && r.end == h.end && r.service == h.service {
			return pos
		}
		pos = s.older(pos)
	}
	return none
}
