//go:build unix

package topologyexporter

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestScrapeDoesNotHoldUpSpans reads spans while 30,000 edges are scraped and drawn, and
// measures how long the longest request of spans took. It prints what it measures; the
// bound it asserts is far above what a lock held throughout would cost less the noise
// of busy machines.
func TestScrapeDoesNotHoldUpSpans(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 30,000 edges")
	}
	const edges = 3 * scrapedEdges
	e := newTest(t, func(c *Config) { c.MaxEdges = 2 * edges })
	benchmarkGraph(t, e, edges)
	h, err := e.handler()
	require.NoError(t, err)
	var done atomic.Bool
	var took time.Duration
	go func() {
		began := time.Now()
		for _, path := range []string{"/metrics", "/api/v1/topology"} {
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://localhost"+path, http.NoBody))
		}
		took = time.Since(began)
		done.Store(true)
	}()
	td := tracesOf(t, aCallsB()...)
	longest, requests := time.Duration(0), 0
	for !done.Load() {
		began := time.Now()
		require.NoError(t, e.consumeTraces(t.Context(), td))
		longest = max(longest, time.Since(began))
		requests++
	}
	t.Logf("%d edges scraped and drawn in %v; %d requests of spans meanwhile, the longest took %v",
		edges, took.Round(time.Millisecond), requests, longest.Round(10*time.Microsecond))
	assert.Less(t, longest, max(took/2, 500*time.Millisecond))
	assert.Positive(t, requests)
}
