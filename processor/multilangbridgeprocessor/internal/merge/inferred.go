package merge

// SpanRef names a span by the ids under which it arrived.
type SpanRef struct {
	Trace TraceID
	ID    uint64
}

// Inferred is the parent that time and topology make probable for a held entry.
type Inferred struct {
	Child, Parent SpanRef
	// Confidence is the probability that Parent is right, 0–1.
	Confidence float64
	// Accepted says that it is enough for a join; else the entry stays alone and
	// is linked to the parent.
	Accepted bool
}

// Infer takes inferred parents as the weakest of all evidence. What is said of a
// span that has left, or whose trace is decided, comes too late and is counted.
func (s *Store) Infer(found []Inferred) {
	for i := range found {
		in := &found[i]
		pos := none
		if pi := s.find(in.Child.Trace); pi != none && s.pieces[pi].flags&pieceFixed == 0 {
			pos = s.lookup(pi, in.Child.ID)
		}
		if pos == none {
			s.stats.Refused[RefusedLate]++
			continue
		}
		s.addClaim(pos, &Claim{
			Evidence: EvidenceInferredTiming, Target: in.Parent.Trace, Parent: in.Parent.ID,
			Confidence: float32(in.Confidence), unsure: !in.Accepted,
		})
	}
}

// refuseUnsure leaves an entry alone and links it to the parent it may have.
func (v *solver) refuseUnsure(pos int32, c Claim) {
	v.refuse(pos, RefusedConfidence)
	v.s.joins[pos] = join{refused: RefusedConfidence, sure: c.Confidence, link: c.Target, linkSpan: c.Parent}
}
