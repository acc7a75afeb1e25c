package topology

import "math"

// Durations are counted in buckets whose bounds are those of both worlds of
// Prometheus: eighths of a doubling of a second as native histograms of schema 3 have
// them, cut once more where 0.1 s times a power of two lies, the classic bounds of
// /metrics. Neither needs interpolation. A quantile is at most 5 % off.
const (
	perOctave   = 9
	minExponent = -24 // bucket 0 ends at 2^-24 s, 60 ns
	octaves     = 36
	// numBuckets spans 60 ns to 68 min; the first and last bucket take what lies outside.
	numBuckets = octaves*perOctave + 1
	// splitEighth is the eighth of a doubling that is cut in two.
	splitEighth = 5
)

const mantissaBits = 52

// innerBounds are the mantissas of the bounds inside a doubling.
var innerBounds = func() (inner [perOctave - 1]uint64) {
	for i := range inner {
		eighth := i + 1
		if i > splitEighth {
			eighth = i
		}
		inner[i] = mantissa(math.Exp2(float64(eighth) / 8))
	}
	inner[splitEighth] = mantissa(0.1)
	return inner
}()

func mantissa(f float64) uint64 { return math.Float64bits(f) & (1<<mantissaBits - 1) }

// innerStart is, by the leading bits of a mantissa, how many inner bounds are passed
// for sure: at most one more is to be compared.
const innerBits = 6

var innerStart = func() (start [1 << innerBits]uint8) {
	for i := range start {
		for start[i] < perOctave-1 && innerBounds[start[i]] <= uint64(i)<<(mantissaBits-innerBits) {
			start[i]++
		}
	}
	return start
}()

// bucketOf is the bucket of a duration. Upper bounds are inclusive, as in Prometheus.
func bucketOf(nanos int64) int {
	// The number before has the same leading bits, unless the duration is the upper
	// bound of the bucket below: that is where it belongs.
	b := math.Float64bits(float64(nanos)/1e9) - 1
	octave := int(b>>mantissaBits) - 1023 - minExponent
	if nanos <= 0 || octave < 0 {
		return 0
	}
	if octave >= octaves {
		return numBuckets - 1
	}
	m := b & (1<<mantissaBits - 1)
	i := int(innerStart[m>>(mantissaBits-innerBits)])
	for i < perOctave-1 && m >= innerBounds[i] {
		i++
	}
	return 1 + octave*perOctave + i
}

// upperBounds are the inclusive upper bounds of the buckets in seconds.
var upperBounds = func() (bounds [numBuckets]float64) {
	bounds[0] = math.Ldexp(1, minExponent)
	for i := 1; i < numBuckets; i++ {
		octave, inner := (i-1)/perOctave, (i-1)%perOctave
		f := 2.0
		if inner < perOctave-1 {
			f = math.Float64frombits(1023<<mantissaBits | innerBounds[inner])
		}
		bounds[i] = math.Ldexp(f, octave+minExponent)
	}
	return bounds
}()

// NumBuckets is how many buckets a [Histogram] may have.
const NumBuckets = numBuckets

// UpperBound is the inclusive upper bound of a bucket in seconds.
func UpperBound(bucket int) float64 { return upperBounds[bucket] }

// nativeIndex is the index of a bucket in a native histogram of schema 3: the bucket
// with the upper bound 2^(index/8) that it lies in.
func nativeIndex(bucket int) int32 {
	if bucket == 0 {
		return minExponent * 8
	}
	octave, eighth := (bucket-1)/perOctave, (bucket-1)%perOctave
	if eighth > splitEighth {
		eighth--
	}
	return int32((octave+minExponent)*8 + eighth + 1)
}
