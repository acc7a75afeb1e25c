package merge

import "slices"

const (
	// maxKeyWork bounds the comparisons of a key value's entries with its members, and
	// maxKeySteps the steps up the trees that this takes. Beyond it the value names no
	// parents, but still ties.
	maxKeyWork  = 1 << 14
	maxKeySteps = 1 << 18
)

// keyParents are the parents that a key gives to entries: where exactly one span can
// be it, wherever clocks put the others, and its times fit. What would make a span
// its own ancestor gives none (M6).
func (v *solver) keyParents(t *tie) map[int32]member {
	if t.evidence == EvidenceXRayRoot || !t.trace.IsZero() {
		return nil
	}
	var movers []member
	v.steps = 0
	for _, m := range t.members {
		if v.movable(&m) {
			movers = append(movers, m)
		}
		if len(movers)*len(t.members) > maxKeyWork {
			return nil
		}
	}
	parents := make(map[int32]member, len(movers))
	up := make(map[int32]int32, len(movers))
	for _, e := range movers {
		p, ok := parentFor(e, v.candidates(t, e))
		if !ok || p.untrusted || p.start-e.start > t.maxAge || e.start-p.start > t.maxAge ||
			!v.fits(v.s.recs.at(e.pos), p.times()) || v.reversible(t, movers, e, p) || v.amid(e, p) {
			continue
		}
		parents[e.pos] = p
		if p.pos != none {
			up[e.pos] = p.pos
		}
	}
	if v.steps > maxKeySteps {
		return nil
	}
	for _, cycle := range v.cycles(up) {
		for _, pos := range cycle {
			delete(parents, pos)
		}
	}
	return parents
}

// movable reports whether a key can give the member a parent: it is an entry, held,
// of a piece that is not fixed, and not joined to one yet. Where an entry names a
// parent, all other entries of its trace must be below it: else what it names stood
// below one of them, in that trace, and was not exported.
func (v *solver) movable(m *member) bool {
	if m.pos == none || !m.entry || m.untrusted || v.nodes[v.top(m.node)].fixed {
		return false
	}
	r := v.s.recs.at(m.pos)
	if r.flags&recJoined != 0 && v.s.joins[m.pos].parent != 0 {
		return false
	}
	if r.parent == 0 {
		return true
	}
	entries := v.entriesOf(m.node)
	return len(entries) <= maxEntries && !slices.ContainsFunc(entries, func(e int32) bool { return !v.below(e, m.pos) })
}

// reversible reports whether the tree of the found parent may as well stand under
// the entry's, by the same key: then nothing tells which of them called the other (M5).
func (v *solver) reversible(t *tie, movers []member, e, p member) bool {
	above, below := v.top(p.node), v.top(e.node)
	if above == below {
		return false
	}
	for _, f := range movers {
		if v.top(f.node) != above {
			continue
		}
		for _, q := range t.members {
			if v.top(q.node) == below && q.pos != e.pos && canCall(q, f) && v.fits(v.s.recs.at(f.pos), q.times()) {
				return true
			}
		}
	}
	return false
}

// amid reports whether a thread's entry began while another span of its process, below
// the serving span, was open: it may as well be that one's child.
func (v *solver) amid(e, serving member) bool {
	if serving.service != e.service || serving.pos == none {
		return false
	}
	r, found := v.s.recs.at(e.pos), false
	v.s.eachHeld(v.nodes[serving.node].piece, func(pos int32, o *rec) {
		v.steps++
		found = found || o.kind == kindInternal && o.service == r.service && o.start <= r.start && o.end >= r.start &&
			pos != e.pos && !v.below(pos, e.pos)
	})
	return found
}

// candidates are the spans that may be the parent of an entry by its tie: all but
// those below it, so that a second one makes it ambiguous wherever it stands.
func (v *solver) candidates(t *tie, e member) []member {
	out := make([]member, 0, len(t.members))
	for _, m := range t.members {
		if m.span == 0 || m.pos == e.pos || v.top(m.node) == v.top(e.node) && (m.pos == none || v.below(m.pos, e.pos)) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// below reports whether one record is under another in the trees as joined so far,
// or the way up is too long to tell.
func (v *solver) below(pos, root int32) bool {
	for range maxDepth {
		v.steps++
		if v.steps > maxKeySteps {
			return true
		}
		if v.spanOf(pos) == v.spanOf(root) {
			return true
		}
		if pos = v.s.parentOf(pos); pos == none {
			return false
		}
	}
	return true
}

// parentFor picks the parent of an entry among the spans that carry its key. A
// thread that lost its context belongs to the serving span of its process, if that
// carries the key; everything else to the one call or message of another process
// that can have caused it. Where several can be it, none is; and who has only
// received a value is nobody's parent (M8).
func parentFor(e member, candidates []member) (member, bool) {
	called := e.kind == kindServer || e.kind == kindConsumer
	serving := func(m member) bool {
		return !called && m.service == e.service && (m.kind == kindServer || m.kind == kindConsumer) &&
			m.start-sameClockTolerance <= e.start
	}
	for _, can := range [...]func(member) bool{serving, func(m member) bool { return canCall(m, e) }} {
		var found member
		n := 0
		for _, m := range candidates {
			if can(m) && (n == 0 || m.span != found.span || m.trace != found.trace) {
				found = m
				n++
			}
		}
		if n > 0 {
			return found, n == 1
		}
	}
	return member{}, false
}

// canCall reports whether a span can have caused an entry of another process. One
// that calls itself is where its value comes from.
func canCall(m, e member) bool {
	switch e.kind {
	case kindServer:
		return m.kind == kindClient && m.service != e.service
	case kindConsumer:
		return m.kind == kindProducer
	case kindClient, kindProducer:
		return false
	default:
		return (m.kind == kindClient || m.kind == kindProducer) && m.service != e.service
	}
}
