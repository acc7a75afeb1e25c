package infer

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// BenchmarkSpan is the cost of a span from Add to its answer, with learned
// models, at 1 and 10 requests in flight per process.
func BenchmarkSpan(b *testing.B) {
	for _, tt := range []struct {
		name  string
		every time64
	}{{"in flight 1", 3 * ms}, {"in flight 10", 0.3 * ms}} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			e := newEngine(b, nil)
			load := workload{requests: 10_000, every: tt.every, stages: sequence}
			rec := load.record(1)
			rec.play(e)
			rec = load.record(2)
			b.ResetTimer()
			for done := 0; done < b.N; done += len(rec.spans) {
				part := recorded{spans: rec.spans[:min(b.N-done, len(rec.spans))]}
				part.play(e)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "spans/s")
		})
	}
}

func TestBytesPerSpan(t *testing.T) {
	rec := workload{requests: 3000, every: 3 * ms, stages: sequence}.record(1)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	e := newEngine(t, func(c *Config) { c.Wait = time.Hour / 10 })
	e.Add(1, rec.spans)
	e.decide(0) // a window that decides nothing keeps every span
	used := float64(heap()-before) / float64(len(rec.spans))
	runtime.KeepAlive(e)
	runtime.KeepAlive(rec)
	assert.LessOrEqual(t, used, float64(BytesPerSpan), "bytes per held span")
}
