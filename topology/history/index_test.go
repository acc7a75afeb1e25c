package history

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/topology/internal/packed"
)

func TestReopen(t *testing.T) {
	blobs := newMemory()
	s := open(t, func(o *Options) { o.Blobs = blobs })
	for n := range 100 {
		write(t, s, slotOf(n, edgeOf("a", "b", 1)))
		require.NoError(t, s.Tidy(t.Context(), at(n+1)))
	}
	want := s.Stats()
	assert.Len(t, blobs.values, want.Records+1, "the records and their index, nothing else")
	again := open(t, func(o *Options) { o.Blobs = blobs })
	assert.Equal(t, want, again.Stats())
	assert.Equal(t, map[string]float64{"a b": 100}, calls(t, again, at(0), at(100)))
	write(t, again, slotOf(100, edgeOf("a", "b", 5)))
	assert.Equal(t, map[string]float64{"a b": 105}, calls(t, again, at(0), at(101)))
}

func TestFullDisk(t *testing.T) {
	blobs := newMemory()
	s := open(t, func(o *Options) { o.Blobs = blobs })
	write(t, s, slotOf(0, edgeOf("a", "b", 1)))
	blobs.fails = true
	for n := range 3 {
		require.ErrorIs(t, s.Write(t.Context(), slotOf(n+1, edgeOf("a", "b", 1))), errFull)
	}
	assert.Equal(t, map[string]float64{"a b": 3}, calls(t, s, at(1), at(4)), "kept in memory")
	st := s.Stats()
	assert.Equal(t, Stats{Records: 4, Unsaved: 3, Bytes: st.Bytes, Failed: 3}, st)

	_, err := s.Read(t.Context(), at(0).UnixNano(), at(4).UnixNano(), nil)
	require.ErrorIs(t, err, errFull, "one record cannot be read now")
	require.ErrorIs(t, s.Tidy(t.Context(), at(30)), errFull)
	blobs.fails = false
	require.NoError(t, s.Tidy(t.Context(), at(30)))
	assert.Zero(t, s.Stats().Unsaved)
	assert.Equal(t, map[string]float64{"a b": 4}, calls(t, s, at(0), at(4)), "nothing was lost")
	assert.Len(t, blobs.values, s.Stats().Records+1)
}

func TestDamagedRecordIsLeftOut(t *testing.T) {
	blobs := newMemory()
	s := open(t, func(o *Options) { o.Blobs = blobs })
	write(t, s, slotOf(0, edgeOf("a", "b", 1)), slotOf(1, edgeOf("a", "b", 2)), slotOf(2, edgeOf("a", "b", 4)))
	blobs.values["history/1"][20] ^= 0xff
	sum, err := s.Read(t.Context(), at(0).UnixNano(), at(3).UnixNano(), nil)
	require.ErrorIs(t, err, packed.ErrDamaged)
	assert.InDelta(t, 5, sum.edges[edgeOf("a", "b", 0).EdgeName].Figures.Calls, 0)
	assert.Equal(t, uint64(1), s.Stats().Damaged)
	delete(blobs.values, "history/2")
	_, err = s.Read(t.Context(), at(2).UnixNano(), at(3).UnixNano(), nil)
	require.ErrorIs(t, err, packed.ErrForeign)
	require.Error(t, s.Tidy(t.Context(), at(100)), "merging says what it could not read")
	assert.Equal(t, map[string]float64{"a b": 1}, calls(t, s, at(0), at(3)))
}

func TestDamagedIndexIsAFreshStart(t *testing.T) {
	for name, tt := range map[string]struct {
		index func([]byte) []byte
		want  error
	}{
		"foreign":   {func([]byte) []byte { return []byte("something else altogether") }, packed.ErrForeign},
		"version":   {func(b []byte) []byte { b[3] = 9; return b }, packed.ErrVersion},
		"one bit":   {func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, packed.ErrDamaged},
		"truncated": {func(b []byte) []byte { return b[:len(b)-4] }, packed.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			blobs := newMemory()
			s := open(t, func(o *Options) { o.Blobs = blobs })
			write(t, s, slotOf(0, edgeOf("a", "b", 1)))
			blobs.values[indexKey] = tt.index(blobs.values[indexKey])
			again, err := Open(t.Context(), s.options)
			require.ErrorIs(t, err, tt.want)
			require.NoError(t, again.Write(t.Context(), slotOf(1, edgeOf("a", "b", 2))))
			assert.Equal(t, map[string]float64{"a b": 2}, calls(t, again, at(0), at(9)))
		})
	}
}
