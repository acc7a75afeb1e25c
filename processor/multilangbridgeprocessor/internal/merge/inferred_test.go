package merge

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// inferred releases three pieces, of which B and C were called by A's span 2, with
// what was inferred in between.
func inferred(t *testing.T, b *Batch, found ...Inferred) (map[uint64]left, []Verdict, Stats) {
	t.Helper()
	s := New(testConfig())
	s.Insert(0, b)
	s.Infer(found)
	verdicts := s.Release(1, len(b.Spans), nil)
	assert.Empty(t, s.claims)
	assert.Empty(t, s.claimants)
	assert.Empty(t, s.joins)
	out := map[uint64]left{}
	collect(b, verdicts, out)
	return out, verdicts, s.Stats()
}

// Inferred parents are the weakest evidence: they join what has none, and nothing else.
func TestInfer(t *testing.T) {
	parent := SpanRef{idA, 2}
	sure := func(trace TraceID, id uint64) Inferred {
		return Inferred{Child: SpanRef{trace, id}, Parent: parent, Confidence: 0.97, Accepted: true}
	}
	b := batch(append(caller(),
		span(idB, 3, 0, kindServer, 2, 20, 80), span(idB, 4, 3, kindClient, 2, 30, 70),
		span(idC, 5, 0, kindServer, 3, 20, 80))...)

	out, verdicts, stats := inferred(t, b, sure(idB, 3))
	assert.Equal(t, left{idA, 2, EvidenceInferredTiming, 0}, out[3])
	assert.Equal(t, left{trace: idA, parent: 3}, out[4], "the piece moves whole")
	assert.Equal(t, left{trace: idC}, out[5])
	assert.EqualValues(t, 1, stats.Joins[EvidenceInferredTiming])
	for _, v := range verdicts {
		if v.Evidence != EvidenceNone {
			assert.InDelta(t, 0.97, v.Confidence, 1e-6)
		}
	}

	known := batch(append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idC, 5),
		span(idC, 5, 0, kindClient, 3, 10, 90))...)
	out, _, _ = inferred(t, known, sure(idB, 3))
	assert.Equal(t, left{idC, 5, EvidenceHeaderB3, 0}, out[3], "evidence is stronger")

	out, _, stats = inferred(t, b, sure(idB, 4), sure(idB, 99))
	assert.Equal(t, left{trace: idB, parent: 3}, out[4], "a present parent is never replaced (M4)")
	assert.EqualValues(t, 1, stats.Refused[RefusedLate], "a span that is not there")
}

// Below the confidence that was asked for an entry stays a root, linked to the best candidate.
func TestInferUnsure(t *testing.T) {
	b := batch(append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80))...)
	out, verdicts, stats := inferred(t, b, Inferred{Child: SpanRef{idB, 3}, Parent: SpanRef{idA, 2}, Confidence: 0.6})
	assert.Equal(t, left{trace: idB, refused: RefusedConfidence}, out[3])
	assert.EqualValues(t, 1, stats.Refused[RefusedConfidence])
	assert.EqualValues(t, 2, stats.TracesOut)
	for _, v := range verdicts {
		if v.Refused == RefusedConfidence {
			assert.Equal(t, SpanRef{idA, 2}, SpanRef{v.Link, v.LinkParent})
			assert.InDelta(t, 0.6, v.Confidence, 1e-6)
		}
	}
}

// What is inferred after its piece has left changes nothing and is counted.
func TestInferLate(t *testing.T) {
	s := New(testConfig())
	b := batch(append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80))...)
	s.Insert(0, b)
	assert.Empty(t, s.Release(1, len(b.Spans), nil))
	s.Infer([]Inferred{{Child: SpanRef{idB, 3}, Parent: SpanRef{idA, 2}, Confidence: 1, Accepted: true}})
	assert.EqualValues(t, 1, s.Stats().Refused[RefusedLate])
	assert.Empty(t, s.claims)
}
