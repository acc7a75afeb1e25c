package checkpoint

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/topology"
)

// BenchmarkSave saves 10,000 edges that all changed, as a scrape does.
func BenchmarkSave(b *testing.B) {
	const edges = 10_000
	l := topology.DefaultLimits()
	g, err := topology.New(l, testStart)
	require.NoError(b, err)
	for i := range 10 * edges {
		call(g, fmt.Sprint("caller-", i%edges/8), fmt.Sprint("callee-", i%edges), testStart.Add(time.Duration(i)*time.Millisecond))
	}
	disk := &memory{values: map[string][]byte{}}
	now, n := testStart.Add(time.Minute), 0
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, (&Saver{}).Save(b.Context(), disk, &sync.Mutex{}, g, now))
		n++
	}
	size := 0
	for _, v := range disk.values {
		size += len(v)
	}
	b.ReportMetric(float64(size)/edges, "B/edge")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*edges), "ns/edge")
}
