package corpus

import "testing"

// BenchmarkGenerate is the cost of one span: drawn, and written into a batch.
func BenchmarkGenerate(b *testing.B) {
	for _, bm := range []struct {
		name   string
		breaks []*Break
	}{
		{name: "healthy"},
		{name: "header", breaks: Breaks()[:1]},
	} {
		b.Run(bm.name, func(b *testing.B) {
			g := New(Options{Seed: 1, Start: start})
			batches := NewBatcher(1)
			b.ReportAllocs()
			for n := 0; n < b.N; {
				c, err := g.Next(bm.breaks...)
				if err != nil {
					b.Fatal(err)
				}
				batches.Add(c)
				n += len(c.Spans)
				if batches.Spans() > 20_000 {
					batches.Take()
				}
			}
		})
	}
}
