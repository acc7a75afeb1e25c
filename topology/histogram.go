package topology

import "time"

// Histogram counts durations in buckets: Counts[i] is that of bucket First+i, of which
// [UpperBound] gives the end. The zero value is empty.
type Histogram struct {
	First  int
	Counts []float64
	// SumSeconds is exact for what an edge counted since it was made, and estimated from
	// the buckets for a part of the window.
	SumSeconds float64
}

// Count is how many durations were counted.
func (h *Histogram) Count() float64 {
	var n float64
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Observe adds a duration that counts as so many; a negative one counts as 0.
func (h *Histogram) Observe(d time.Duration, weight float64) {
	d = max(d, 0)
	bucket := bucketOf(int64(d))
	h.widen(bucket, bucket+1)
	h.Counts[bucket-h.First] += weight
	h.SumSeconds += d.Seconds() * weight
}

// Add adds another histogram.
func (h *Histogram) Add(o *Histogram) {
	if len(o.Counts) == 0 {
		return
	}
	h.widen(o.First, o.First+len(o.Counts))
	for i, c := range o.Counts {
		h.Counts[o.First-h.First+i] += c
	}
	h.SumSeconds += o.SumSeconds
}

// widen makes room for the buckets from first to before end.
func (h *Histogram) widen(first, end int) {
	if len(h.Counts) == 0 {
		h.First = first
	}
	if more := h.First - first; more > 0 {
		n := len(h.Counts)
		h.Counts = grown(h.Counts, n+more)
		copy(h.Counts[more:], h.Counts[:n])
		clear(h.Counts[:more])
		h.First = first
	}
	if n := end - h.First; n > len(h.Counts) {
		h.Counts = grown(h.Counts, n)
	}
}

// grown is the slice at a greater length; what is new is 0.
func grown(s []float64, n int) []float64 {
	if n <= cap(s) {
		old := len(s)
		s = s[:n]
		clear(s[old:])
		return s
	}
	longer := make([]float64, n)
	copy(longer, s)
	return longer
}

// reset empties the histogram and keeps its room.
func (h *Histogram) reset() { h.First, h.Counts, h.SumSeconds = 0, h.Counts[:0], 0 }

// Quantile gives the seconds below which a share of the durations lies, by linear
// interpolation inside a bucket; 0 when there are none.
func (h *Histogram) Quantile(share float64) float64 {
	total := h.Count()
	if total <= 0 {
		return 0
	}
	var below float64
	for i, c := range h.Counts {
		if c > 0 && below+c >= share*total {
			lower, upper := lowerBound(h.First+i), upperBounds[h.First+i]
			return lower + (upper-lower)*max(share*total-below, 0)/c
		}
		below += c
	}
	return upperBounds[h.First+len(h.Counts)-1]
}

func lowerBound(bucket int) float64 {
	if bucket == 0 {
		return 0
	}
	return upperBounds[bucket-1]
}

// Native gives the buckets as those of a Prometheus native histogram of schema 3, in
// order of their index and without the empty ones. What is no longer than 2^-24 s has
// the index [NativeZero]: it may be counted as zero.
func (h *Histogram) Native(yield func(index int32, count float64)) {
	var index int32
	var n float64
	for i, c := range h.Counts {
		at := nativeIndex(h.First + i)
		if at != index && n != 0 {
			yield(index, n)
			n = 0
		}
		index = at
		n += c
	}
	if n != 0 {
		yield(index, n)
	}
}

// NativeZero is the index of the lowest bucket of [Histogram.Native].
const NativeZero int32 = minExponent * 8

// estimateSum sets the sum to what it is if durations lie in the middle of their buckets.
func (h *Histogram) estimateSum() {
	h.SumSeconds = 0
	for i, c := range h.Counts {
		h.SumSeconds += c * (lowerBound(h.First+i) + upperBounds[h.First+i]) / 2
	}
}
