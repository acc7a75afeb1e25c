package history

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadTakesWholeSlots(t *testing.T) {
	s := open(t, nil)
	for n := range 12 {
		write(t, s, slotOf(n, edgeOf("a", "b", 1)))
	}
	sum, err := s.Read(t.Context(), at(3).UnixNano()+1, at(5).UnixNano()+1, nil)
	require.NoError(t, err)
	assert.Equal(t, [2]int64{at(3).UnixNano(), at(6).UnixNano()}, [2]int64{sum.From, sum.To})
	assert.Equal(t, map[string]float64{"a b": 3}, calls(t, s, at(3), at(6)))
	from, to, ok := s.Span()
	assert.Equal(t, []any{at(0), at(12), true}, []any{from, to, ok})
}

func TestLaterRecordsOfASlotCorrectIt(t *testing.T) {
	s := open(t, nil)
	write(t, s, slotOf(0, edgeOf("a", "b", 5), edgeOf("a", "c", 1)))
	write(t, s, slotOf(0, edgeOf("a", "b", 7)))  // late spans
	write(t, s, slotOf(0, edgeOf("a", "b", 6)))  // what an older process restored
	write(t, s, slotOf(1, edgeOf("a", "b", 10))) // another slot
	assert.Equal(t, map[string]float64{"a b": 7, "a c": 1}, calls(t, s, at(0), at(1)))
	assert.Equal(t, map[string]float64{"a b": 17, "a c": 1}, calls(t, s, at(0), at(2)))
	assert.Equal(t, map[string]float64{"a b": 19, "a c": 1}, calls(t, s, at(0), at(2), slotOf(1, edgeOf("a", "b", 12))), "live slot")
	assert.Equal(t, map[string]float64{"a b": 17, "a c": 1, "x y": 4}, calls(t, s, at(0), at(3), slotOf(2, edgeOf("x", "y", 4))), "live slot not written yet")
}

func TestSlotsGetCoarserAndLoseNothing(t *testing.T) {
	s := open(t, nil)
	truth := 0.0
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 3 * 36 * 6 {
		c := float64(r.IntN(100) + 1)
		write(t, s, slotOf(n, edgeOf("a", "b", c/2)))
		write(t, s, slotOf(n, edgeOf("a", "b", c)))
		truth += c
		require.NoError(t, s.Tidy(t.Context(), at(n+1)))
	}
	end := at(3 * 36 * 6)
	assert.Equal(t, map[string]float64{"a b": truth}, calls(t, s, at(0), end))
	levels := map[int]int{}
	for _, r := range s.records {
		levels[r.level]++
		assert.Zero(t, (r.start-at(0).UnixNano())%(r.end-r.start), "a record begins where its level has a bound")
	}
	assert.Equal(t, map[int]int{0: 2 * 12, 1: 28, 2: 13}, levels)
	for n := range 3 {
		sum, err := s.Read(t.Context(), at(n*36*6).UnixNano(), at((n+1)*36*6).UnixNano(), nil)
		require.NoError(t, err)
		assert.Equal(t, at((n+1)*36*6).UnixNano()-at(n*36*6).UnixNano(), sum.To-sum.From)
	}
}

func TestManyCorrectionsOfOneSlotBecomeOneRecord(t *testing.T) {
	s := open(t, nil)
	for n := range 20 {
		write(t, s, slotOf(0, edgeOf("a", "b", float64(n+1)), edgeOf("a", fmt.Sprint("c", n), 1)))
	}
	require.NoError(t, s.Tidy(t.Context(), at(1)))
	require.Len(t, s.records, 1)
	got := calls(t, s, at(0), at(1))
	assert.InDelta(t, 20, got["a b"], 0)
	assert.Len(t, got, 21)
}

