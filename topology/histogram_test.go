package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBucketsCoverAllDurations(t *testing.T) {
	for _, nanos := range []int64{0, 1, 95, 96, 1000, 99_999_999, 100_000_000, 100_000_001, int64(time.Hour), 1 << 62} {
		b := bucketOf(nanos)
		require.GreaterOrEqual(t, b, 0)
		require.Less(t, b, numBuckets)
		if b < numBuckets-1 {
			assert.LessOrEqual(t, float64(nanos), upperNanos(b), "nanos %d in bucket %d", nanos, b)
		}
		if b > 0 {
			assert.Greater(t, float64(nanos), upperNanos(b-1), "nanos %d in bucket %d", nanos, b)
		}
	}
}

// The bounds of /metrics must be bounds of buckets, or projecting would guess.
func TestBoundsAreExact(t *testing.T) {
	for _, b := range Bounds() {
		nanos := int64(b * 1e9)
		assert.InEpsilon(t, b*1e9, upperNanos(bucketOf(nanos)), 1e-12, "bound %v s", b)
		assert.Equal(t, bucketOf(nanos)+1, bucketOf(nanos+1), "bound %v s is inclusive", b)
	}
}

func TestQuantilesAreWithinABucket(t *testing.T) {
	var h histogram[float32]
	for ms := int64(1); ms <= 1000; ms++ {
		h.add(bucketOf(ms*1e6), 1)
	}
	var d distribution
	pour(&h, &d)
	q, ok := d.quantiles([3]float64{0.5, 0.95, 0.99})
	require.True(t, ok)
	assert.InEpsilon(t, 0.500, q[0], 0.07)
	assert.InEpsilon(t, 0.950, q[1], 0.07)
	assert.InEpsilon(t, 0.990, q[2], 0.07)
}

func TestQuantilesOfNothing(t *testing.T) {
	_, ok := new(distribution).quantiles([3]float64{0.5, 0.95, 0.99})
	assert.False(t, ok)
}

func TestHistogramGrowsBothWays(t *testing.T) {
	var h histogram[float64]
	for _, nanos := range []int64{1e6, 1, 1e12, 1e3, 1e9} {
		h.add(bucketOf(nanos), 2)
	}
	var d distribution
	pour(&h, &d)
	var sum float64
	for i, c := range d.counts {
		sum += c
		if c != 0 {
			assert.Contains(t, []int{bucketOf(1), bucketOf(1e3), bucketOf(1e6), bucketOf(1e9), bucketOf(1e12)}, i)
		}
	}
	assert.InDelta(t, 10, sum, 0)
}
