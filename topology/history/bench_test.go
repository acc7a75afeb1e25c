package history

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// busySlot has edges as real ones are: names of some length, a dozen buckets a
// histogram.
func busySlot(n, edges int) *Slot {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	h := func(calls float64) topology.Histogram {
		out := topology.Histogram{First: 130 + r.IntN(40), Counts: make([]float64, 12), SumSeconds: calls * r.Float64()}
		for range int(calls) {
			out.Counts[min(int(r.ExpFloat64()*3), 11)]++
		}
		return out
	}
	var all []Edge
	for i := range edges {
		e := edgeOf(fmt.Sprintf("service-%04d", i/8), fmt.Sprintf("service-%04d", (i*7)%(edges/8)), float64(20+r.IntN(200)))
		e.Source.Namespace, e.Target.Namespace = "shop-production", "shop-production"
		e.SourceLanguage, e.TargetLanguage = contract.LanguageJava, contract.LanguageGo
		f := &e.Figures
		f.Client, f.Server, f.Boundary = h(f.Calls), h(f.Calls), h(f.Calls)
		all = append(all, e)
	}
	return slotOf(n, all...)
}

func BenchmarkWrite(b *testing.B) {
	const edges = 10_000
	s, err := New(Options{Width: testWidth, Retention: time.Hour, MaxBytes: 64 << 20})
	require.NoError(b, err)
	slot := busySlot(0, edges)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		slot.Start, slot.End = at(n).UnixNano(), at(n+1).UnixNano()
		require.NoError(b, s.Write(b.Context(), slot))
		n++
		s.records = s.records[:1]
	}
	b.ReportMetric(float64(s.records[0].size)/edges, "B/edge")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*edges), "ns/edge")
}

func BenchmarkRead(b *testing.B) {
	const edges = 10_000
	s, err := New(Options{Width: testWidth, Retention: time.Hour, MaxBytes: 64 << 20})
	require.NoError(b, err)
	for n := range 6 {
		require.NoError(b, s.Write(b.Context(), busySlot(n, edges)))
	}
	n := 0
	for b.Loop() {
		sum, err := s.Read(b.Context(), at(0).UnixNano(), at(6).UnixNano(), nil)
		require.NoError(b, err)
		sum.Draw()
		n++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*edges*6), "ns/edge")
}
