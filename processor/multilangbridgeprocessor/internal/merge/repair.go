package merge

// repair mends what is broken inside a trace: shared span ids and parents that
// were never exported.
func (v *solver) repair() {
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.fixed {
			continue
		}
		if v.s.cfg.SharedSpans && (v.s.pieces[n.piece].flags&pieceTwins != 0 || n.same != int32(i)) {
			v.splitShared(int32(i))
		}
		if v.s.cfg.MissingParents {
			v.hangOrphans(int32(i))
		}
	}
}

// splitShared gives the serving half of a span that client and server share (as
// Zipkin does) an id of its own, with the shared id as its parent, and moves the
// children that the server's process made under it.
func (v *solver) splitShared(n int32) {
	piece := v.nodes[n].piece
	full := v.nodes[v.nodes[n].same].piece
	type split struct {
		shared, own, service uint64
	}
	var splits []split
	v.s.eachHeld(piece, func(pos int32, r *rec) {
		if r.kind != kindServer && r.kind != kindConsumer {
			return
		}
		c := v.clientTwin(piece, r)
		if c == none && full != piece {
			c = v.clientTwin(full, r)
		}
		if c == none {
			return
		}
		own := sharedServerID(r.id, r.service)
		v.joined(pos, join{evidence: EvidenceSharedSpan, parent: r.id, id: own, link: v.id(n), linkSpan: r.id})
		if v.s.recs.at(c).service != r.service {
			splits = append(splits, split{r.id, own, r.service})
		}
	})
	if len(splits) == 0 {
		return
	}
	v.s.eachHeld(piece, func(pos int32, r *rec) {
		for _, s := range splits {
			if r.parent == s.shared && r.id != s.shared && r.service == s.service {
				v.moveUnder(pos, s.own)
			}
		}
	})
}

// clientTwin is the calling span with the record's id in a piece, or none.
func (v *solver) clientTwin(piece int32, r *rec) int32 {
	pos := v.s.lookup(piece, r.id)
	for pos != none && v.s.recs.at(pos).kind != kindClient && v.s.recs.at(pos).kind != kindProducer {
		pos = v.s.older(pos)
	}
	return pos
}

// moveUnder gives a span another parent of its own trace, without evidence: it
// was not joined, its parent was renamed.
func (v *solver) moveUnder(pos int32, parent uint64) {
	j := v.s.joins[pos]
	j.parent = parent
	v.s.joins[pos] = j
	v.s.recs.at(pos).flags |= recJoined
}

// sharedServerID derives the id of a serving half: the same in every collector
// and at every retry, whatever came first.
func sharedServerID(id, service uint64) uint64 {
	x := id ^ service*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	if x ^= x >> 31; x != 0 {
		return x
	}
	return 1
}

// orphan reports whether the record is a serving span that names a parent of its
// own trace which is not there.
func (s *Store) orphan(r *rec) bool {
	return r.parent != 0 && r.kind == kindServer && s.lookup(r.piece, r.parent) == none && s.isEntry(r)
}

// maxOrphanWork bounds the comparisons of orphans with calls in one piece.
const maxOrphanWork = 1 << 20

// hangOrphans hangs serving spans whose parent was not exported under the
// innermost call of another process that encloses them and has no callee yet. The
// equal trace id bounds the choice; the confidence stays below 1.
func (v *solver) hangOrphans(n int32) {
	piece := v.nodes[n].piece
	var orphans []int32
	full := v.nodes[v.nodes[n].same].piece
	trace := enclosures{piece: piece}
	v.s.eachHeld(piece, func(pos int32, r *rec) {
		trace.add(pos, r)
		if r.kind != kindServer || full != piece && v.s.lookup(full, r.parent) != none {
			return
		}
		if j := v.s.joins[pos]; j.parent == 0 && v.s.orphan(r) {
			orphans = append(orphans, pos)
		}
	})
	if len(orphans) == 0 {
		return
	}
	if full != piece {
		v.s.eachHeld(full, trace.add)
	}
	if len(orphans)*(len(trace.calls)+len(trace.serving)) > maxOrphanWork {
		v.s.stats.Refused[RefusedSize] += uint64(len(orphans))
		return
	}
	trace.answered = v.answeredCalls()
	for _, pos := range orphans {
		if call := v.enclosing(v.s.recs.at(pos), &trace); call != none && !v.contested(pos, call) {
			id := v.s.recs.at(call).id
			if v.s.recs.at(pos).flags&recJoined != 0 {
				v.uncount(v.s.joins[pos])
			}
			v.joined(pos, join{evidence: EvidenceInferredParent, parent: id, link: v.id(n), linkSpan: id})
		}
	}
}

