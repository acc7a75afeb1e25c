//go:build unix

package topologyexporter

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peerBytesPerEdge is what contrib's service graph connector and Prometheus exporter
// v0.158.0 hold of an edge with two histograms: 1.1 kB and 3.4 kB.
const peerBytesPerEdge = 4500

// An edge with three histograms, and the answer that is kept for other scrapers, take
// at most half of what the peers hold.
func TestMemoryPerEdge(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 10,000 edges")
	}
	// Remembered spans have a bound of their own.
	e := newTest(t, func(c *Config) {
		c.Pending.Max = 1000
		c.StreamInterval = createDefaultConfig().(*Config).StreamInterval
	})
	h, err := e.handler()
	require.NoError(t, err)
	before := heap()
	benchmarkGraph(t, e, scrapedEdges)
	edges := heap() - before
	r := httptest.NewRequest(http.MethodGet, "http://localhost/metrics", http.NoBody)
	r.Header.Set("Accept-Encoding", "gzip")
	h.ServeHTTP(httptest.NewRecorder(), r)
	all := heap() - before
	t.Logf("%d B/edge, %d B/edge with the exposition; peers %d", edges/scrapedEdges, all/scrapedEdges, peerBytesPerEdge)
	assert.LessOrEqual(t, all/scrapedEdges, uint64(peerBytesPerEdge/2))
	runtime.KeepAlive(h)
	runtime.KeepAlive(e)
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
