package exposition

import (
	"math"
	"slices"
	"strconv"
)

const (
	// nativeSchema cuts every doubling into eight, as Prometheus' own client does by
	// default.
	nativeSchema  = 3
	nativeBuckets = 1 << nativeSchema
)

// Layout tells the buckets of histograms: where each ends, and how they project. It
// is made once and may be used by any number of encoders.
type Layout struct {
	classic []bound
	// native is the index of the native bucket that takes a bucket; the first bucket
	// is the zero bucket.
	native        []int
	zeroThreshold float64
}

// bound is a classic upper bound.
type bound struct {
	le  float64
	end int // number of buckets that lie below
	// text is `,le="0.1"} `.
	text string
}

// NewLayout takes the inclusive upper bounds of all buckets, in seconds and in order,
// and the classic bounds, each of which is to be one of them.
func NewLayout(upper, classic []float64) *Layout {
	l := &Layout{zeroThreshold: upper[0], native: make([]int, len(upper))}
	for _, le := range classic {
		// A bound that is off by rounding is still the nearest one.
		end, _ := slices.BinarySearch(upper, le*(1-1e-9))
		l.classic = append(l.classic, bound{le: le, end: end + 1, text: `,le="` + strconv.FormatFloat(le, 'g', -1, 64) + `"} `})
	}
	for i := 1; i < len(upper); i++ {
		// A bucket goes whole to where its middle lies: counts stay whole and never
		// sink, and what lies at its edge is off by half a bucket.
		middle := (upper[i-1] + upper[i]) / 2
		l.native[i] = int(math.Ceil(math.Log2(middle) * nativeBuckets))
	}
	return l
}

// total is the sum of all counts, and whether each is a whole number: sampled calls
// count as several, not always whole ones.
func (c *Counts) total() (total float64, whole bool) {
	whole = true
	for _, n := range c.Counts {
		total += n
		whole = whole && n == math.Trunc(n)
	}
	return total, whole
}

// cumulative calls give for every classic bound with the count up to it.
func (l *Layout) cumulative(c *Counts, give func(b *bound, count float64)) {
	var below float64
	next := 0
	for i := range l.classic {
		b := &l.classic[i]
		for ; next < len(c.Counts) && c.First+next < b.end; next++ {
			below += c.Counts[next]
		}
		give(b, below)
	}
}
