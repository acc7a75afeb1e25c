package merge

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A slab is a queue whose positions stay, also where they wrap.
func TestSlab(t *testing.T) {
	for _, start := range []int32{0, 700, positionMask - 3*chunkSize, positionMask - chunkSize + 9} {
		s := slab{head: start, tail: start}
		rng := rand.New(rand.NewPCG(1, uint64(start)))
		var want []int32 // positions; the id of each record is its number
		first := 0
		for range 200 {
			for range rng.IntN(2 * chunkSize) {
				pos := s.push(&rec{id: uint64(first + len(want))})
				require.GreaterOrEqual(t, pos, int32(0))
				want = append(want, pos)
			}
			require.Equal(t, len(want), s.len())
			for i, pos := range want {
				require.Equal(t, pos, s.oldest(i))
				require.True(t, s.holds(pos))
				require.EqualValues(t, first+i, s.at(pos).id)
			}
			n := rng.IntN(len(want) + 1)
			gone := want[:n]
			s.pop(n)
			want, first = want[n:], first+n
			for _, pos := range gone {
				require.False(t, s.holds(pos))
			}
		}
		s.pop(len(want))
		assert.Zero(t, s.len())
		assert.False(t, s.holds(none))
		assert.LessOrEqual(t, len(s.spare), spareChunks)
	}
}
