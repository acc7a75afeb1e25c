package infer

// Stats counts what an engine did since it was made. Spans are counted once,
// orphans when they are decided.
type Stats struct {
	Spans           uint64 // taken by Add
	Orphans         uint64 // decided, with or without a result
	Joined          uint64 // joins at or above MinConfidence
	BelowConfidence uint64 // joins below it
	Roots           uint64 // orphans that are nobody's child
	GivenUpOverflow uint64 // spans not held because of MaxSpans
	GivenUpTime     uint64 // spans that end before they start
	GivenUpWork     uint64 // orphans not decided because of MaxWork
	GivenUpModels   uint64 // spans of services, endpoints and call types above the bounds, in every window they are held
	Held            int    // spans held now
	Endpoints       int    // endpoints with a model now
}

// ServiceCheck is how good the engine is on one service, as its self-checks on
// propagated traces found.
type ServiceCheck struct {
	Service uint32
	Problem Problem
	Checked uint64 // known parents that were hidden
	Right   uint64 // of these, inferred rightly, at any confidence
}

// Stats returns the counters.
func (e *Engine) Stats() Stats {
	s := e.stats
	s.Endpoints = e.models.size
	return s
}
