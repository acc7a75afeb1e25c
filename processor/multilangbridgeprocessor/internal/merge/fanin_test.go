package merge

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// More pieces than MaxFanIn on one linked span are a flood for all of them (M8), also
// where there are more than one decision looks at: none is joined because the others
// have left before it.
func TestFanInBeyondOneDecision(t *testing.T) {
	const pieces = maxComponent + 100
	link := func(i uint64) in {
		return span(TraceID{9, i + 1}, i+1, 0, kindConsumer, i, 10, 20).claim(EvidenceLink, idA, 1<<40)
	}
	root := func(i uint64) in {
		return span(TraceID{9, i + 1}, i+1, 0, kindServer, i, 10, 20).claim(EvidenceXRayRoot, idA, 0)
	}
	tests := []struct {
		name string
		make func(uint64) in
	}{
		{"one linked span", link},
		{"one trace named by all", root},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New(testConfig())
			s.Insert(0, batch(span(idA, 1<<40, 0, kindProducer, 1, 0, 30)))
			for i := range uint64(pieces) {
				s.Insert(0, batch(tt.make(i)))
			}
			s.Release(1, 1, nil)
			for range pieces {
				for _, v := range s.Release(1, 1, nil) {
					if v.Evidence != EvidenceNone {
						t.Fatalf("a piece was joined: %+v", v)
					}
				}
			}
			assert.EqualValues(t, pieces, s.Stats().Refused[RefusedKeyFlood])
			assert.Zero(t, s.Stats().Refused[RefusedSize])
			assert.Empty(t, s.fanOf, "nothing is remembered of it")
		})
	}
}

// As many as MaxFanIn may link to one span.
func TestFanInWithinTheBound(t *testing.T) {
	s := New(testConfig())
	b := batch(span(idA, 1<<40, 0, kindProducer, 1, 0, 30))
	for i := range uint64(testConfig().MaxFanIn) {
		consumer := batch(span(TraceID{9, i + 1}, i+1, 0, kindConsumer, i, 10, 20).claim(EvidenceLink, idA, 1<<40))
		consumer.Claims[0].Span = int32(len(b.Spans))
		b.Spans = append(b.Spans, consumer.Spans...)
		b.Claims = append(b.Claims, consumer.Claims...)
	}
	s.Insert(0, b)
	for _, v := range s.Release(1, len(b.Spans), nil) {
		assert.Equal(t, EvidenceLink, v.Evidence)
	}
	assert.EqualValues(t, testConfig().MaxFanIn, s.Stats().Joins[EvidenceLink])
}
