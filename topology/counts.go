package topology

import (
	"encoding/binary"
	"math"
)

// counts is a row of counters that take as many bytes each as the greatest of them
// needs: 1, 2 or 4, and 8 for what is no whole number, negative or above 2^32. Most
// edges are quiet, so most counters are small. The zero value has no counters.
type counts struct {
	data []byte
	// width is the bytes of a counter; 8 is a float64.
	width uint8
}

const wideCount = 8

func newCounts(n int, width uint8) counts { return counts{make([]byte, n*int(width)), width} }

func (c *counts) at(i int) float64 {
	switch c.width {
	case 1:
		return float64(c.data[i])
	case 2:
		return float64(binary.LittleEndian.Uint16(c.data[2*i:]))
	case 4:
		return float64(binary.LittleEndian.Uint32(c.data[4*i:]))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(c.data[wideCount*i:]))
}

func (c *counts) set(i int, v float64) {
	switch c.width {
	case 1:
		c.data[i] = uint8(v)
	case 2:
		binary.LittleEndian.PutUint16(c.data[2*i:], uint16(v))
	case 4:
		binary.LittleEndian.PutUint32(c.data[4*i:], uint32(v))
	default:
		binary.LittleEndian.PutUint64(c.data[wideCount*i:], math.Float64bits(v))
	}
}

// add adds to a counter, which may be wider after that.
func (c *counts) add(i int, v float64) {
	if v == 1 && c.width == 1 && c.data[i] < math.MaxUint8 {
		c.data[i]++
		return
	}
	sum := c.at(i) + v
	if need := widthOf(sum); need > c.width {
		*c = c.widened(need)
	}
	c.set(i, sum)
}

func widthOf(v float64) uint8 {
	switch {
	case v < 0 || v > math.MaxUint32 || v != math.Trunc(v):
		return wideCount
	case v > math.MaxUint16:
		return 4
	case v > math.MaxUint8:
		return 2
	}
	return 1
}

func (c *counts) widened(width uint8) counts {
	n := len(c.data) / int(c.width)
	wide := newCounts(n, width)
	for i := range n {
		wide.set(i, c.at(i))
	}
	return wide
}

// copyTo copies the counters into the room of others.
func (c *counts) copyTo(into *counts) {
	into.data = append(into.data[:0], c.data...)
	into.width = c.width
}
