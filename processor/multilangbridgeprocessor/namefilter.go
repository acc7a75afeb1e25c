package multilangbridgeprocessor

// nameFilter tells most attribute names that are not in a set from those that may
// be, by their length and three bytes: what comes with every span should not be
// hashed or compared for each. The zero value is the empty set.
type nameFilter [filterBits / 64]uint64

// filterBits is some seventy times the number of names in the largest set, so few
// others pass.
const filterBits = 1 << 12

// add puts a name, which must not be empty, into the set.
func (f *nameFilter) add(name string) {
	at := filterBit(name)
	f[at/64] |= 1 << (at % 64)
}

// may reports whether the name, which must not be empty, may be in the set.
func (f *nameFilter) may(name string) bool {
	at := filterBit(name)
	return f[at/64]&(1<<(at%64)) != 0
}

func filterBit(name string) uint32 {
	n := len(name)
	parts := uint64(n)<<24 | uint64(name[n-1])<<16 | uint64(name[n/2])<<8 | uint64(name[n*3/4])
	return uint32(parts * 0x9e3779b97f4a7c15 >> 52) // 12 bits
}
