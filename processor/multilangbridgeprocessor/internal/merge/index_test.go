package merge

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Spans are found as in a map, in small pieces and in large ones, while the index
// grows and while records leave.
func TestSpanIndex(t *testing.T) {
	s := New(testConfig())
	rng := rand.New(rand.NewPCG(5, 6))
	type key struct {
		piece int32
		id    uint64
	}
	var queue []key
	newest := map[key]int32{}
	for i := range uint64(1000) {
		s.findOrAdd(TraceID{1, i})
	}
	for range 40 {
		for range rng.IntN(2000) {
			// Some pieces stay small, some get large only now and then.
			k := key{int32(999 * rng.Float64() * rng.Float64() * rng.Float64()), 1 + rng.Uint64N(1<<10)}
			pos := s.recs.push(&rec{piece: k.piece, id: k.id, nextInPiece: none, nextSame: none})
			s.add(pos, s.recs.at(pos))
			newest[k] = pos
			queue = append(queue, k)
		}
		n := rng.IntN(len(queue)/2 + 1)
		for i := range n {
			s.remove(0, s.recs.oldest(i))
		}
		s.recs.pop(n)
		queue = queue[n:]
		held := map[key]bool{}
		for _, k := range queue {
			held[k] = true
			require.Equal(t, newest[k], s.lookup(k.piece, k.id))
		}
		for k := range newest {
			if !held[k] {
				require.Equal(t, none, s.lookup(k.piece, k.id))
				delete(newest, k)
			}
		}
	}
	assert.Greater(t, s.spans.len(), blockSize, "it grew")
}

// Of the records with one id as many are found as help, newest first.
func TestSpanIndexTwins(t *testing.T) {
	for _, n := range []int{2, maxTwins, maxWalked, maxWalked + 1, 1000} {
		s := New(testConfig())
		pi := s.findOrAdd(idA)
		for range n {
			pos := s.recs.push(&rec{piece: pi, id: 7, nextInPiece: none, nextSame: none})
			s.add(pos, s.recs.at(pos))
		}
		s.survey(pi)
		var found []int32
		for pos := s.lookup(pi, 7); pos != none; pos = s.older(pos) {
			found = append(found, pos)
		}
		assert.GreaterOrEqual(t, len(found), min(n, maxTwins), "%d records", n)
		assert.LessOrEqual(t, len(found), maxWalked, "%d records", n)
		assert.True(t, slices.IsSortedFunc(found, func(a, b int32) int { return int(b - a) }))
		assert.NotZero(t, s.pieces[pi].flags&pieceTwins)
		s.eachHeld(pi, func(_ int32, r *rec) { assert.NotZero(t, r.flags&recTwin, "%d records", n) })
	}
}

// The piece index finds ids in every width while it grows and pieces are dropped.
func TestPieceIndex(t *testing.T) {
	s := New(testConfig())
	rng := rand.New(rand.NewPCG(7, 8))
	known := map[TraceID]int32{}
	random := func() TraceID { // low halves meet, and every third id is a half
		return TraceID{Hi: rng.Uint64N(3), Lo: rng.Uint64N(3000)}
	}
	for range 20_000 {
		id := random()
		if pi, ok := known[id]; ok && rng.IntN(2) == 0 {
			s.drop(pi)
			delete(known, id)
			continue
		}
		known[id] = s.findOrAdd(id)
	}
	for range 5000 {
		id := random()
		want := []int32{}
		for other, pi := range known {
			if sameWidth(id, other) {
				want = append(want, pi)
			}
		}
		got := []int32{}
		s.eachNamed(id, func(pi int32) { got = append(got, pi) })
		require.ElementsMatch(t, want, got)
		pi, ok := known[id]
		if !ok {
			pi = none
		}
		require.Equal(t, pi, s.find(id))
		require.Equal(t, ok && len(want) > 1, ok && s.otherWidth(pi))
	}
	assert.Greater(t, s.byID.len(), blockSize, "it grew")
	for _, pi := range known {
		s.drop(pi)
	}
	assert.Zero(t, s.halves+s.zeroLows+s.Remembered())
	for i := range uint64(s.byLow.len()) {
		require.Equal(t, none, *s.byLow.bucket(i))
		require.Equal(t, none, *s.byID.bucket(i))
	}
}
