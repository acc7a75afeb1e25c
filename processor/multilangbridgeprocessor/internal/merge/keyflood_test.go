package merge

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client that sends one value for everything takes one place in the table of keys,
// not all of them: other services' values still join (M8).
func TestFloodedValueTakesOnePlace(t *testing.T) {
	tests := []struct {
		name, value string
		places      int // that the value takes at most
	}{
		{"placeholder", "unknown", 1},
		{"constant", "7d0f1a52-8a4e-4f0a-9a55-1c2b3d4e5f60", holdersPerPiece*testConfig().MaxFanIn + 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New(testConfig())
			for i := range uint64(2 * testConfig().MaxRemembered) {
				s.Insert(0, batch(span(TraceID{9, i + 1}, i+1, 0, kindServer, i, 0, 1).mark(tt.value)))
			}
			assert.Equal(t, tt.places, s.keyRefs, "places taken")
			assert.Zero(t, s.Stats().Refused[RefusedSize], "none is turned away for want of room")

			good := batch(
				span(idA, 1<<40, 0, kindClient, 1, 10, 90).mark(key),
				span(idB, 1<<41, 0, kindServer, 2, 20, 80).mark(key))
			s.Insert(0, good)
			s.Release(1, 2*testConfig().MaxRemembered, nil)
			out := map[uint64]left{}
			collect(good, s.Release(1, 2, nil), out)
			assert.Equal(t, idA, out[1<<41].trace, "a good value joins")
			assert.EqualValues(t, 2*testConfig().MaxRemembered, s.Stats().Refused[RefusedKeyFlood], "the others are refused as a flood")
		})
	}
}

// A flooded value stays flooded while it comes, and is forgotten when it no longer does.
func TestFloodedValueIsForgotten(t *testing.T) {
	s := New(testConfig())
	keep := testConfig().Keys[0].Keep
	for i := range 10 { // each time shortly before the last would be forgotten
		s.Insert(int64(i)*int64(keep-time.Second), batch(span(TraceID{9, uint64(i) + 1}, 1, 0, kindServer, 1, 0, 1).mark("unknown")))
		require.Len(t, s.keys, 1)
		assert.Equal(t, 1, s.keyRefs)
	}
	s.expire(int64(10 * keep))
	s.expire(int64(11 * keep))
	assert.Empty(t, s.keys)
	assert.Zero(t, s.keyRefs)
}

// A value that is remembered does not keep alive the string that it was a part of.
func TestRememberedValueIsACopy(t *testing.T) {
	s := New(testConfig())
	state := strings.Repeat("p", 1<<15) + fmt.Sprintf("=%s", key)
	value := state[len(state)-len(key):]
	s.Insert(0, batch(span(idA, 1, 0, kindServer, 1, 0, 1).mark(value)))
	for kv := range s.keys {
		assert.Equal(t, value, kv.value)
		assert.NotSame(t, unsafe.StringData(value), unsafe.StringData(kv.value))
	}
	assert.Len(t, s.keys, 1)
}
