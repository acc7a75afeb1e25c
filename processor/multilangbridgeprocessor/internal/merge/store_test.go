package merge

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// M2: a trace that has left keeps its id; what comes later follows it.
func TestAfterRelease(t *testing.T) {
	s := New(testConfig())
	first := batch(append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2))...)
	s.Insert(0, first)
	out := map[uint64]left{}
	collect(first, s.Release(1, 3, nil), out)
	require.Equal(t, idA, out[3].trace)

	late := batch(span(idB, 4, 3, kindInternal, 2, 30, 40))
	require.True(t, s.AllFixed(late), "the trace has left: the batch need not wait")
	collect(late, s.Lookup(late, nil), out)
	assert.Equal(t, left{trace: idA, parent: 3}, out[4], "a late span is rewritten from the remembered id")

	newPiece := batch(span(idC, 5, 0, kindServer, 3, 30, 40).claim(EvidenceHeaderB3, idB, 4))
	require.False(t, s.AllFixed(newPiece))
	s.Insert(2, newPiece)
	collect(newPiece, s.Release(3, 1, nil), out)
	assert.Equal(t, left{idA, 4, EvidenceHeaderB3, 0}, out[5], "a new piece joins the id its parent left with")

	moved, ok := s.Moved(idB)
	assert.True(t, ok)
	assert.Equal(t, idA, moved)
}

// M2: evidence that comes after its piece has left becomes a link, counted as late.
func TestLateEvidence(t *testing.T) {
	s := New(testConfig())
	early := batch(span(idB, 4, 3, kindInternal, 2, 30, 40), in{Span: Span{Trace: idA, ID: 2, Kind: kindClient}})
	s.Insert(0, early)
	assert.Empty(t, s.Release(1, 2, nil))

	entry := batch(span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2))
	want := []Verdict{{Trace: idB, Refused: RefusedLate, Link: idA, LinkParent: 2}}
	assert.Equal(t, want, s.Lookup(entry, nil), "passed on at once")
	s.Insert(2, entry)
	assert.Equal(t, want, s.Release(3, 1, nil), "held beside others")
	assert.EqualValues(t, 2, s.Stats().Refused[RefusedLate])
}

// A 64-bit piece whose parent is under the full id is no cycle.
func TestHalfIsNoCycle(t *testing.T) {
	s := New(testConfig())
	b := batch(append([]in{span(half, 3, 2, kindServer, 2, 20, 80), span(half, 4, 3, kindInternal, 2, 30, 40)}, caller()...)...)
	s.Insert(0, b)
	out := map[uint64]left{}
	collect(b, s.Release(1, len(b.Spans), nil), out)
	assert.Equal(t, left{idA, 2, EvidenceWidth, 0}, out[3])
	assert.Zero(t, s.Stats().Faults[FaultCycle])
}

// What is wrong with ids is counted by what it is.
func TestFaults(t *testing.T) {
	s := New(testConfig())
	b := batch(
		span(TraceID{}, 1, 0, kindServer, 1, 0, 1), span(idA, 0, 7, kindServer, 1, 0, 1),
		span(idA, 5, 5, kindServer, 1, 0, 1),
		span(idB, 6, 7, kindServer, 1, 0, 1), span(idB, 7, 6, kindServer, 1, 0, 1),
		span(idC, 8, 0, kindServer, 1, 0, 1), span(idC, 9, 8, kindInternal, 1, 0, 1))
	s.Insert(0, b)
	s.Release(1, len(b.Spans), nil)
	assert.Equal(t, [NumFaults]uint64{FaultZeroID: 2, FaultSelfParent: 1, FaultCycle: 2}, s.Stats().Faults)
}

// Remembered ids age out, and are bounded in number.
func TestForgets(t *testing.T) {
	cfg := testConfig()
	cfg.MaxRemembered = 10
	s := New(cfg)
	for i := range uint64(25) {
		s.Insert(int64(i), batch(span(TraceID{1, i + 1}, i+1, 0, kindServer, 1, 0, 1).mark("value-that-tells-"+string(rune('a'+i)))))
		s.Release(int64(i), 1, nil)
	}
	assert.LessOrEqual(t, s.Remembered(), 11)
	assert.Positive(t, s.Stats().Forgotten)
	assert.Positive(t, s.Stats().Refused[RefusedSize], "marks beyond the bound are counted")
	s.Insert(int64(time.Hour), batch(span(idA, 1, 0, kindServer, 1, 0, 1)))
	assert.Equal(t, 1, s.Remembered())
	assert.Empty(t, s.keys)
	assert.Zero(t, s.keyRefs)
}

// A hundred thousand spans with one id, claims on one target and marks of one
// value stay linear: the test would take minutes otherwise.
func TestHostileSameness(t *testing.T) {
	const n = 100_000
	s := New(testConfig())
	b := &Batch{}
	for i := range n {
		b.Spans = append(b.Spans, Span{Trace: TraceID{1, uint64(i + 1)}, ID: 7, Kind: kindServer})
		b.Claims = append(b.Claims, Claim{Span: int32(i), Evidence: EvidenceHeaderB3, Target: TraceID{5, 5}, Parent: 7})
		b.Marks = append(b.Marks, Mark{Span: int32(i), Value: "one-value-for-all"})
	}
	for i := range n {
		b.Spans = append(b.Spans, Span{Trace: idA, ID: 7, Parent: uint64(i % 3), Kind: kindServer})
	}
	s.Insert(0, b)
	out := map[uint64]left{}
	collect(b, s.Release(1, len(b.Spans), nil), out)
	assert.Zero(t, s.recs.len())
	assert.Zero(t, s.Stats().CustomJoins[0])
}

func BenchmarkStore(b *testing.B) {
	const traces, perTrace = 170, 12
	batches := make([]*Batch, 64)
	rng := rand.New(rand.NewPCG(3, 4))
	for k := range batches {
		bt := &Batch{}
		for range traces {
			id := TraceID{rng.Uint64(), rng.Uint64()}
			parent := uint64(0)
			for range perTrace {
				sp := rng.Uint64()
				bt.Spans = append(bt.Spans, Span{Trace: id, ID: sp, Parent: parent, Kind: kindServer})
				parent = sp
			}
		}
		rng.Shuffle(len(bt.Spans), func(i, j int) { bt.Spans[i], bt.Spans[j] = bt.Spans[j], bt.Spans[i] })
		batches[k] = bt
	}
	cfg := testConfig()
	cfg.Remember, cfg.MaxRemembered = time.Microsecond, 1<<20
	s := New(cfg)
	var out []Verdict
	b.ReportAllocs()
	now := int64(0)
	held := 0
	for b.Loop() {
		for _, bt := range batches {
			now += int64(time.Millisecond)
			s.Insert(now, bt)
			held++
			if held > 32 {
				out = s.Release(now, traces*perTrace, out[:0])
				held--
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batches)*traces*perTrace), "ns/span")
}