// enclosures are the spans of a piece that can enclose an orphan.
type enclosures struct {
	piece          int32
	calls, serving []int32
	answered       map[uint64]struct{} // ids of calls that have a callee, wherever that was joined from
}

func (e *enclosures) add(pos int32, r *rec) {
	switch r.kind {
	case kindClient:
		if r.flags&recNoCallee == 0 {
			e.calls = append(e.calls, pos)
		}
	case kindServer:
		e.serving = append(e.serving, pos)
	}
}

// contested reports whether another piece of the trace was joined to it without a
// parent and may be what the call called: then nothing is known of who called the orphan.
// One that this piece does not know of, if it is decided first, does not count (M10).
func (v *solver) contested(orphan, call int32) bool {
	c, home := v.s.recs.at(call), v.s.recs.at(orphan).piece
	top := v.top(v.index[home])
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.same != int32(i) || n.piece == home || v.top(int32(i)) != top {
			continue
		}
		for _, pos := range v.entriesOf(int32(i)) {
			r := v.s.recs.at(pos)
			j := v.s.joins[pos]
			tied := r.parent == 0 && r.flags&recJoined != 0 && j.evidence != EvidenceNone && j.parent == 0
			if tied && !j.oneSided && r.kind == kindServer && r.service != c.service && v.fits(r, c) {
				return true
			}
		}
	}
	return false
}

// answeredCalls are the ids of the parents that serving spans came with or were
// joined to, all over the component.
func (v *solver) answeredCalls() map[uint64]struct{} {
	if v.answered != nil {
		return v.answered
	}
	v.answered = map[uint64]struct{}{}
	for i := range v.nodes {
		v.s.eachHeld(v.nodes[i].piece, func(pos int32, r *rec) {
			if r.kind != kindServer {
				return
			}
			v.answered[r.parent] = struct{}{}
			if r.flags&recJoined != 0 {
				v.answered[v.s.joins[pos].parent] = struct{}{}
			}
		})
	}
	return v.answered
}

func encloses(outer, inner *rec) bool { return outer.start <= inner.start && outer.end >= inner.end }

// enclosing is the innermost unanswered call of another process that encloses the
// orphan. There is none where another such call is not around the innermost one
// (they ran side by side), or where a serving span of a third process lies between:
// then the call is another one, which was not exported either.
func (v *solver) enclosing(orphan *rec, e *enclosures) int32 {
	var around []int32
	best := none
	for _, pos := range e.calls {
		c := v.s.recs.at(pos)
		if _, ok := e.answered[c.id]; ok || c.service == orphan.service || !encloses(c, orphan) {
			continue
		}
		around = append(around, pos)
		if best == none || v.inside(e.piece, pos, best) {
			best = pos
		}
	}
	if best == none {
		return none
	}
	for _, pos := range around {
		if v.s.recs.at(pos).id != v.s.recs.at(best).id && !v.above(e.piece, pos, best) {
			return none
		}
	}
	call := v.s.recs.at(best)
	for _, pos := range e.serving {
		if s := v.s.recs.at(pos); s.service != orphan.service && s.service != call.service && encloses(s, orphan) && encloses(call, s) {
			return none
		}
	}
	return best
}

// inside reports whether a call is further inside than another that encloses the same
// span: it starts later, ends earlier or, by a coarse clock, has the other above it.
func (v *solver) inside(piece, pos, other int32) bool {
	c, o := v.s.recs.at(pos), v.s.recs.at(other)
	switch {
	case c.start != o.start:
		return c.start > o.start
	case c.end != o.end:
		return c.end < o.end
	default:
		return v.above(piece, other, pos)
	}
}

// above reports whether one record is an ancestor of another in their piece.
func (v *solver) above(piece, ancestor, pos int32) bool {
	id := v.s.recs.at(ancestor).id
	for range maxDepth {
		parent := v.s.recs.at(pos).parent
		if parent == id {
			return true
		}
		if pos = v.s.lookup(piece, parent); parent == 0 || pos == none {
			return false
		}
	}
	return false
}
