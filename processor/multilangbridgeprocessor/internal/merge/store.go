package merge

import (
	"math/rand/v2"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"
)

// join is what was decided for an entry.
type join struct {
	evidence Evidence
	key      uint8
	sure     float32 // confidence of an inferred parent
	oneSided bool    // by a value whose origin does not look for those who recorded it
	refused  Refusal
	parent   uint64 // new parent; 0 none
	id       uint64 // new span id; 0 none
	link     TraceID
	linkSpan uint64
}

// Store is the index of held spans; see the package comment.
type Store struct {
	cfg       Config
	recs      slab
	spans     buckets            // of large pieces, by piece and span id: records, chained by rec.nextSame
	pieces    []piece            // slots; unused ones are in freePiece
	freePiece []int32            //
	byID      buckets            // pieces, chained by piece.next
	byLow     buckets            // by the low half of the id: pieces, chained by piece.lower and upper
	claims    map[int32][]Claim  // by record
	claimants map[uint64][]int32 // low half of the claimed id → records, oldest first
	fanOf     map[target]fan     // by what many claims may name
	marks     map[int32][]mark   // by record
	hints     map[int32]uint64   // by piece: the high half of its full id; 0 if hints differ
	keys      map[keyValue]*keyed
	keyAges   []fifo[keyAge] // by key index, oldest first
	keyRefs   int            // marks in keys
	joins     map[int32]join // by record
	forget    fifo[forgetting]
	walks     uint32 // counts component walks, for piece.walk
	halves    int    // pieces whose high half is zero
	zeroLows  int    // pieces whose low half is zero (right-padded ids)
	seed      uint64 // of every hash
	stats     Stats
	clocks    *skew.Estimator // nil if offsets are not asked for
	now       int64           // of the release under way
	undecided []int32         // scratch memory of a release
}

type forgetting struct {
	piece int32
	at    int64
}

// New makes an empty store.
func New(cfg Config) *Store {
	s := &Store{
		cfg:       cfg,
		spans:     newBuckets(),
		byID:      newBuckets(),
		byLow:     newBuckets(),
		seed:      rand.Uint64(),
		claims:    map[int32][]Claim{},
		claimants: map[uint64][]int32{},
		fanOf:     map[target]fan{},
		marks:     map[int32][]mark{},
		hints:     map[int32]uint64{},
		keys:      map[keyValue]*keyed{},
		keyAges:   make([]fifo[keyAge], len(cfg.Keys)),
		joins:     map[int32]join{},
	}
	if cfg.ClockSkew {
		s.clocks = skew.New()
	}
	return s
}

// Stats returns the counts so far.
func (s *Store) Stats() Stats { return s.stats }

// Remembered is the number of ids known: those of held spans and those remembered.
func (s *Store) Remembered() int { return len(s.pieces) - len(s.freePiece) }

// AllFixed reports whether every span of the batch belongs to a trace that has
// already left: such a batch need not wait.
func (s *Store) AllFixed(b *Batch) bool {
	for i := range b.Spans {
		p := s.find(b.Spans[i].Trace)
		if p == none || s.pieces[p].flags&pieceFixed == 0 {
			return false
		}
	}
	return len(b.Spans) > 0
}

// Insert takes a batch in. Batches are released in the order of their insertion.
func (s *Store) Insert(now int64, b *Batch) {
	s.expire(now)
	for i := range b.Spans {
		sp := &b.Spans[i]
		r := rec{
			id: sp.ID, parent: sp.Parent, start: sp.Start, end: sp.End,
			service: sp.Service, piece: none, nextInPiece: none, nextSame: none, caller: none, host: sp.Host, kind: sp.Kind,
		}
		if sp.NoCallee {
			r.flags |= recNoCallee
		}
		if sp.Failed {
			r.flags |= recFailed
		}
		if sp.Trace.IsZero() || sp.ID == 0 {
			s.stats.Faults[FaultZeroID]++
			s.recs.push(&r)
			continue
		}
		if sp.Parent == sp.ID {
			s.stats.Faults[FaultSelfParent]++
		}
		r.piece = s.findOrAdd(sp.Trace)
		if s.pieces[r.piece].flags&pieceFixed != 0 {
			r.flags |= recLate
			s.stats.Late++
		}
		pos := s.recs.push(&r)
		s.add(pos, s.recs.at(pos))
	}
	if len(b.Claims)+len(b.Marks)+len(b.Hints) == 0 {
		return
	}
	// What spans claim is rare: find their records by counting back from the newest.
	first := s.recs.len() - len(b.Spans)
	for i := range b.Claims {
		c := &b.Claims[i]
		s.addClaim(s.recs.oldest(first+int(c.Span)), c)
	}
	for i := range b.Marks {
		m := &b.Marks[i]
		s.addMark(now, s.recs.oldest(first+int(m.Span)), m)
	}
	for _, h := range b.Hints {
		s.addHint(s.recs.oldest(first+int(h.Span)), h.High)
	}
}

