package merge

// MaxKeys is the most custom keys that a store takes.
const MaxKeys = 16

// Stats counts since the store was made.
type Stats struct {
	TracesIn, TracesOut uint64
	// Joins by evidence (EvidenceCustom left out), CustomJoins by key, and Refused
	// by cause count entries.
	Joins       [NumEvidence]uint64
	CustomJoins [MaxKeys]uint64
	Refused     [NumRefusals]uint64
	// Unmatched counts entries whose claimed parent's trace is not known.
	Unmatched uint64
	// Leaks counts spans that are suspected to have another request's parent.
	Leaks uint64
	// Late counts spans that came after their trace was fixed.
	Late uint64
	// Faults counts spans by what is wrong with them.
	Faults [NumFaults]uint64
	// Forgotten counts remembered ids given up because of MaxRemembered.
	Forgotten uint64
}

// Since is the difference to an earlier count.
func (s Stats) Since(o Stats) Stats {
	s.TracesIn -= o.TracesIn
	s.TracesOut -= o.TracesOut
	for i := range s.Joins {
		s.Joins[i] -= o.Joins[i]
	}
	for i := range s.CustomJoins {
		s.CustomJoins[i] -= o.CustomJoins[i]
	}
	for i := range s.Refused {
		s.Refused[i] -= o.Refused[i]
	}
	s.Unmatched -= o.Unmatched
	s.Leaks -= o.Leaks
	s.Late -= o.Late
	for i := range s.Faults {
		s.Faults[i] -= o.Faults[i]
	}
	s.Forgotten -= o.Forgotten
	return s
}
