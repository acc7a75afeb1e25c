package topologyexporter

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/polyspan/polyspan/contract"
)

// boot starts an exporter on a disk. Ticks are the test's: the clock does not move by itself.
func boot(t *testing.T, at time.Time, d *disk) (*clocked, *observer.ObservedLogs) {
	t.Helper()
	c := newClockedAt(t, at, onDisk)
	core, logs := observer.New(zapcore.WarnLevel)
	c.settings.Logger = zap.New(core)
	require.NoError(t, c.start(t.Context(), machine{storageID: d}))
	t.Cleanup(func() { _ = c.shutdown(context.WithoutCancel(t.Context())) })
	return c, logs
}

// stop is a shutdown as the Collector does it.
func (c *clocked) stop() {
	c.t.Helper()
	require.NoError(c.t, c.shutdown(c.t.Context()))
}

// series are the values of a metric by its labels, as Prometheus scrapes them.
func (c *clocked) series(name string) map[string]float64 {
	c.t.Helper()
	out := map[string]float64{}
	for line := range strings.SplitSeq(bodyOf(c.t, get(c.t, c.topologyExporter, "/metrics")), "\n") {
		if !strings.HasPrefix(line, name+"{") {
			continue
		}
		labels, value, _ := strings.Cut(strings.TrimPrefix(line, name), "} ")
		f, err := strconv.ParseFloat(value, 64)
		require.NoError(c.t, err)
		out[labels+"}"] = f
	}
	return out
}

const webToCart = `{client="web",client_service_namespace="",connection_type="",server="cart",server_service_namespace="",virtual_node=""}`

// increase is what Prometheus makes of the samples of a counter: a step back is taken
// for a restart from 0.
func increase(samples []float64) float64 {
	total := 0.0
	for i := 1; i < len(samples); i++ {
		if d := samples[i] - samples[i-1]; d >= 0 {
			total += d
			continue
		}
		total += samples[i]
	}
	return total
}

func TestRestartGoesOn(t *testing.T) {
	d := newDisk()
	first, _ := boot(t, time.Now().Truncate(time.Hour), d)
	for range 30 {
		first.call("web", "cart", 0)
		first.pass(time.Second)
	}
	before := first.series("traces_service_graph_request_total")
	buckets := first.series("traces_service_graph_request_server_seconds_bucket")
	sums := first.series("traces_service_graph_request_server_seconds_sum")
	assert.InDelta(t, 30, before[webToCart], 0)
	was := ask[contract.Topology](first, "/api/v1/topology", nil)
	first.stop()
	assert.Zero(t, d.open, "the client is closed")

	second, logs := boot(t, first.clock.Add(20*time.Second), d)
	assert.Empty(t, logs.All())
	assert.Equal(t, before, second.series("traces_service_graph_request_total"))
	assert.Equal(t, buckets, second.series("traces_service_graph_request_server_seconds_bucket"))
	assert.Equal(t, sums, second.series("traces_service_graph_request_server_seconds_sum"))
	is := ask[contract.Topology](second, "/api/v1/topology", nil)
	require.Len(t, is.Edges, 1, "edges do not vanish")
	assert.Equal(t, was.Edges[0].FirstSeen, is.Edges[0].FirstSeen)
	assert.Equal(t, was.Edges[0].Evidence, is.Edges[0].Evidence, "nor what they counted of late")
	second.call("web", "cart", 0)
	assert.InDelta(t, 31, second.series("traces_service_graph_request_total")[webToCart], 0)
	second.pass(10 * time.Minute)
	assert.Equal(t, map[string]float64{"web cart": 31}, second.seenAt(first.started.Add(time.Minute), "1m"), "what both counted, once")
	second.stop()

	third, _ := boot(t, second.clock.Add(20*time.Hour), d)
	assert.Equal(t, map[string]float64{"web cart": 31}, third.seenAt(third.clock, "23h"))
}

