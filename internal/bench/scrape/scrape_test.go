package scrape

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Both serve every edge, or their costs could not be compared.
func TestBothServeAllEdges(t *testing.T) {
	const edges = 250
	td := batches(edges, time.Now())
	mine, err := ours(t.Context(), td, false)
	require.NoError(t, err)
	defer func() { assert.NoError(t, mine.shutdown(t.Context())) }()
	peer, err := theirs(t.Context(), batches(edges, time.Now()), edges)
	require.NoError(t, err)
	defer func() { assert.NoError(t, peer.shutdown(t.Context())) }()
	for name, s := range map[string]*subject{"ours": mine, "theirs": peer} {
		assert.Equal(t, edges, countLines(t, s.url, "traces_service_graph_request_total{"), name)
		assert.Equal(t, edges, countLines(t, s.url, "traces_service_graph_request_server_seconds_count{"), name)
		cpu, err := cost(t.Context(), s.url, acceptText)
		require.NoError(t, err)
		assert.Positive(t, cpu, name)
	}
}

func countLines(t *testing.T, url, prefix string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	n := 0
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), prefix) {
			n++
		}
	}
	return n
}

func TestMedian(t *testing.T) {
	assert.InDelta(t, 2, median([]float64{3, 1, 2}), 0)
	assert.InDelta(t, 2.5, median([]float64{4, 1, 2, 3}), 0)
}
