package topology

import "math"

// weightID numbers how many spans a span stands for (rule T10); 0 is one.
type weightID uint16

const (
	// exactWeights bounds the weights that are told apart: samplers use a few. Of further
	// ones only the leading digits count.
	exactWeights = 1 << 12
	// weightDigits are the binary digits that count then: of weights from 1 to maxWeight
	// there are no more than 20 * 2^7 such numbers.
	weightDigits = 7
)

// weightTable numbers weights. Constructor: newWeightTable.
type weightTable struct {
	byWeight map[float64]weightID
	all      []float64
}

func newWeightTable() weightTable {
	return weightTable{byWeight: map[float64]weightID{1: 0}, all: []float64{1}}
}

func (t *weightTable) number(w float64) weightID {
	if w == 0 || w == 1 {
		return 0
	}
	id, ok := t.byWeight[w]
	switch {
	case ok:
		return id
	case !(w >= 1): // what is not a number, too
		return 0
	case len(t.all) >= exactWeights:
		w = rounded(min(w, maxWeight))
		if id, ok = t.byWeight[w]; ok {
			return id
		}
	}
	id = weightID(len(t.all))
	t.all = append(t.all, w)
	t.byWeight[w] = id
	return id
}

// rounded keeps the leading binary digits of a weight.
func rounded(w float64) float64 {
	const cut = mantissaBits - weightDigits
	return math.Float64frombits(math.Float64bits(w) >> cut << cut)
}