// Release lets the n oldest spans go: the batch that was inserted first. Verdicts
// are appended to out for the spans that change.
func (s *Store) Release(now int64, n int, out []Verdict) []Verdict {
	s.now = now
	s.undecided = s.undecided[:0]
	for i := range n { // in the order of memory, before decisions go across it
		r := s.recs.at(s.recs.oldest(i))
		if r.piece != none && s.pieces[r.piece].flags&pieceFixed == 0 {
			s.undecided = append(s.undecided, r.piece)
		}
	}
	for _, pi := range s.undecided {
		if s.pieces[pi].flags&pieceFixed == 0 {
			s.decide(pi)
		}
	}
	for i := range n {
		pos := s.recs.oldest(i)
		r := s.recs.at(pos)
		if r.piece == none {
			continue
		}
		v, changed := s.verdict(pos, r)
		if s.clocks != nil && r.kind == kindServer {
			v.ClockOffset = s.clock(now, pos, r)
		}
		if changed || v.ClockOffset != 0 {
			v.Span = int32(i)
			out = append(out, v)
		}
	}
	for i := range n {
		s.remove(now, s.recs.oldest(i))
	}
	s.recs.pop(n)
	s.expire(now)
	return out
}

// Lookup gives the verdicts for a batch that is not to be held: its spans leave
// with the ids that are remembered for their traces, if any.
func (s *Store) Lookup(b *Batch, out []Verdict) []Verdict {
	claims := b.Claims // in the order of the spans
	for i := range b.Spans {
		n := 0
		for n < len(claims) && claims[n].Span == int32(i) {
			n++
		}
		own := claims[:n]
		claims = claims[n:]
		pi := s.find(b.Spans[i].Trace)
		if pi == none || s.pieces[pi].flags&pieceFixed == 0 {
			continue
		}
		s.stats.Late++
		p := &s.pieces[pi]
		v := Verdict{Span: int32(i), Trace: p.final, Moved: p.final != p.id}
		if b.Spans[i].Parent == 0 || s.lookup(pi, b.Spans[i].Parent) == none {
			s.lateLink(own, p, &v)
		}
		if v.Moved || v.Refused != RefusedNone {
			out = append(out, v)
		}
	}
	return out
}

// Moved gives the id with which a trace left or will leave, false if it is not
// known or the same.
func (s *Store) Moved(t TraceID) (TraceID, bool) {
	p := s.find(t)
	if p == none {
		return t, false
	}
	pc := &s.pieces[p]
	if pc.flags&pieceFixed == 0 || pc.final == pc.id {
		return t, false
	}
	return pc.final, true
}

func (s *Store) verdict(pos int32, r *rec) (Verdict, bool) {
	p := &s.pieces[r.piece]
	v := Verdict{Trace: p.final, Moved: p.final != p.id, Twin: r.flags&recTwin != 0, Leak: r.flags&recLeak != 0}
	if r.flags&recJoined != 0 {
		j := s.joins[pos]
		v.Evidence, v.Key, v.Confidence, v.Refused = j.evidence, j.key, j.sure, j.refused
		v.Parent, v.ID, v.Link, v.LinkParent = j.parent, j.id, j.link, j.linkSpan
		return v, true
	}
	if r.flags&(recLate|recClaims) == recLate|recClaims && s.isEntry(r) {
		s.lateLink(s.claims[pos], p, &v)
	}
	return v, v.Moved || v.Twin || v.Leak || v.Refused != RefusedNone
}

// lateLink makes the parent that a late entry claims a link, under the id that
// parent has by now (M2).
func (s *Store) lateLink(claims []Claim, p *piece, v *Verdict) {
	for _, c := range claims {
		if c.Parent == 0 || c.Untrusted {
			continue
		}
		target := c.Target
		if t := s.find(target); t != none && s.pieces[t].flags&pieceFixed != 0 {
			target = s.pieces[t].final
		}
		if target != p.final {
			s.stats.Refused[RefusedLate]++
			v.Refused, v.Link, v.LinkParent = RefusedLate, target, c.Parent
			return
		}
	}
}

// remove takes the oldest record out of every index but that of the spans, which
// sees by itself that it left.
func (s *Store) remove(now int64, pos int32) {
	r := s.recs.at(pos)
	if r.piece == none {
		return
	}
	if r.flags&recClaims != 0 {
		s.dropClaims(pos)
	}
	if r.flags&recMarks != 0 {
		delete(s.marks, pos)
	}
	if r.flags&recJoined != 0 {
		delete(s.joins, pos)
	}
	p := &s.pieces[r.piece]
	p.held--
	if p.held > 0 {
		return
	}
	p.first = none
	p.forgetAt = now + int64(s.cfg.Remember)
	s.forget.push(forgetting{r.piece, p.forgetAt})
}
