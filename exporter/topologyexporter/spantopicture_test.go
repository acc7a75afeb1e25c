package topologyexporter

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// fed is how many spans had been consumed at a time.
type fed struct {
	at    time.Time
	spans uint64
}

// TestSpanToPicture sends 50,000 spans a second and measures, for every span, the time
// from the call that brought it until a client of the event stream holds a topology
// with it. It prints what it measures; the bound it asserts is generous, because
// machines are busy.
func TestSpanToPicture(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for four seconds")
	}
	const (
		spansPerSecond = 50_000
		duration       = 4 * time.Second
		bound          = 10 * time.Second
	)
	e := newTest(t, func(c *Config) { c.StreamInterval = createDefaultConfig().(*Config).StreamInterval })
	next := subscribe(t, startTest(t, e))
	batches := []ptrace.Traces{benchmarkBatch(t, 50), benchmarkBatch(t, 50)}
	pause := time.Second * time.Duration(batches[0].SpanCount()) / spansPerSecond

	var mu sync.Mutex // guards log
	var log []fed
	var wg sync.WaitGroup
	wg.Go(func() {
		start := time.Now()
		for n := 0; time.Since(start) < duration; n++ {
			td := batches[n%len(batches)]
			restamp(td, uint64(n+1))
			at := time.Now()
			if err := e.consumeTraces(t.Context(), td); err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			log = append(log, fed{at, uint64((n + 1) * td.SpanCount())})
			mu.Unlock()
			time.Sleep(time.Until(start.Add(time.Duration(n+1) * pause))) // the rate is the subject
		}
	})

	var delays []time.Duration // of requests, which are of one size
	for began := time.Now(); ; {
		event := next()
		now := time.Now()
		mu.Lock()
		for len(log) > 0 && event.topology.Trust != nil && log[0].spans <= event.topology.Trust.Spans {
			delays = append(delays, now.Sub(log[0].at))
			log = log[1:]
		}
		done := len(log) == 0
		mu.Unlock()
		if since := time.Since(began); since > duration && done || since > duration+bound {
			break
		}
	}
	wg.Wait()
	require.Empty(t, log, "spans that never came into the picture")
	slices.Sort(delays)
	at := func(q float64) time.Duration { return delays[int(math.Ceil(q*float64(len(delays))))-1] }
	p50, p99 := at(0.5), at(0.99)
	t.Logf("span to picture at %d spans/s, %d requests: p50 %v, p99 %v, max %v",
		spansPerSecond, len(delays), p50.Round(time.Millisecond), p99.Round(time.Millisecond), delays[len(delays)-1].Round(time.Millisecond))
	assert.Less(t, p99, bound)
}
