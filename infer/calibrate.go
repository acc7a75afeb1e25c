package infer

import "slices"

// calibration holds what confidences said against what self-checks found, for
// one problem. Without checks a confidence stays what the solver made of it.
type calibration struct {
	bins [len(confidenceBins) + 1]reliability
	// curve is the share found right by bin, never falling.
	curve [len(confidenceBins) + 1]float64
}

// reliability is how many checked joins of about one confidence were right.
type reliability struct {
	checked, right, said float64
}

// confidenceBins are the bounds between the bins: narrow where it matters.
var confidenceBins = [...]float64{0.2, 0.4, 0.6, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.985, 0.995, 0.999}

const (
	// priorChecks is how many checks the solver's own confidence is worth.
	priorChecks = 30
	// forgetChecks bounds the memory of a bin.
	forgetChecks = 2000
)

func binOfConfidence(c float64) int {
	b, _ := slices.BinarySearch(confidenceBins[:], c)
	return b
}

// add counts one checked join.
func (c *calibration) add(confidence float64, right bool) {
	r := &c.bins[binOfConfidence(confidence)]
	if r.checked >= forgetChecks {
		r.checked, r.right, r.said = r.checked/2, r.right/2, r.said/2
	}
	r.checked++
	r.said += confidence
	if right {
		r.right++
	}
}

// fit makes the curve from the bins, pooling neighbours that are in the wrong
// order.
func (c *calibration) fit() {
	var level, weight []float64
	var width []int
	for _, r := range c.bins {
		l, w := 0.0, priorChecks+r.checked
		if r.checked > 0 {
			l = (r.right + priorChecks*r.said/r.checked) / w
		}
		if r.checked == 0 {
			continue
		}
		level, weight, width = append(level, l), append(weight, w), append(width, 1)
		for n := len(level); n > 1 && level[n-2] > level[n-1]; n = len(level) {
			w := weight[n-2] + weight[n-1]
			level[n-2] = (level[n-2]*weight[n-2] + level[n-1]*weight[n-1]) / w
			weight[n-2] = w
			width[n-2] += width[n-1]
			level, weight, width = level[:n-1], weight[:n-1], width[:n-1]
		}
	}
	b := 0
	for k, l := range level {
		for n := 0; n < width[k]; b++ {
			if c.bins[b].checked > 0 {
				c.curve[b] = l
				n++
			}
		}
	}
}

// apply returns the calibrated probability of a join. Within a bin it keeps the
// distance from the bin's mean.
func (c *calibration) apply(confidence float64) float64 {
	b := binOfConfidence(confidence)
	r := &c.bins[b]
	if r.checked == 0 {
		return confidence
	}
	return min(max(confidence+c.curve[b]-r.said/r.checked, 0), 1)
}
