package merge

import "github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"

// piece is all spans that arrived with one trace id. It outlives its spans by
// Config.Remember, so that late ones find the id their trace left with.
type piece struct {
	id, final TraceID // final is valid once fixed
	forgetAt  int64   // Unix ns; meaningful when held is 0
	next      int32   // another piece with the same low half
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
	pieceTwins                           // two records of it have one id
	pieceHint                            // has an entry in Store.hints
	pieceUsed                            // the slot is in use
)

// join is what was decided for an entry.
type join struct {
	evidence Evidence
	key      uint8
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
	bySpan    map[uint64]int32   // index key → newest record, chained by rec.nextSame
	pieces    []piece            // slots; unused ones are in freePiece
	freePiece []int32            //
	byLow     map[uint64]int32   // low half of the id → first piece, chained by piece.next
	claims    map[int32][]Claim  // by record
	claimants map[uint64][]int32 // low half of the claimed id → records, oldest first
	marks     map[int32][]mark   // by record
	hints     map[int32]uint64   // by piece: the high half of its full id; 0 if hints differ
	keys      map[keyValue]*keyed
	keyAges   []fifo[keyAge] // by key index, oldest first
	keyRefs   int            // marks in keys
	joins     map[int32]join // by record
	forget    fifo[forgetting]
	walks     uint32 // counts component walks, for piece.walk
	zeroLows  int    // pieces whose low half is zero (right-padded ids)
	stats     Stats
	clocks    *skew.Estimator // nil if offsets are not asked for
	now       int64           // of the release under way
}

type forgetting struct {
	piece int32
	at    int64
}

// New makes an empty store.
func New(cfg Config) *Store {
	s := &Store{
		cfg:       cfg,
		bySpan:    map[uint64]int32{},
		byLow:     map[uint64]int32{},
		claims:    map[int32][]Claim{},
		claimants: map[uint64][]int32{},
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
			service: sp.Service, piece: none, nextInPiece: none, nextSame: none, host: sp.Host, kind: sp.Kind,
		}
		if sp.NoCallee {
			r.flags |= recNoCallee
		}
		if sp.Trace.IsZero() || sp.ID == 0 {
			s.stats.Faults[FaultZeroID]++
			s.recs.push(r)
			continue
		}
		if sp.Parent == sp.ID {
			s.stats.Faults[FaultSelfParent]++
		}
		pi := s.findOrAdd(sp.Trace)
		p := &s.pieces[pi]
		r.piece, r.nextInPiece = pi, p.first
		if p.flags&pieceFixed != 0 {
			r.flags |= recLate
			s.stats.Late++
		}
		pos := s.recs.push(r)
		p.first = pos
		p.held++
		s.index(pos)
	}
	if len(b.Claims)+len(b.Marks)+len(b.Hints) == 0 {
		return
	}
	// What spans claim is rare: find their records by counting back from the newest.
	total := s.held()
	for i := range b.Claims {
		c := &b.Claims[i]
		s.addClaim(s.recs.oldest(total-len(b.Spans)+int(c.Span)), c)
	}
	for i := range b.Marks {
		m := &b.Marks[i]
		s.addMark(now, s.recs.oldest(total-len(b.Spans)+int(m.Span)), m)
	}
	for _, h := range b.Hints {
		s.addHint(s.recs.oldest(total-len(b.Spans)+int(h.Span)), h.High)
	}
}

func (s *Store) held() int {
	if len(s.recs.live) == 0 {
		return 0
	}
	return (len(s.recs.live)-1)*chunkSize + int(s.recs.tail) - int(s.recs.head)
}

// Release lets the n oldest spans go: the batch that was inserted first. Verdicts
// are appended to out for the spans that change.
func (s *Store) Release(now int64, n int, out []Verdict) []Verdict {
	s.now = now
	for i := range n {
		r := s.recs.at(s.recs.oldest(i))
		if r.piece != none && s.pieces[r.piece].flags&pieceFixed == 0 {
			s.decide(r.piece)
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
	for i := range b.Spans {
		p := s.find(b.Spans[i].Trace)
		if p == none || s.pieces[p].flags&pieceFixed == 0 {
			continue
		}
		s.stats.Late++
		if pc := &s.pieces[p]; pc.final != pc.id {
			out = append(out, Verdict{Span: int32(i), Trace: pc.final, Moved: true})
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
	v := Verdict{Trace: p.final, Moved: p.final != p.id, Twin: r.flags&recTwin != 0}
	if r.flags&recJoined != 0 {
		j := s.joins[pos]
		v.Evidence, v.Key, v.Refused = j.evidence, j.key, j.refused
		v.Parent, v.ID, v.Link, v.LinkParent = j.parent, j.id, j.link, j.linkSpan
		return v, true
	}
	if r.flags&(recLate|recClaims) == recLate|recClaims && s.isEntry(r) {
		if link, span, ok := s.lateLink(pos, p); ok {
			s.stats.Refused[RefusedLate]++
			v.Refused, v.Link, v.LinkParent = RefusedLate, link, span
			return v, true
		}
	}
	return v, v.Moved || v.Twin
}

// lateLink is the parent that a late entry claims, under the id it has by now (M2).
func (s *Store) lateLink(pos int32, p *piece) (TraceID, uint64, bool) {
	for _, c := range s.claims[pos] {
		if c.Parent == 0 || c.Untrusted {
			continue
		}
		target := c.Target
		if t := s.find(target); t != none && s.pieces[t].flags&pieceFixed != 0 {
			target = s.pieces[t].final
		}
		if target != p.final {
			return target, c.Parent, true
		}
	}
	return TraceID{}, 0, false
}

// find is the piece of exactly this id, or none.
func (s *Store) find(t TraceID) int32 {
	pi, ok := s.byLow[t.Lo]
	if !ok {
		return none
	}
	for ; pi != none; pi = s.pieces[pi].next {
		if s.pieces[pi].id.Hi == t.Hi {
			return pi
		}
	}
	return none
}

func (s *Store) findOrAdd(t TraceID) int32 {
	first, ok := s.byLow[t.Lo]
	if !ok {
		first = none
	}
	for pi := first; pi != none; pi = s.pieces[pi].next {
		if s.pieces[pi].id.Hi == t.Hi {
			return pi
		}
	}
	var pi int32
	if n := len(s.freePiece); n > 0 {
		pi = s.freePiece[n-1]
		s.freePiece = s.freePiece[:n-1]
	} else {
		pi = int32(len(s.pieces))
		s.pieces = append(s.pieces, piece{})
	}
	s.pieces[pi] = piece{id: t, next: first, first: none, flags: pieceUsed}
	s.byLow[t.Lo] = pi
	if t.Lo == 0 {
		s.zeroLows++
	}
	s.stats.TracesIn++
	return pi
}

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

// remove takes the oldest record out of every index.
func (s *Store) remove(now int64, pos int32) {
	r := s.recs.at(pos)
	if r.piece == none {
		return
	}
	if r.flags&recUnindexed == 0 {
		s.unindex(pos, r)
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
	if first := s.byLow[p.id.Lo]; first == pi {
		if p.next == none {
			delete(s.byLow, p.id.Lo)
		} else {
			s.byLow[p.id.Lo] = p.next
		}
	} else {
		for at := first; at != none; at = s.pieces[at].next {
			if s.pieces[at].next == pi {
				s.pieces[at].next = p.next
				break
			}
		}
	}
	if p.id.Lo == 0 {
		s.zeroLows--
	}
	if p.flags&pieceHint != 0 {
		delete(s.hints, pi)
	}
	*p = piece{}
	s.freePiece = append(s.freePiece, pi)
}
