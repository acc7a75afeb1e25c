package topologyexporter

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// BenchmarkBreaks tells what looking for lost context costs a span: the same spans with
// it and without, ticks included.
func BenchmarkBreaks(b *testing.B) {
	for name, enabled := range map[string]bool{"on": true, "off": false} {
		b.Run(name, func(b *testing.B) {
			e := newTest(b, func(cfg *Config) { cfg.Breaks.Enabled = enabled })
			clock := time.Now()
			e.now = func() time.Time { return clock }
			batches := make([]ptrace.Traces, 4)
			for i := range batches {
				batches[i] = benchmarkBatch(b, 170)
			}
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				td := batches[n%len(batches)]
				n++
				restamp(td, uint64(n))
				if err := e.consumeTraces(b.Context(), td); err != nil {
					b.Fatal(err)
				}
				if n%10 == 0 { // 20,000 spans a second
					clock = clock.Add(time.Second)
					e.breaks.tick(clock)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*batches[0].SpanCount()), "ns/span")
		})
	}
}
