package merge

import (
	"time"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"
)

// TraceID is an OTLP trace id as big-endian halves.
type TraceID struct{ Hi, Lo uint64 }

// IsZero reports whether the id is the invalid all-zero one.
func (t TraceID) IsZero() bool { return t == TraceID{} }

// less orders ids by their bytes.
func (t TraceID) less(o TraceID) bool {
	if t.Hi != o.Hi {
		return t.Hi < o.Hi
	}
	return t.Lo < o.Lo
}

// Span kinds as OTLP numbers them.
const (
	kindInternal = 1
	kindServer   = 2
	kindClient   = 3
	kindProducer = 4
	kindConsumer = 5
)

// Span is one span as the store needs it. Times are Unix nanoseconds.
type Span struct {
	Trace      TraceID
	ID, Parent uint64
	Start, End int64
	// Service identifies the service instance: equal numbers mean one process.
	Service uint64
	// Host identifies the clock of the span's times; 0 is unknown.
	Host skew.Host
	Kind uint8
	// NoCallee is set on a call that no span answers: to a database.
	NoCallee bool
	// Failed is set where the status says so: a caller may have given up.
	Failed bool
}

// Claim says that a span, if it is an entry, has the named parent.
type Claim struct {
	// Span is the index of the claiming span in its batch.
	Span     int32
	Evidence Evidence
	Target   TraceID
	// Parent is the parent's span id; 0 claims membership of the trace only.
	Parent uint64
	// Key is the index of the custom key for EvidenceCustom.
	Key uint8
	// Untrusted claims are refused (M9).
	Untrusted bool
	// Confidence is set on an inferred parent, unsure where it is not enough for a
	// join; see [Store.Infer].
	Confidence float32
	unsure     bool
}

// silent claims tie nothing.
func (c *Claim) silent() bool { return c.Untrusted || c.unsure }

// Mark says that a span carries a value of a custom key.
type Mark struct {
	// Span is the index of the span in its batch.
	Span int32
	// Key is the index of the key in Config.Keys.
	Key   uint8
	Value string
	// Scope tells apart what one value may mean in two places (a cluster, a queue);
	// 0 is unknown and matches any.
	Scope uint64
	// Origin is set when the value was found in the span's tracestate: its piece
	// is where the value comes from.
	Origin    bool
	Untrusted bool
}

// Batch is what arrives together, and leaves together.
type Batch struct {
	Spans  []Span
	Claims []Claim
	Marks  []Mark
	Hints  []Hint
	// Links are the trace ids that the spans' links name, in any order; Release
	// says which of them have moved.
	Links []TraceID
}

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	clear(b.Marks) // the values are strings of the data
	b.Spans, b.Claims, b.Marks, b.Links = b.Spans[:0], b.Claims[:0], b.Marks[:0], b.Links[:0]
	b.Hints = b.Hints[:0]
}

// Verdict says how one span leaves. Spans without a verdict leave unchanged.
type Verdict struct {
	// Span is the index of the span in its batch.
	Span int32
	// Trace is the id to leave with, Moved whether it differs from the span's own.
	Trace TraceID
	Moved bool
	// Evidence is set on an entry that was joined (EvidenceNone otherwise).
	Evidence Evidence
	// Key is the index of the key for EvidenceCustom.
	Key uint8
	// Confidence is set where a parent was inferred, joined or refused.
	Confidence float32
	// Parent is the span id of the parent to set; 0 leaves the parent alone.
	Parent uint64
	// ID is the span id to set; 0 leaves it alone.
	ID uint64
	// Twin is set when another span of the trace has the same id.
	Twin bool
	// Leak is set when the span is suspected to have another request's parent.
	Leak bool
	// Link names the joined parent by the id under which it arrived, for link
	// mode, and for evidence that came too late to be acted on (Refused is Late).
	Link       TraceID
	LinkParent uint64
	Refused    Refusal
	// ClockOffset is how far the clock of a called span's host is ahead of its
	// caller's, in nanoseconds; 0 where they agree or it is not known.
	ClockOffset int64
}

// Hint says that a span with a 64-bit id belongs to a trace with this high half.
type Hint struct {
	// Span is the index of the span in its batch.
	Span int32
	High uint64
}

// Key is a key by whose values pieces are joined.
type Key struct {
	// Evidence is what a join by the key is called; message keys name the parent.
	Evidence Evidence
	// MaxAge is how far apart two spans with one value may start.
	MaxAge time.Duration
	// Keep is how long after its arrival a value is known; at least as long as
	// spans are held.
	Keep time.Duration
}

// Config of a Store. All fields must be set; the processor's validation sees to it.
type Config struct {
	// Identity turns id width joins on.
	Identity bool
	Keys     []Key
	// SharedSpans gives the serving half of a shared span an id of its own,
	// MissingParents hangs entries under the call that must have caused them.
	SharedSpans, MissingParents bool
	// ClockSkew estimates the offsets of the hosts' clocks.
	ClockSkew bool
	// MaxFanIn bounds the pieces that one key value or one linked span may tie.
	MaxFanIn int
	// MaxTraceSpans bounds the held spans of a merged trace.
	MaxTraceSpans int
	// Remember is how long ids are remembered after their last span left.
	Remember time.Duration
	// MaxRemembered bounds the remembered ids; the oldest are forgotten first.
	MaxRemembered int
}
