package exposition

import (
	"io"
	"time"
)

// Kind is the type of a family.
type Kind int

// Kinds.
const (
	Counter Kind = iota
	Gauge
	Histogram
)

// Family is a metric. The name of a counter ends in "_total".
type Family struct {
	Name, Help string
	Kind       Kind
}

// Label is a name and a value; the value is valid UTF-8.
type Label struct{ Name, Value string }

// Labels are labels as the encoder that made them writes them.
type Labels []byte

// Exemplar is a call that stands for others of its series.
type Exemplar struct {
	TraceID [16]byte
	SpanID  [8]byte
	Value   float64
	At      time.Time
}

// Counts are the counts of a cumulative histogram in the buckets of a [Layout], from
// bucket First on.
type Counts struct {
	First  int
	Counts []float64
	Sum    float64
}

// Sample is one series of a family at one instant.
type Sample struct {
	// Labels are those of [Encoder.Labels], nil for a series without any; More are those
	// of [Encoder.More] behind them, which may be missing.
	Labels, More Labels
	// Created is when the series began; zero leaves it out, as gauges do.
	Created time.Time
	// Exemplar may be nil; formats that have no place for it leave it out.
	Exemplar *Exemplar
}

// Encoder writes one answer.
type Encoder interface {
	// Labels escapes the labels that a series begins with, at least one.
	Labels(labels ...Label) Labels
	// More escapes labels that follow others: what many series share is escaped once.
	More(labels ...Label) Labels
	// Begin starts a family; it ends with the next one, or with Close.
	Begin(f Family)
	// Value writes a series of a counter or gauge.
	Value(s *Sample, value float64)
	// Histogram writes a series of a histogram.
	Histogram(s *Sample, c *Counts)
	// Close ends the answer and gives the first error.
	Close() error
}

// Histograms says which kind of histogram protobuf carries.
type Histograms int

// Kinds of histograms.
const (
	Classic Histograms = 1 << iota
	Native
	Both = Classic | Native
)

// buffer hands on what is appended to b, in pieces of flushBytes or more.
type buffer struct {
	b   []byte
	out io.Writer
	err error
	// arena is where labels lie; they live as long as the answer.
	arena []byte
}

const (
	flushBytes = 64 << 10
	arenaBytes = 64 << 10
)

// flushFull hands on what there is if it is enough.
func (b *buffer) flushFull() {
	if len(b.b) >= flushBytes {
		b.flush()
	}
}

func (b *buffer) flush() {
	b.write(b.b)
	b.b = b.b[:0]
}

// write hands on bytes; after an error it does nothing.
func (b *buffer) write(p []byte) {
	if b.err == nil && len(p) > 0 {
		_, b.err = b.out.Write(p)
	}
}

// reserve makes room for n bytes behind the arena's end, so that appending them moves
// no labels.
func (b *buffer) reserve(n int) (start int) {
	if cap(b.arena)-len(b.arena) < n {
		b.arena = make([]byte, 0, max(arenaBytes, n))
	}
	return len(b.arena)
}
