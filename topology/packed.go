package topology

import "math/bits"

// packedSize is a payload size in 16 bits: 11 of the number, 5 of how far it is
// shifted, so it is off by a part in 2000 at most. 0 is not known.
type packedSize uint16

const (
	sizeDigits = 11
	maxShift   = 1<<5 - 1
)

func packSize(n int64) packedSize {
	if n <= 0 {
		return 0
	}
	shift := max(bits.Len64(uint64(n))-sizeDigits, 0)
	if shift > maxShift {
		return maxShift<<sizeDigits | 1<<sizeDigits - 1
	}
	return packedSize(shift<<sizeDigits | int(n>>shift))
}

func (p packedSize) bytes() float64 {
	return float64(uint64(p&(1<<sizeDigits-1)) << (p >> sizeDigits))
}
