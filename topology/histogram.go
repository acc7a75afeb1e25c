package topology

import "math"

// Durations are counted in log-linear buckets: every doubling is cut into
// subBuckets equal parts, so a bucket is at most 1/8 wide of its lower bound and a
// quantile at most 6 % off. The unit makes 0.1 s times every power of two the exact
// bound of a bucket: the classic bounds of /metrics need no interpolation.
const (
	subBits    = 3
	subBuckets = 1 << subBits
	octaves    = 35
	// numBuckets spans 95 ns to 54 min; the first and last bucket take what lies outside.
	numBuckets = octaves*subBuckets + 1
	// unitNanos is the upper bound of bucket 0: 0.1 s / 2^20.
	unitNanos = 1e8 / (1 << 20)
	// growStep is the granularity (buckets) in which a histogram grows, so that it grows seldom.
	growStep = 16
)

// bucketOf is the bucket of a duration. Upper bounds are inclusive, as in Prometheus.
func bucketOf(nanos int64) int {
	f := float64(nanos) / unitNanos
	if f <= 1 {
		return 0
	}
	// The number before f has the same exponent and leading bits, unless f is the upper
	// bound of the bucket below: that is where it belongs.
	const bias = 1023 << subBits
	return min(int((math.Float64bits(f)-1)>>(52-subBits))-bias+1, numBuckets-1)
}

// upperNanos is the inclusive upper bound of a bucket.
func upperNanos(bucket int) float64 {
	if bucket == 0 {
		return unitNanos
	}
	octave, sub := (bucket-1)/subBuckets, (bucket-1)%subBuckets
	return math.Ldexp(unitNanos*(1+float64(sub+1)/subBuckets), octave)
}

// upperBounds is upperNanos of every bucket.
var upperBounds = func() (bounds [numBuckets]float64) {
	for i := range bounds {
		bounds[i] = upperNanos(i)
	}
	return bounds
}()

// histogram counts durations in the contiguous run of buckets that were ever hit:
// a caller's latencies span a few doublings, not all 35. C is float32 where counts
// are dropped with their window, float64 where they add up for good. The zero value is empty.
type histogram[C float32 | float64] struct {
	counts []C
	first  int // bucket of counts[0]
}

func (h *histogram[C]) add(bucket int, weight C) {
	i := bucket - h.first
	if i < 0 || i >= len(h.counts) {
		i = h.grow(bucket)
	}
	h.counts[i] += weight
}

// grow makes room for a bucket and returns its index in counts.
func (h *histogram[C]) grow(bucket int) int {
	first, end := h.first, h.first+len(h.counts)
	if len(h.counts) == 0 {
		first, end = bucket, bucket+1
	}
	first = min(first, bucket) / growStep * growStep
	end = min((max(end, bucket+1)+growStep-1)/growStep*growStep, numBuckets)
	counts := make([]C, end-first)
	copy(counts[max(h.first-first, 0):], h.counts)
	h.counts, h.first = counts, first
	return bucket - first
}

func (h *histogram[C]) reset() { clear(h.counts) }

// distribution is a dense histogram that others are poured into at a snapshot. Only
// counts[first:end] are not zero. The zero value is empty.
type distribution struct {
	counts     [numBuckets]float64
	first, end int
}

func pour[C float32 | float64](h *histogram[C], into *distribution) {
	into.widen(h.first, h.first+len(h.counts))
	for i, c := range h.counts {
		into.counts[h.first+i] += float64(c)
	}
}

func (d *distribution) widen(first, end int) {
	switch {
	case first == end:
	case d.first == d.end:
		d.first, d.end = first, end
	default:
		d.first, d.end = min(d.first, first), max(d.end, end)
	}
}

func (d *distribution) add(o *distribution) {
	d.widen(o.first, o.end)
	for i := o.first; i < o.end; i++ {
		d.counts[i] += o.counts[i]
	}
}

func (d *distribution) reset() {
	clear(d.counts[d.first:d.end])
	d.first, d.end = 0, 0
}

// quantiles gives the seconds below which the asked shares of the counts lie, by
// linear interpolation inside a bucket; false when the distribution is empty.
func (d *distribution) quantiles(shares [3]float64) ([3]float64, bool) {
	var total float64
	for _, c := range d.counts[d.first:d.end] {
		total += c
	}
	var out [3]float64
	if total == 0 {
		return out, false
	}
	var below, lower float64
	if d.first > 0 {
		lower = upperBounds[d.first-1]
	}
	next := 0
	for i := d.first; i < d.end; i++ {
		c, upper := d.counts[i], upperBounds[i]
		for next < len(shares) && c > 0 && below+c >= shares[next]*total {
			out[next] = (lower + (upper-lower)*(shares[next]*total-below)/c) / 1e9
			next++
		}
		below += c
		lower = upper
	}
	return out, true
}
