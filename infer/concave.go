package infer

import "math"

// A clock is coarse from this tick on, ns; then delays of up to coarseBins are
// told apart by few stamps.
const (
	coarseTick = 100_000
	coarseBins = linearBins + 4*binsPerOctave // up to 256 ticks
)

// orderBias is how much, per squared tick from the mode, a delay on a coarse
// clock is held to be less likely, tapering off to orderTaper ticks. Where such a
// clock does not tell two requests' calls apart it leaves them in the order the
// requests came in.
const (
	orderBias  = 0.02
	orderTaper = 8
)

// smoothCoarse makes the densities of delays on a coarse clock log-concave, by
// the concave hull of their logarithms. Of few counts some ticks are by chance
// fuller than their neighbours; taken at their word they would have two calls
// overtake one another for nothing.
func (d *density) smoothCoarse() {
	var hull [coarseBins]int
	n := 0
	slope := func(a, b int) float64 {
		return float64(d.logp[b]-d.logp[a]) / (binStart[b] - binStart[a])
	}
	for b := range coarseBins {
		for n >= 2 && slope(hull[n-2], hull[n-1]) <= slope(hull[n-1], b) {
			n--
		}
		hull[n] = b
		n++
	}
	mode := 0
	for k := 1; k < n; k++ {
		a, b := hull[k-1], hull[k]
		by := slope(a, b)
		for i := a + 1; i < b; i++ {
			d.logp[i] = d.logp[a] + float32(by*(binStart[i]-binStart[a]))
		}
		if d.logp[b] > d.logp[mode] {
			mode = b
		}
	}
	for b := range coarseBins {
		x := binStart[b] - binStart[mode]
		d.logp[b] -= float32(orderBias * x * x / (1 + math.Abs(x)/orderTaper))
	}
}
