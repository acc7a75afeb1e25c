package infer

import (
	"math"
	"math/bits"
)

// Delays are kept in bins of the model's unit (its service's clock tick, at
// least one microsecond): one bin a unit up to linearBins, then binsPerOctave a
// doubling. So a clock of milliseconds gets one bin a millisecond, and a fine
// one gets a resolution of 9 %.
const (
	linearBins    = 16
	linearOctaves = 4 // log2 of linearBins
	binsPerOctave = 8
	log2PerOctave = 3
	octaves       = 22
	bins          = linearBins + binsPerOctave*octaves
)

// binOf returns the bin of a delay of so many units.
func binOf(units int64) int {
	if units < linearBins {
		return int(max(units, 0))
	}
	octave := bits.Len64(uint64(units)) - 1
	part := int(units>>(octave-log2PerOctave)) & (binsPerOctave - 1)
	return min(linearBins+(octave-linearOctaves)*binsPerOctave+part, bins-1)
}

// binWidth is the natural logarithm of each bin's width in units.
var binWidth = func() (w [bins]float64) {
	for b := linearBins; b < bins; b++ {
		octave := linearOctaves + (b-linearBins)/binsPerOctave
		w[b] = math.Log(math.Ldexp(1, octave) / binsPerOctave)
	}
	return w
}()

// binStart is the first delay of each bin in units.
var binStart = func() (s [bins]float64) {
	for b := range s {
		s[b] = float64(b)
		if b > 0 {
			s[b] = s[b-1] + math.Exp(binWidth[b-1])
		}
	}
	return s
}()

// density is a histogram of delays and the log density per unit read from it.
type density struct {
	n     float64
	count [bins]float32
	logp  [bins]float32
}

func (d *density) add(bin int, weight float64) {
	d.n += weight
	d.count[bin] += float32(weight)
}

// scale forgets: every count is multiplied by f.
func (d *density) scale(f float64) {
	d.n *= f
	for i := range d.count {
		d.count[i] *= float32(f)
	}
}

// background is the weight, in observations, of a delay that could be anything.
const background = 1.0

// fit smooths the counts into logp. The kernel narrows as observations grow, so
// that few of them do not pretend to a precision they have not. It returns the
// leave-one-out log likelihood of the counts, which models of different detail
// are compared by. On a coarse clock it smooths more.
func (d *density) fit(coarse bool) float64 {
	var p [bins]float64
	k := kernel(d.n)
	for b, c := range &d.count {
		if c == 0 {
			continue
		}
		for j, w := range k {
			p[mirror(b+j)] += float64(c) * w
			if j > 0 {
				p[mirror(b-j)] += float64(c) * w
			}
		}
	}
	flat := background / bins
	loo := 0.0
	for b := range p {
		d.logp[b] = float32(math.Log((p[b]+flat)/(d.n+background)) - binWidth[b])
		if c := float64(d.count[b]); c > 0 {
			rest := max(p[b]-min(c, 1)*k[0], 0)
			loo += c * (math.Log((rest+flat)/max(d.n-1+background, background)) - binWidth[b])
		}
	}
	if coarse {
		d.smoothCoarse()
	}
	return loo
}

// mirror keeps the kernel's mass inside the table.
func mirror(b int) int {
	if b < 0 {
		return -b - 1
	}
	if b >= bins {
		return 2*bins - 1 - b
	}
	return b
}

// kernel returns one half of a Gaussian kernel in bins, centre first, of a sum
// of 1 with its mirror image.
func kernel(n float64) []float64 {
	sigma := 3 * math.Pow(max(n, 1), -0.2)
	half := int(math.Ceil(3 * sigma))
	k := make([]float64, half+1)
	sum := 0.0
	for i := range k {
		k[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		sum += k[i]
		if i > 0 {
			sum += k[i]
		}
	}
	for i := range k {
		k[i] /= sum
	}
	return k
}
