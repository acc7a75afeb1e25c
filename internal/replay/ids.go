package replay

import "encoding/binary"

// wideID and narrowID read hexadecimal ids of any length up to their own; Jaeger
// leaves leading zeros out.
func wideID(hex string) (id [16]byte, ok bool) {
	if len(hex) > 32 {
		return id, false
	}
	split := max(len(hex)-16, 0)
	high, ok := parseHex(hex[:split])
	if !ok {
		return id, false
	}
	low, ok := parseHex(hex[split:])
	binary.BigEndian.PutUint64(id[:8], high)
	binary.BigEndian.PutUint64(id[8:], low)
	return id, ok
}

func narrowID(hex string) (id [8]byte, ok bool) {
	if len(hex) > 16 {
		return id, false
	}
	n, ok := parseHex(hex)
	binary.BigEndian.PutUint64(id[:], n)
	return id, ok
}

// parseHex reads up to 16 digits; none is 0.
func parseHex(s string) (uint64, bool) {
	var n uint64
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | uint64(c)
	}
	return n, true
}