// A process that is killed loses at most what nobody was shown; what somebody was shown
// is never counted twice.
func TestKillNeverCountsTwice(t *testing.T) {
	d := newDisk()
	first, _ := boot(t, time.Now().Truncate(time.Hour), d)
	var samples []float64
	scrape := func(c *clocked) {
		samples = append(samples, c.series("traces_service_graph_request_total")[webToCart])
	}
	for i := range 100 {
		first.call("web", "cart", 0)
		first.pass(time.Second)
		if i%15 == 0 {
			scrape(first)
		}
	}
	left := d.copied() // kill -9 here: 9 calls after the last scrape

	second, logs := boot(t, first.clock.Add(3*time.Second), left)
	assert.Empty(t, logs.All())
	scrape(second)
	for range 20 {
		second.call("web", "cart", 0)
		second.pass(time.Second)
	}
	scrape(second)
	counted := samples[0] + increase(samples)
	assert.LessOrEqual(t, counted, 120.0)
	assert.GreaterOrEqual(t, counted, 120.0-saveEvery.Seconds())
	assert.InDelta(t, counted, samples[len(samples)-1], 0, "no step back")
	second.pass(5 * time.Minute)
	seen := second.seenAt(second.clock, "10m")["web cart"]
	assert.LessOrEqual(t, seen, 120.0)
	assert.GreaterOrEqual(t, seen, 120.0-saveEvery.Seconds())
}

func TestKillBetweenScrapesLosesAnIntervalAtMost(t *testing.T) {
	d := newDisk()
	first, _ := boot(t, time.Now().Truncate(time.Hour), d)
	for range 95 {
		first.call("web", "cart", 0)
		first.pass(time.Second)
	}
	second, _ := boot(t, first.clock, d.copied())
	assert.GreaterOrEqual(t, second.series("traces_service_graph_request_total")[webToCart], 95-saveEvery.Seconds())
}

func TestFullDiskIsCountedAndSaidOnce(t *testing.T) {
	d := newDisk()
	c, logs := boot(t, time.Now().Truncate(time.Hour), d)
	c.call("web", "cart", 0)
	c.pass(time.Minute)
	d.set(true)
	for range 10 {
		c.call("web", "cart", 0)
		c.pass(30 * time.Second)
	}
	assert.InDelta(t, 11, c.series("traces_service_graph_request_total")[webToCart], 0, "ingestion and metrics go on")
	assert.Equal(t, map[string]float64{"web cart": 11}, c.seenAt(c.clock, "10m"), "so does the history, in memory")
	assert.GreaterOrEqual(t, c.restart.failed.Load(), uint64(9))
	assert.GreaterOrEqual(t, c.history.store.Stats().Failed, uint64(9))
	var messages []string
	for _, entry := range logs.All() {
		messages = append(messages, entry.Message)
	}
	assert.ElementsMatch(t, []string{
		"Cannot save the topology: a restart will not go on from here until it can",
		"Cannot write all of the history: it stays in memory within its bound, and is tried again",
	}, messages)

	d.set(false)
	c.pass(time.Minute)
	assert.Zero(t, c.history.store.Stats().Unsaved)
	c.stop()
	again, _ := boot(t, c.clock, d)
	assert.InDelta(t, 11, again.series("traces_service_graph_request_total")[webToCart], 0)
}

func TestForeignAndDamagedFiles(t *testing.T) {
	saved := newDisk()
	first, _ := boot(t, time.Now().Truncate(time.Hour), saved)
	first.call("web", "cart", 0)
	first.pass(5 * time.Minute)
	first.stop()
	for name, damage := range map[string]func([]byte) []byte{
		"foreign":           func([]byte) []byte { return []byte("this is the queue of another exporter") },
		"empty":             func([]byte) []byte { return []byte{} },
		"of a later writer": func(b []byte) []byte { b = append([]byte(nil), b...); b[3]++; return b },
		"one bit":           func(b []byte) []byte { b = append([]byte(nil), b...); b[len(b)-1] ^= 1; return b },
	} {
		t.Run(name, func(t *testing.T) {
			d := saved.copied()
			for key, value := range d.values {
				d.values[key] = damage(value)
			}
			c, logs := boot(t, first.clock, d)
			require.Len(t, logs.All(), 2)
			assert.Equal(t, "Cannot restore all of the saved topology: it begins anew where it could not be read", logs.All()[0].Message)
			assert.Equal(t, "Cannot read the saved history: it begins anew", logs.All()[1].Message)
			c.call("web", "cart", 0)
			c.pass(time.Minute)
			assert.InDelta(t, 1, c.series("traces_service_graph_request_total")[webToCart], 0)
			assert.Equal(t, map[string]float64{"web cart": 1}, c.seenAt(c.clock, "1m"))
		})
	}
}

// Without a storage extension everything works in memory.
func TestNoStorage(t *testing.T) {
	c := newClocked(t, nil)
	startTest(t, c.topologyExporter)
	c.call("web", "cart", 0)
	c.pass(time.Minute)
	assert.Nil(t, c.restart)
	assert.Equal(t, map[string]float64{"web cart": 1}, c.seenAt(c.clock, "2m"))
}