func TestLateCallsAreAdded(t *testing.T) {
	blobs := newMemory()
	s := open(t, func(o *Options) { o.Blobs = blobs })
	for n := range 60 {
		write(t, s, slotOf(n, edgeOf("a", "b", 1)))
		require.NoError(t, s.Tidy(t.Context(), at(n+1)))
	}
	for range 20 {
		old, err := s.WriteLate(t.Context(), at(60).UnixNano(), map[int64][]Edge{
			at(7).UnixNano():                      {edgeOf("a", "b", 2), edgeOf("x", "y", 1)},
			at(8).UnixNano():                      {edgeOf("a", "b", 1)},
			at(0).Add(-25 * time.Hour).UnixNano(): {edgeOf("a", "b", 4)},
		})
		require.NoError(t, err)
		assert.InDelta(t, 4, old, 0)
	}
	assert.Equal(t, map[string]float64{"a b": 6 + 60, "x y": 20}, calls(t, s, at(6), at(12)), "in their time")
	assert.Equal(t, map[string]float64{"a b": 6}, calls(t, s, at(12), at(18)), "not elsewhere")
	require.NoError(t, s.Tidy(t.Context(), at(60)))
	assert.Equal(t, map[string]float64{"a b": 60 + 60, "x y": 20}, calls(t, s, at(0), at(60)))
	assert.Less(t, s.Stats().Records, 40, "many late records of one time become one")
}

func TestVersions(t *testing.T) {
	s := open(t, nil)
	b := edgeOf("", "b", 0).Target
	for n := range 12 {
		slot := slotOf(n, edgeOf("a", "b", float64(n)), edgeOf("b", "c", 1), edgeOf("x", "y", 1))
		for i := range slot.Nodes {
			if slot.Nodes[i].NodeName == b {
				// Version 1 alone in two slots, 2 alone from the sixth on, a twentieth of canaries.
				one := max(1000-250*max(n-1, 0), 0)
				slot.Nodes[i].Versions = []Version{{"1", float64(one)}, {"2", float64(1000 - one)}, {"canary", 50}}
			}
		}
		if n > 2 && n < 7 {
			slot.Edges = slot.Edges[:1]
		}
		write(t, s, slot)
	}
	of := func(version string) map[string]float64 {
		sum, err := s.Select(t.Context(), at(0).UnixNano(), at(20).UnixNano(), nil, OfVersion(b, version))
		require.NoError(t, err)
		sum.Around(b)
		out := map[string]float64{"seconds": sum.seconds()}
		for _, e := range sum.Draw().Edges {
			out[e.Source+" "+e.Target] = *e.Rate
		}
		return out
	}
	assert.Equal(t, map[string]float64{"seconds": 20, "a b": 0.05, "b c": 0.1}, of("1"))
	assert.Equal(t, map[string]float64{"seconds": 70, "a b": 0.8, "b c": 0.1 * 5 / 7}, of("2"))
	assert.Equal(t, map[string]float64{"seconds": 0}, of("canary"))
	sum, err := s.Read(t.Context(), at(9).UnixNano(), at(12).UnixNano(), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"2", "canary"}, sum.Versions(b))
	name, ok := sum.Find("b")
	assert.Equal(t, []any{b, true}, []any{name, ok})
}

func TestBounds(t *testing.T) {
	t.Run("retention", func(t *testing.T) {
		s := open(t, func(o *Options) { o.Retention = time.Hour })
		write(t, s, slotOf(0, edgeOf("a", "b", 1)), slotOf(200, edgeOf("a", "b", 2)))
		require.NoError(t, s.Tidy(t.Context(), at(1).Add(time.Hour-1)))
		assert.Equal(t, 2, s.Stats().Records)
		require.NoError(t, s.Tidy(t.Context(), at(6).Add(time.Hour)))
		assert.Equal(t, Stats{Records: 1, Bytes: s.Stats().Bytes}, s.Stats())
	})
	t.Run("bytes, the oldest leave first", func(t *testing.T) {
		s := open(t, func(o *Options) { o.MaxBytes = 2000 })
		for n := range 30 {
			write(t, s, slotOf(n, edgeOf("a", "b", 1)))
			require.NoError(t, s.Tidy(t.Context(), at(n+1)))
			assert.LessOrEqual(t, s.Stats().Bytes, int64(2000))
		}
		assert.Positive(t, s.Stats().Dropped)
		from, to, ok := s.Span()
		assert.True(t, ok)
		assert.Greater(t, from, at(5))
		assert.Equal(t, at(30), to)
	})
	t.Run("options", func(t *testing.T) {
		_, err := Open(t.Context(), Options{Width: time.Minute, Retention: time.Second, MaxBytes: 1})
		assert.EqualError(t, err, "history of 1s in slots of 1m0s and 1 bytes: all must be positive, the retention no shorter than a slot")
	})
}
