package merge

// survey is what the spans of a piece say about it as a whole.
type survey struct {
	rooted   bool // an entry, or a span that names itself; else the parents form a cycle
	receives bool // an entry received a message, whose context did not come along
	orphaned bool // a serving span names a parent that is not there
	leaks    bool // a span begins after its parent in the same process has ended
}

// survey looks at each held span of a piece once, marks those that share an id, and
// notes where their callers are. A piece that is decided must have been surveyed.
func (s *Store) survey(pi int32) survey {
	var sv survey
	if s.pieces[pi].flags&pieceIndexed == 0 {
		s.surveySmall(pi, &sv)
	} else {
		s.surveyLarge(pi, &sv)
	}
	if sv.leaks {
		s.flagLeaks(pi)
	}
	return sv
}

// surveyLarge is survey of an indexed piece.
func (s *Store) surveyLarge(pi int32, sv *survey) {
	s.eachHeld(pi, func(_ int32, r *rec) { // the index has found who shares an id
		if r.parent != 0 {
			r.caller = s.lookup(pi, r.parent)
		}
		s.take(sv, r)
	})
}

// surveySmall is survey with the ids of the piece side by side, which costs less
// than to go along its list for each.
func (s *Store) surveySmall(pi int32, sv *survey) {
	var (
		at  [maxWalked]int32
		ids [maxWalked]uint64
		n   int
	)
	s.eachHeld(pi, func(pos int32, r *rec) {
		at[n], ids[n] = pos, r.id
		n++
	})
	for i := range n {
		r := s.recs.at(at[i])
		for j := range n {
			if j > i && ids[j] == r.id {
				s.twins(r, s.recs.at(at[j]))
			}
			if ids[j] == r.parent && r.caller == none {
				r.caller = at[j]
			}
		}
		s.take(sv, r)
	}
}

// take notes what one span whose caller is known says.
func (s *Store) take(sv *survey, r *rec) {
	switch {
	case r.parent == r.id:
		sv.rooted, r.caller = true, none
	case r.caller != none:
		sv.leaks = sv.leaks || mayLeak(r, s.recs.at(r.caller))
	case s.isEntry(r):
		sv.rooted = true
		sv.receives = sv.receives || r.flags&recMarks != 0
		sv.orphaned = sv.orphaned || r.parent != 0 && r.kind == kindServer
	default: // its parent is in the piece of the other width
		sv.rooted = true
	}
}
