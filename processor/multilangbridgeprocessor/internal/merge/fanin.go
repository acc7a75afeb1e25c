package merge

// target is what a claim names: a span of a trace, or (parent 0) the trace alone. The
// low half of the trace's id stands for it, as in Store.claimants.
type target struct{ low, parent uint64 }

// fan counts the held claims on one span or trace.
type fan struct {
	claims  int32
	flooded bool // ties too much; stays so until nothing claims it any more (M8)
}

// fans reports whether the claim is one of which many may name the same: links, and
// claims of membership, which constant values make. The callers that headers name
// have as many callees as they made calls.
func (c *Claim) fans() bool {
	return !c.silent() && (c.Parent == 0 || c.Evidence == EvidenceLink)
}

func (c *Claim) target() target { return target{c.Target.Lo, c.Parent} }

// maxFan is how many claims may name the same. A request claims its trace by many
// spans, the one span of a link by many pieces.
func (s *Store) maxFan(c *Claim) int32 {
	if c.Parent == 0 {
		return int32(holdersPerPiece * s.cfg.MaxFanIn)
	}
	return int32(s.cfg.MaxFanIn)
}

// addFan counts a claim. What was flooded before the pieces were there to be decided
// is flooded for all of them, however many one decision looks at.
func (s *Store) addFan(c *Claim) {
	if !c.fans() {
		return
	}
	f := s.fanOf[c.target()]
	f.claims++
	f.flooded = f.flooded || f.claims > s.maxFan(c)
	s.fanOf[c.target()] = f
}

func (s *Store) dropFan(c *Claim) {
	if !c.fans() {
		return
	}
	f := s.fanOf[c.target()]
	f.claims--
	if f.claims == 0 {
		delete(s.fanOf, c.target())
		return
	}
	s.fanOf[c.target()] = f
}

// floods reports whether more claims name the same than may.
func (s *Store) floods(c *Claim) bool { return c.fans() && s.fanOf[c.target()].flooded }
