package infer

// Kinds of a span, as OTLP numbers them.
const (
	KindUnspecified uint8 = iota
	KindInternal
	KindServer
	KindClient
	KindProducer
	KindConsumer
)

// Span is one span as the engine needs it. Names are interned by the caller in
// one table: equal numbers mean equal names, also across fields, and 0 means
// unknown.
type Span struct {
	Trace      [16]byte // of the piece it arrived in
	ID, Parent [8]byte  // Parent is zero where there is none
	Service    uint32   // service name
	Process    uint64   // service instance: one clock, one memory; replicas differ
	Host       uint64   // one clock; 0 unknown
	Operation  uint32   // span name or route
	Peer       uint32   // what a client span calls: callee service or address; 0 unknown
	Kind       uint8    // OTLP numbers
	Failed     bool
	Thread     uint64 // thread.id where known, 0 unknown
	Start, End int64  // Unix ns
}

// Ref names a span.
type Ref struct {
	Trace [16]byte
	ID    [8]byte
}

// Problem says which question a join answers.
type Problem uint8

const (
	// Within one process: which request caused this call.
	Within Problem = iota + 1
	// Between processes: which client span did this server span answer.
	Between
)

// Join is the engine's answer for one orphan that has a candidate. Orphans that
// are most likely roots, or have no candidate, get none.
type Join struct {
	Child, Parent Ref
	Problem       Problem
	Confidence    float64 // calibrated probability that Parent is right, 0–1
	Accepted      bool    // Confidence reached Config.MinConfidence; else only the best candidate
}

// Ref returns the name of the span.
func (s *Span) Ref() Ref { return Ref{Trace: s.Trace, ID: s.ID} }
