package topology

import "math"

// Bounds are the upper bounds, in seconds, of the buckets of a [Distribution]. They
// are 0.1 s times powers of two, as far down as a call inside one machine is short.
func Bounds() []float64 { return bounds[:] }

var (
	bounds = [...]float64{
		0.1 / 65536, 0.1 / 8192, 0.1 / 1024, 0.1 / 256, 0.1 / 64, 0.1 / 16, 0.1 / 4, 0.1 / 2,
		0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8,
	}
	// boundEnds is, for each bound, the number of buckets that lie below it.
	boundEnds = func() (ends [len(bounds)]int) {
		for i, b := range bounds {
			ends[i] = bucketOf(int64(math.Floor(b*1e9))) + 1
		}
		return ends
	}()
)

// Distribution is a cumulative histogram over [Bounds].
type Distribution struct {
	// Cumulative counts the durations of at most each bound.
	Cumulative [len(bounds)]float64
	Count      float64
	SumSeconds float64
}

// Classic counts a histogram up to each of the classic bounds, exactly: they are
// bounds of its own buckets.
func (h *Histogram) Classic() Distribution {
	d := Distribution{SumSeconds: h.SumSeconds}
	next := 0
	for i, c := range h.Counts {
		for next < len(bounds) && boundEnds[next] <= h.First+i {
			d.Cumulative[next] = d.Count
			next++
		}
		d.Count += c
	}
	for ; next < len(bounds); next++ {
		d.Cumulative[next] = d.Count
	}
	return d
}

// Add adds another distribution.
func (d *Distribution) Add(o *Distribution) {
	for i, c := range o.Cumulative {
		d.Cumulative[i] += c
	}
	d.Count += o.Count
	d.SumSeconds += o.SumSeconds
}
