package merge

import (
	"strconv"
	"testing"
	"time"
)

// BenchmarkHeld is the cost of a span in a store that holds many: it comes with a
// batch of 170 interleaved traces of 12 spans, and as many of the oldest leave. It
// must not grow with the number held by more than what caches make of it.
func BenchmarkHeld(b *testing.B) {
	for _, held := range []int{10_000, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(held), func(b *testing.B) { benchmarkHeld(b, held) })
	}
}

func benchmarkHeld(b *testing.B, held int) {
	cfg := testConfig()
	cfg.MissingParents, cfg.SharedSpans, cfg.ClockSkew = true, true, true
	cfg.Remember, cfg.MaxRemembered = 10*time.Second, 1_000_000
	s := New(cfg)
	load := newLoad(time.Second, held)
	for s.recs.len() < held {
		s.Insert(load.now, load.next())
	}
	for range 10 * held / len(load.batch.Spans) { // until as many traces are forgotten as come
		s.Insert(load.now, load.next())
		s.Release(load.now, len(load.batch.Spans), nil)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		load.next()
		b.StartTimer()
		s.Insert(load.now, &load.batch)
		s.Release(load.now, len(load.batch.Spans), nil)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(load.batch.Spans)), "ns/span")
	b.ReportMetric(0, "ns/op") // of a batch
}

const (
	loadTraces   = 170
	loadPerTrace = 12
)

// load makes batches of new traces, each a chain of calls and callees.
type load struct {
	batch Batch
	trace uint64
	now   int64
	step  int64 // between batches
}

// newLoad makes the load in which so many spans come within a time.
func newLoad(within time.Duration, spans int) *load {
	return &load{
		batch: Batch{Spans: make([]Span, loadTraces*loadPerTrace)},
		step:  int64(within) * loadTraces * loadPerTrace / int64(spans),
	}
}

func (l *load) next() *Batch {
	for t := range loadTraces {
		l.trace++
		id := TraceID{mix(l.trace, seedTrace) | 1, mix(l.trace, seedLow)}
		parent := uint64(0)
		for i := range int64(loadPerTrace) {
			sp := Span{
				Trace: id, ID: mix(id.Lo, uint64(i+1)*seedPiece), Parent: parent, Kind: kindServer,
				Service: uint64(i / 2), Host: 1, Start: l.now + i, End: l.now + 100 - i,
			}
			if i%2 == 1 {
				sp.Kind = kindClient
			}
			l.batch.Spans[int(i)*loadTraces+t] = sp
			parent = sp.ID
		}
	}
	l.now += l.step
	return &l.batch
}
