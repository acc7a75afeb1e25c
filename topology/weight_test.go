package topology

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWeight(t *testing.T) {
	tests := []struct {
		tracestate string
		want       float64
	}{
		{"", 1},
		{"ot=th:0", 1},
		{"ot=th:8", 2},
		{"ot=th:c", 4},
		{"ot=rv:abcdef01234567;th:c0", 4},
		{"dd=s:1, ot=th:8;rv:00000000000000 ,x=y", 2},
		{"ot=th:ffffffffffffff", 1 << 20},
		{"ot=th:100000000000000", 1}, // 15 digits
		{"ot=th:", 1},
		{"ot=th:xyz", 1},
		{"ot=th:-8", 1},
		{"dd=th:8", 1},
		{"ot", 1},
		{",,;;==", 1},
	}
	for _, tt := range tests {
		assert.InDelta(t, tt.want, Weight(tt.tracestate), 0, "Weight(%q)", tt.tracestate)
	}
}

func FuzzWeight(f *testing.F) {
	f.Add("ot=th:8;rv:00")
	f.Add("a=b,ot=th:ffffffffffffff")
	f.Fuzz(func(t *testing.T, tracestate string) {
		if w := Weight(tracestate); !(w >= 1 && w <= maxWeight) {
			t.Errorf("Weight(%q) = %v, want 1 to %v", tracestate, w, maxWeight)
		}
	})
}
