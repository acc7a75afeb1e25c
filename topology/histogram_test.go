package topology

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// histogramOf is a histogram of durations in nanoseconds.
func histogramOf(nanos ...int64) *Histogram {
	h := &Histogram{}
	for _, n := range nanos {
		b := bucketOf(n)
		h.Add(&Histogram{First: b, Counts: []float64{1}, SumSeconds: float64(n) / 1e9})
	}
	return h
}

func TestBucketsCoverAllDurations(t *testing.T) {
	for _, nanos := range []int64{0, 1, 59, 60, 95, 1000, 99_999_999, 100_000_000, 100_000_001, 1 << 30, int64(time.Hour), 1 << 62} {
		b := bucketOf(nanos)
		require.GreaterOrEqual(t, b, 0)
		require.Less(t, b, numBuckets)
		if b < numBuckets-1 {
			assert.LessOrEqual(t, float64(nanos)/1e9, upperBounds[b], "nanos %d in bucket %d", nanos, b)
		}
		if b > 0 {
			assert.Greater(t, float64(nanos)/1e9, upperBounds[b-1], "nanos %d in bucket %d", nanos, b)
		}
	}
}

func TestBucketBoundsAscend(t *testing.T) {
	for b := 1; b < numBuckets; b++ {
		require.Greater(t, upperBounds[b], upperBounds[b-1], "bucket %d", b)
		require.Less(t, upperBounds[b]/upperBounds[b-1], 1.0906, "bucket %d is no wider than an eighth of a doubling", b)
	}
}

// The bounds of /metrics must be bounds of buckets, or projecting would guess.
func TestBoundsAreExact(t *testing.T) {
	for _, b := range Bounds() {
		nanos := int64(b * 1e9)
		assert.InEpsilon(t, b, upperBounds[bucketOf(nanos)], 1e-12, "bound %v s", b)
		assert.Equal(t, bucketOf(nanos)+1, bucketOf(nanos+1), "bound %v s is inclusive", b)
	}
}

// A bucket lies in the native bucket that Prometheus would put its durations into.
func TestNativeBuckets(t *testing.T) {
	for b := 1; b < numBuckets; b++ {
		index := nativeIndex(b)
		assert.LessOrEqual(t, upperBounds[b], math.Exp2(float64(index)/8)*(1+1e-15), "bucket %d", b)
		assert.GreaterOrEqual(t, upperBounds[b-1], math.Exp2(float64(index-1)/8)*(1-1e-15), "bucket %d", b)
	}
	got := map[int32]float64{}
	// 0.155 and 0.165 s are on both sides of a cut: one eighth (2^-22/8, 2^-21/8] of 0.149 to 0.162 s, the other above.
	histogramOf(100e6, 98e6, 104e6, 1e9, 0).Native(func(index int32, count float64) { got[index] = count })
	// 2^(-27/8) = 0.0964 < 98, 100 and 104 ms <= 2^(-26/8) = 0.105; 0.1 s is a cut of ours only.
	assert.Equal(t, map[int32]float64{NativeZero: 1, -26: 3, 0: 1}, got)
}

func TestQuantilesAreWithinABucket(t *testing.T) {
	var h Histogram
	for ms := int64(1); ms <= 1000; ms++ {
		h.Add(histogramOf(ms * 1e6))
	}
	for _, share := range []float64{0.01, 0.5, 0.95, 0.99} {
		assert.InEpsilon(t, share, h.Quantile(share), 0.05)
	}
	assert.InDelta(t, 1000, h.Count(), 0)
	assert.InEpsilon(t, 500.5, h.SumSeconds, 1e-9)
	exact := h.SumSeconds
	h.estimateSum()
	assert.InEpsilon(t, exact, h.SumSeconds, 0.01)
}

func TestQuantilesOfNothing(t *testing.T) {
	assert.Zero(t, new(Histogram).Quantile(0.5))
}

func TestHistogramGrowsBothWays(t *testing.T) {
	all := []int64{1e6, 1, 1e12, 1e3, 1e9}
	l := newLedger()
	for _, nanos := range all {
		l.measure(l.slot(7), ofServer, nanos, 2)
	}
	var f Figures
	e := edge{ledger: l}
	f.addSlot(&e, l.slot(7))
	want := map[int]float64{}
	for _, nanos := range all {
		want[bucketOf(nanos)] = 2
	}
	got := map[int]float64{}
	for i, c := range f.Server.Counts {
		if c != 0 {
			got[f.Server.First+i] = c
		}
	}
	assert.Equal(t, want, got)
}

// Counters widen as they grow, for fractions and below zero, and stay exact.
func TestCountsWiden(t *testing.T) {
	for _, step := range []float64{1, 100, 255, 40_000, 1 << 31, 0.5, -1} {
		c := newCounts(3, 1)
		c.add(0, 7)
		for range 5 {
			c.add(1, step)
		}
		assert.Equal(t, []float64{7, 5 * step, 0}, []float64{c.at(0), c.at(1), c.at(2)}, "step %v", step)
	}
}
