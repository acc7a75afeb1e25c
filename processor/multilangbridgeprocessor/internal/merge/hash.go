package merge

import "math/bits"

// Odd numbers without a pattern, one for each kind of thing that is hashed.
const (
	seedPiece = 0xa0761d6478bd642f
	seedTrace = 0xe7037ed1a0b428db
	seedLow   = 0x8ebc6af09c88c6e3
)

// mix is a hash of two numbers. One of them must contain the store's seed: clients
// choose ids, and those who know the hash could make chains long.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
