package merge

import "slices"

// tie is trace-level evidence: its members belong to one trace (M3).
type tie struct {
	evidence Evidence
	key      uint8
	value    string  // of a custom key
	trace    TraceID // claimed trace, for claims of membership
	members  []member
	maxAge   int64   // 0: unbounded
	meant    []int32 // traces here that the claimed id may mean, as nodes
	flooded  bool    // ties more pieces than MaxFanIn (M8)
}

// hasOrigin reports whether a trace carries the value in its tracestate.
func (t *tie) hasOrigin() bool {
	return slices.ContainsFunc(t.members, func(m member) bool { return m.origin })
}

// member is a span that carries the evidence, in its node.
type member struct {
	holder
	node  int32
	pos   int32 // none when the span has left
	entry bool  // its parent is not in its piece
}

// claimTies groups the claims of membership (no parent named) by trace.
func (v *solver) claimTies() []*tie {
	type claimed struct {
		trace    TraceID
		evidence Evidence
		key      uint8
	}
	byTrace := map[claimed]*tie{}
	var ties []*tie
	for i := range v.nodes {
		n := &v.nodes[i]
		if v.s.pieces[n.piece].flags&pieceClaims == 0 {
			continue
		}
		v.s.eachHeld(n.piece, func(pos int32, r *rec) {
			for _, c := range v.s.claims[pos] {
				// The root that a load balancer gave holds for all who record it, also for
				// spans that keep their place.
				entry := r.flags&recClaims != 0 && c.Parent == 0 && v.s.isEntry(r)
				if !entry && c.Evidence != EvidenceXRayRoot {
					continue
				}
				if c.Untrusted {
					if entry {
						v.refuse(pos, RefusedUntrusted)
					}
					continue
				}
				if v.s.floods(&c) {
					if entry && c.Evidence != EvidenceCustom { // there the value's own tie says it
						v.refuse(pos, RefusedKeyFlood)
					}
					continue
				}
				t := byTrace[claimed{c.Target, c.Evidence, c.Key}]
				if t == nil {
					t = &tie{evidence: c.Evidence, key: c.Key, trace: c.Target}
					byTrace[claimed{c.Target, c.Evidence, c.Key}] = t
					ties = append(ties, t)
					v.s.eachNamed(c.Target, func(pi int32) {
						named, ok := v.index[pi]
						if !ok {
							return
						}
						t.members = append(t.members, member{node: named, pos: none})
						if same := v.nodes[named].same; !slices.Contains(t.meant, same) {
							t.meant = append(t.meant, same)
						}
					})
				}
				t.members = append(t.members, v.member(pos, r, int32(i), entry))
			}
		})
	}
	// A custom key's value that happens to look like a trace id, but is none, ties
	// by its value alone.
	// Half an id that is the half of two means neither (M1).
	return slices.DeleteFunc(ties, func(t *tie) bool { return len(t.meant) > 1 || t.evidence == EvidenceCustom && len(t.meant) == 0 })
}

func (v *solver) member(pos int32, r *rec, n int32, entry bool) member {
	return member{
		holder: holder{
			trace: v.id(n), span: r.id, service: r.service, start: r.start, end: r.end, host: r.host, kind: r.kind,
			failed: r.flags&recFailed != 0, root: r.parent == 0,
		},
		node: n, pos: pos, entry: entry,
	}
}

// times are the member's as a record, which may have left.
func (m *member) times() *rec {
	r := &rec{start: m.start, end: m.end, host: m.host, kind: m.kind}
	if m.failed {
		r.flags = recFailed
	}
	return r
}

// keyTies groups the component's key values.
func (v *solver) keyTies() []*tie {
	seen := map[*keyed]struct{}{}
	var ties []*tie
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.fixed || v.s.pieces[n.piece].flags&pieceMarks == 0 {
			continue
		}
		v.s.eachHeld(n.piece, func(pos int32, r *rec) {
			if r.flags&recMarks == 0 {
				return
			}
			for _, m := range v.s.marks[pos] {
				k := m.keyed
				if v.s.cfg.Keys[k.key].Evidence.exact() {
					continue // see exactKeys
				}
				if k.flooded && r.parent == 0 {
					v.refuse(pos, RefusedKeyFlood)
				}
				if _, again := seen[k]; again || k.flooded {
					continue
				}
				seen[k] = struct{}{}
				ties = append(ties, v.keyTie(k))
			}
		})
	}
	return ties
}

func (v *solver) keyTie(k *keyed) *tie {
	t := &tie{evidence: v.s.cfg.Keys[k.key].Evidence, key: k.key, value: k.value, maxAge: int64(v.s.cfg.Keys[k.key].MaxAge)}
	if k.pieces(v.s.cfg.MaxFanIn) > v.s.cfg.MaxFanIn {
		t.flooded = true
		k.flooded = true
	}
	for i := range k.holders {
		h := k.holders[i]
		n, ok := v.index[v.s.find(h.trace)]
		if !ok {
			continue
		}
		m := member{holder: h, node: n, pos: v.s.recordOf(v.nodes[n].piece, &h), entry: h.root}
		if m.pos != none {
			m.entry = v.s.isEntry(v.s.recs.at(m.pos))
		}
		t.members = append(t.members, m)
	}
	return t
}
