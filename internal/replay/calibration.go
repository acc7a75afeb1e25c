package replay

import "math"

// sure is the confidence from which on a join counts as sure.
const sure = 0.95

// calibrationBins are of equal width over 0–1.
const calibrationBins = 15

// Calibration is whether the confidence of joins can be trusted. Joins given to
// true roots are among them, and wrong.
type Calibration struct {
	// Joins that were given.
	Joins int
	// PrecisionSure is the share of right ones among joins with a confidence of at
	// least 0.95; 1 where there are none. CoverageSure is how many of all orphans
	// these are.
	PrecisionSure, CoverageSure float64
	// ECE is the expected calibration error: the mean distance, over all joins,
	// between what a bin of joins says and the share of it that is right.
	ECE float64
}

func calibrate(predictions []prediction, orphans int) Calibration {
	var bins [calibrationBins]struct {
		joins, right int
		said         float64
	}
	var c Calibration
	sureJoins, sureRight := 0, 0
	for i := range predictions {
		p := &predictions[i]
		if p.parent < 0 {
			continue
		}
		b := &bins[min(int(p.confidence*calibrationBins), calibrationBins-1)]
		b.joins++
		b.said += p.confidence
		c.Joins++
		if p.right {
			b.right++
		}
		if p.confidence >= sure {
			sureJoins++
			if p.right {
				sureRight++
			}
		}
	}
	c.PrecisionSure, c.CoverageSure = 1, ratio(sureJoins, orphans)
	if sureJoins > 0 {
		c.PrecisionSure = ratio(sureRight, sureJoins)
	}
	for _, b := range bins {
		c.ECE += math.Abs(b.said-float64(b.right)) / float64(max(c.Joins, 1))
	}
	return c
}
