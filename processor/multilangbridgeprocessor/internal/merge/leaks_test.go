package merge

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLeaks(t *testing.T) {
	request := func(more ...in) []in {
		return append([]in{
			span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindInternal, 1, 10, 90), span(idA, 3, 2, kindClient, 1, 20, 80),
		}, more...)
	}
	tests := []struct {
		name  string
		spans []in
		want  []uint64
	}{
		{"a span begun long after the request was over, and what it calls", request(
			span(idA, 4, 2, kindInternal, 1, 500, 600), span(idA, 5, 4, kindClient, 1, 510, 520)), []uint64{4}},
		{"a call begun so", request(span(idA, 4, 3, kindClient, 1, 500, 600)), []uint64{4}},
		{"begun within the request, and outliving it", request(span(idA, 4, 2, kindInternal, 1, 95, 600)), nil},
		{"begun at once when the request was over", request(span(idA, 4, 2, kindInternal, 1, 105, 600)), nil},
		{"another part of the request still runs", request(span(idA, 6, 1, kindInternal, 1, 50, 495), span(idA, 4, 2, kindInternal, 1, 500, 600)), nil},
		{"a callee of another process has its own clock", request(span(idA, 4, 3, kindServer, 2, 500, 600)), nil},
		{"a process that calls itself", request(span(idA, 4, 3, kindServer, 1, 500, 600)), nil},
		{"a message is received when it comes", request(span(idA, 4, 2, kindConsumer, 1, 500, 600)), nil},
		{"the top of the process's part has not come: it may still run", []in{
			span(idA, 2, 1, kindInternal, 1, 10, 90), span(idA, 4, 2, kindInternal, 1, 500, 600),
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for rotate := range tt.spans { // M10
				b := batch(append(append([]in(nil), tt.spans[rotate:]...), tt.spans[:rotate]...)...)
				s := New(testConfig())
				s.Insert(0, b)
				var got []uint64
				for _, v := range s.Release(1, len(b.Spans), nil) {
					assert.False(t, v.Moved)
					assert.Zero(t, v.Parent, "M4: flagged, not moved")
					if v.Leak {
						got = append(got, b.Spans[v.Span].ID)
					}
				}
				assert.Equal(t, tt.want, got, "rotated by %d", rotate)
				assert.EqualValues(t, len(tt.want), s.Stats().Leaks)
			}
		})
	}
}

// In a large piece, which is indexed, the same is found.
func TestLeakInALargePiece(t *testing.T) {
	spans := []in{span(idA, 1, 0, kindServer, 1, 0, 100)}
	for id := range uint64(100) {
		spans = append(spans, span(idA, 10+id, 1, kindInternal, 1, 10, 90))
	}
	spans = append(spans, span(idA, 5, 10, kindInternal, 1, 500, 600))
	s := New(testConfig())
	s.Insert(0, batch(spans...))
	verdicts := s.Release(1, len(spans), nil)
	assert.Len(t, verdicts, 1)
	assert.True(t, verdicts[0].Leak)
}
