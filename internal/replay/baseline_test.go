package replay

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two requests of which the second one ends first, each with one call.
func TestBaselines(t *testing.T) {
	b := newBuilder()
	long, short := b.root("a", "GET /", 0, 100), b.root("a", "GET /", 10, 50)
	one, _ := b.call(long, "b", 5, 8)
	two, _ := b.call(short, "b", 20, 30)
	three, _ := b.call(long, "c", 25, 60)
	broken := b.broken(t, VariantA)
	tests := []struct {
		method Baseline
		want   map[int32]int32
	}{
		{BaselineFCFS, map[int32]int32{one: long, two: short, three: long}},
		{BaselineClosest, map[int32]int32{one: long, two: short, three: short}},
		{BaselineContain, map[int32]int32{one: long, two: short, three: long}},
		{BaselineEDF, map[int32]int32{one: long, two: short, three: long}},
	}
	for _, tt := range tests {
		t.Run(string(tt.method), func(t *testing.T) {
			got := map[int32]int32{}
			for _, j := range tt.method.Joins(broken) {
				got[broken.index[j.Child]] = broken.index[j.Parent]
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

// The figures that were measured on these recordings before, by another program:
// they hold the reader, the recipe and the score in place.
func TestBaselinesOnRecordings(t *testing.T) {
	tests := []struct {
		file     string
		endToEnd map[Baseline]float64
		edge     map[Baseline]float64
	}{
		{"hotel_load25", map[Baseline]float64{BaselineFCFS: 92.3, BaselineClosest: 79.1, BaselineContain: 84.6, BaselineEDF: 98.4}, map[Baseline]float64{BaselineFCFS: 98.0, BaselineClosest: 92.9}},
		{"hotel_load50", map[Baseline]float64{BaselineFCFS: 77.3, BaselineClosest: 57.1, BaselineContain: 70.4, BaselineEDF: 96.9}, map[Baseline]float64{BaselineFCFS: 94.2, BaselineClosest: 84.2}},
		{"hotel_load75", map[Baseline]float64{BaselineFCFS: 64.8, BaselineClosest: 37.5, BaselineContain: 52.7, BaselineEDF: 94.0}, map[Baseline]float64{BaselineFCFS: 90.2, BaselineClosest: 76.2}},
		{"node_load25", map[Baseline]float64{BaselineClosest: 82.8, BaselineContain: 82.8, BaselineEDF: 100}, nil},
		{"node_load50", map[Baseline]float64{BaselineClosest: 78.5, BaselineContain: 78.5, BaselineEDF: 100}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			rec, err := ReadFile(sharedFile(t, tt.file))
			require.NoError(t, err)
			broken, err := Break(rec.Normalise(RootsCommon), DefaultRecipe())
			require.NoError(t, err)
			for _, m := range Baselines() {
				f := Score(broken, m.Joins(broken), 0)
				if want, ok := tt.endToEnd[m]; ok {
					assert.InDelta(t, want, 100*f.EndToEnd, 0.051, "%s, end to end", m)
				}
				if want, ok := tt.edge[m]; ok {
					assert.InDelta(t, want, 100*f.Edge, 0.051, "%s, edge", m)
				}
			}
		})
	}
}
