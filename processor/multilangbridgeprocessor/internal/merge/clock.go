package merge

import "github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"

// clock learns from a called span and its caller, if that is held, and gives the
// offset of the one's clock against the other's.
func (s *Store) clock(now int64, pos int32, r *rec) int64 {
	caller := s.caller(pos, r)
	if caller == none {
		return 0
	}
	c := s.recs.at(caller)
	if c.kind != kindClient || c.host == r.host {
		return 0
	}
	s.clocks.Add(now, c.host, r.host, skew.Interval{Start: c.start, End: c.end}, skew.Interval{Start: r.start, End: r.end})
	offset, _ := s.clocks.Offset(now, c.host, r.host)
	return offset
}

// caller is the held record of the span's parent, by what it came with or was
// joined to on exact evidence; none if it is not here.
func (s *Store) caller(pos int32, r *rec) int32 {
	if r.flags&recJoined != 0 && s.joins[pos].evidence >= EvidenceInferredParent {
		return none // chosen by time: it would confirm itself
	}
	return s.parentOf(pos)
}

// parentOf is the held record of a record's parent, by what it was joined to or came
// with; none if it is not here.
func (s *Store) parentOf(pos int32) int32 {
	r := s.recs.at(pos)
	if r.flags&recJoined != 0 {
		if j := s.joins[pos]; j.parent != 0 {
			if pi := s.find(j.link); pi != none {
				return s.span(pi, j.parent)
			}
			return none
		}
	}
	if s.recs.holds(r.caller) {
		if c := s.recs.at(r.caller); c.flags&recTwin != 0 {
			return s.span(c.piece, c.id)
		}
		return r.caller
	}
	if r.parent == 0 {
		return none
	}
	found := none
	s.eachNamed(s.pieces[r.piece].id, func(pi int32) {
		if found == none {
			found = s.span(pi, r.parent)
		}
	})
	return found
}

// Shift is what is to be added to the times of a host's spans to bring them to one
// clock with the hosts it exchanges calls with; 0 where nothing is known.
func (s *Store) Shift(now int64, h skew.Host) int64 {
	if s.clocks == nil {
		return 0
	}
	return s.clocks.Shift(now, h)
}
