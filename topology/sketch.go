package topology

import (
	"hash/maphash"
	"math"
	"math/bits"
)

// sketch estimates how many distinct things it saw (HyperLogLog, 6.5 % off on average) in 256
// bytes: what a bound turned away is counted without being kept (rule T11). The zero
// value saw nothing.
type sketch struct{ registers [1 << sketchBits]uint8 }

const sketchBits = 8

// see takes the hash of a thing.
func (s *sketch) see(hash uint64) {
	i := hash >> (64 - sketchBits)
	rank := uint8(bits.LeadingZeros64(hash<<sketchBits|1<<(sketchBits-1))) + 1
	s.registers[i] = max(s.registers[i], rank)
}

// estimate is the number of distinct hashes seen.
func (s *sketch) estimate() float64 {
	const m = float64(1 << sketchBits)
	var sum float64
	empty := 0
	for _, r := range s.registers {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			empty++
		}
	}
	if e := 0.7213 / (1 + 1.079/m) * m * m / sum; e > 2.5*m || empty == 0 {
		return e
	}
	// Few things: the empty registers tell better.
	return m * math.Log(m/float64(empty))
}

// hashOf is the hash of an edge that was refused.
func hashOf(g *Graph, key edgeKey) uint64 { return maphash.Comparable(g.services.seed, key) }
