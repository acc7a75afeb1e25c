package infer

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBinsCoverAllDelaysInOrder(t *testing.T) {
	last := -1
	for units := int64(0); units < 1<<28; units += 1 + units/64 {
		b := binOf(units)
		assert.GreaterOrEqual(t, b, last, "bin of %d", units)
		if b < bins-1 {
			end := binStart[b] + math.Exp(binWidth[b])
			assert.True(t, float64(units) >= binStart[b]-0.5 && float64(units) < end+0.5, "%d is not in bin %d: %v–%v", units, b, binStart[b], end)
		}
		last = b
	}
	assert.Equal(t, bins-1, last)
	assert.Equal(t, 0, binOf(-5))
}

func TestDensityIsOne(t *testing.T) {
	for _, n := range []int{0, 1, 30, 3000} {
		var d density
		for k := range n {
			d.add(binOf(int64(100+k%50)), 1)
		}
		d.fit(false)
		sum := 0.0
		for b := range bins {
			sum += math.Exp(float64(d.logp[b]) + binWidth[b])
		}
		assert.InDelta(t, 1, sum, 1e-3, "%d observations", n)
	}
}

func TestCoarseDensityIsConcave(t *testing.T) {
	var d density
	for b, n := range []float64{0, 3, 0, 20, 4, 15, 1, 0, 0, 2} {
		d.add(b, n)
	}
	d.fit(true)
	slope := math.Inf(1)
	for b := 1; b < coarseBins; b++ {
		next := float64(d.logp[b]-d.logp[b-1]) / (binStart[b] - binStart[b-1])
		assert.LessOrEqual(t, next, slope+1e-4, "bin %d", b)
		slope = next
	}
}

func TestCalibrationLearnsAndNeverFalls(t *testing.T) {
	var c calibration
	assert.InDelta(t, 0.97, c.apply(0.97), 1e-9, "without checks a confidence stays")
	for k := range 2000 {
		c.add(0.99, k%5 > 0)
		c.add(0.75, k%10 > 0)
	}
	c.fit()
	assert.InDelta(t, 0.85, c.apply(0.99), 0.03, "0.8 was right, pooled with the 0.9 below it")
	last := 0.0
	for p := 0.0; p <= 1; p += 0.01 {
		got := c.apply(p)
		assert.True(t, got >= 0 && got <= 1, "%v gives %v", p, got)
		if b := binOfConfidence(p); c.bins[b].checked > 0 {
			assert.GreaterOrEqual(t, c.curve[b], last)
			last = c.curve[b]
		}
	}
}
