package merge

import "time"

const (
	// leakGap is how long all that a process did in a trace must be over before a span
	// that it begins there is suspect. Executors begin what they were given within
	// milliseconds; what begins later was given to them by another request, whose
	// context was lost to a leaked one.
	leakGap = 10 * int64(time.Millisecond)
	// maxLeakWork bounds the comparisons of suspects with the spans of their piece.
	maxLeakWork = 1 << 16
)

// mayLeak reports whether a span begins after its parent in the same process has
// ended, as far as those two show. Served calls and received messages have their
// parents elsewhere.
func mayLeak(r, parent *rec) bool {
	return r.service == parent.service && r.start > parent.end+leakGap && parent.end > 0 &&
		r.kind != kindServer && r.kind != kindConsumer
}

// flagLeaks marks the spans of a piece that begin when all of their process's part of
// the trace is over (M4: they are not moved). Within a process there is one clock.
func (s *Store) flagLeaks(pi int32) {
	var suspects []int32
	s.eachHeld(pi, func(pos int32, r *rec) {
		if s.recs.holds(r.caller) && mayLeak(r, s.recs.at(s.standingCaller(r))) && s.whole(r) {
			suspects = append(suspects, pos)
		}
	})
	if len(suspects)*int(s.pieces[pi].held) > maxLeakWork {
		s.stats.Refused[RefusedSize]++
		return
	}
	for _, pos := range suspects {
		r := s.recs.at(pos)
		over := true
		s.eachHeld(pi, func(_ int32, o *rec) {
			over = over && (o.service != r.service || o.start >= r.start || o.end+leakGap < r.start)
		})
		if over {
			r.flags |= recLeak
			s.stats.Leaks++
		}
	}
}

// standingCaller is the record that stands for a span's parent, which is held.
func (s *Store) standingCaller(r *rec) int32 {
	if c := s.recs.at(r.caller); c.flags&recTwin != 0 {
		return s.span(c.piece, c.id)
	}
	return r.caller
}

// whole reports whether the top of the process's part of the trace, in which the span
// hangs, is here: else the rest of it may be still to come.
func (s *Store) whole(r *rec) bool {
	top := r
	for range maxDepth {
		if !s.recs.holds(top.caller) {
			break
		}
		c := s.recs.at(s.standingCaller(top))
		if c.service != r.service {
			return true
		}
		top = c
	}
	return top.parent == 0 || top.kind == kindServer || top.kind == kindConsumer
}
