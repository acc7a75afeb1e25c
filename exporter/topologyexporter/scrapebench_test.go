//go:build unix

package topologyexporter

import (
	"net/http"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// scrapedEdges is the size of the graph that is scraped.
const scrapedEdges = 10_000

// benchmarkGraph has the given number of edges between 100 callers and their callees,
// each called four times with durations of two orders of magnitude.
func benchmarkGraph(tb testing.TB, e *topologyExporter, edges int) {
	tb.Helper()
	var trace uint64
	for i := range edges {
		for call := range 4 {
			trace++
			spans := aCallsB()
			for s := range spans {
				spans[s].trace = trace
				spans[s].start = time.Now()
			}
			spans[0].service, spans[1].service = "client-"+strconv.Itoa(i%100), "server-"+strconv.Itoa(i/100)
			spans[1].duration = time.Duration(i%97+1) * time.Millisecond << call
			spans[0].duration = spans[1].duration + 2*time.Millisecond
			consume(tb, e, spans...)
		}
	}
}

// BenchmarkScrape is a scrape of 10,000 edges in every format, without what is kept
// for other scrapers.
func BenchmarkScrape(b *testing.B) {
	for _, bb := range []struct {
		name, accept, encoding string
		kind                   HistogramKind
	}{
		{"text", "text/plain", "", HistogramClassic},
		{"text_gzip", "text/plain", "gzip", HistogramClassic},
		{"openmetrics", "application/openmetrics-text;version=1.0.0", "", HistogramClassic},
		{"proto_classic", acceptProto, "", HistogramClassic},
		{"proto_native", acceptProto, "", HistogramNative},
		{"proto_native_gzip", acceptProto, "gzip", HistogramNative},
		{"proto_both", acceptProto, "", HistogramBoth},
	} {
		b.Run(bb.name, func(b *testing.B) {
			e := newTest(b, func(c *Config) { c.Metrics.Histograms = bb.kind })
			benchmarkGraph(b, e, scrapedEdges)
			m := newMetrics(e)
			r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://localhost/metrics", http.NoBody)
			require.NoError(b, err)
			r.Header.Set("Accept", bb.accept)
			r.Header.Set("Accept-Encoding", bb.encoding)
			w := &countingWriter{header: http.Header{}}
			b.ReportAllocs()
			before := cpuTime(b)
			for b.Loop() {
				w.n = 0
				m.kept = nil
				m.ServeHTTP(w, r)
			}
			b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N)/scrapedEdges, "cpu-ns/edge")
			b.ReportMetric(float64(w.n)/scrapedEdges, "wire-B/edge")
		})
	}
}

// cpuTime is what the process used until now, garbage collection included: a busy
// neighbour distorts it little.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// countingWriter is a reader of answers that is never slow.
type countingWriter struct {
	header http.Header
	n      int
}

func (w *countingWriter) Header() http.Header         { return w.header }
func (w *countingWriter) WriteHeader(int)             {}
func (w *countingWriter) Write(p []byte) (int, error) { w.n += len(p); return len(p), nil }
