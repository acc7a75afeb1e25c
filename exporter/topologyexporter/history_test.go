package topologyexporter

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/metadata"
)

// clocked is an exporter whose clock a test moves; what is due happens on the way.
type clocked struct {
	*topologyExporter
	t       *testing.T
	started time.Time
	clock   time.Time
	calls   uint64
}

// newClocked has a window of a minute, in slots of ten seconds. Its clock starts at the
// beginning of a slot of every level.
func newClocked(t *testing.T, change func(*Config)) *clocked {
	t.Helper()
	return newClockedAt(t, time.Now().Truncate(time.Hour).Add(time.Hour), change)
}

func newClockedAt(t *testing.T, start time.Time, change func(*Config)) *clocked {
	t.Helper()
	c := &clocked{t: t, started: start, clock: start}
	now := func() time.Time { return c.clock }
	c.topologyExporter = newTestAt(t, exportertest.NewNopSettings(metadata.Type), now, func(cfg *Config) {
		cfg.Window = time.Minute
		if change != nil {
			change(cfg)
		}
	})
	return c
}

// pass moves the clock, a tick a second.
func (c *clocked) pass(d time.Duration) {
	for end := c.clock.Add(d); c.clock.Before(end); {
		c.clock = c.clock.Add(time.Second)
		c.keeper.tick(c.t.Context(), c.clock)
	}
}

// call is a call between two services that ended an age ago.
func (c *clocked) call(from, to string, age time.Duration, change ...func(*testSpan)) {
	c.calls++
	spans := []testSpan{
		{service: from, language: "java", kind: ptrace.SpanKindClient, trace: 1 << 32 * c.calls, id: 1, attrs: map[string]any{"http.request.method": "GET", "server.address": to}},
		{service: to, language: "go", kind: ptrace.SpanKindServer, trace: 1 << 32 * c.calls, id: 2, parent: 1, attrs: map[string]any{"http.request.method": "GET"}},
	}
	for i := range spans {
		spans[i].start, spans[i].duration = c.clock.Add(-age-20*time.Millisecond), 20*time.Millisecond
		for _, f := range change {
			f(&spans[i])
		}
	}
	consume(c.t, c.topologyExporter, spans...)
}

// ask gives a JSON answer of the API.
func ask[T any](c *clocked, path string, query url.Values) T {
	c.t.Helper()
	r := get(c.t, c.topologyExporter, path+"?"+query.Encode())
	body := bodyOf(c.t, r)
	require.Equal(c.t, http.StatusOK, r.StatusCode, body)
	var out T
	require.NoError(c.t, json.Unmarshal([]byte(body), &out))
	return out
}

// seenAt are the calls of every edge in the window before an instant.
func (c *clocked) seenAt(at time.Time, window string) map[string]float64 {
	c.t.Helper()
	top := ask[contract.Topology](c, "/api/v1/topology", url.Values{"at": {at.Format(time.RFC3339)}, "window": {window}})
	return callsIn(&top)
}

func callsIn(top *contract.Topology) map[string]float64 {
	out := map[string]float64{}
	for _, e := range top.Edges {
		if e.Rate != nil {
			out[e.Source+" "+e.Target] = float64(int(*e.Rate*top.WindowSeconds*1000+0.5)) / 1000
		}
	}
	return out
}

func TestAnyEarlierInstant(t *testing.T) {
	c := newClocked(t, nil)
	for range 6 {
		c.call("web", "cart", 0)
		c.pass(10 * time.Second)
	}
	c.pass(3 * time.Hour)
	for range 6 {
		c.call("web", "search", 0)
		c.pass(10 * time.Second)
	}
	early := c.started.Add(time.Minute)
	assert.Equal(t, map[string]float64{"web cart": 6}, c.seenAt(early, "1m"), "hours ago, from coarser slots")
	assert.Empty(t, c.seenAt(early.Add(time.Hour), "10m"), "nothing was going on")
	assert.Equal(t, map[string]float64{"web search": 6}, c.seenAt(c.clock, "1m"), "the present, from the graph itself")
	assert.Equal(t, map[string]float64{"web cart": 6, "web search": 6}, c.seenAt(c.clock, "6h"))

	top := ask[contract.Topology](c, "/api/v1/topology", url.Values{"at": {strconv.FormatInt(early.Unix(), 10)}, "window": {"1m"}})
	require.Len(t, top.Edges, 1)
	e := top.Edges[0]
	assert.Equal(t, []string{"web|cart|http|call", "java", "go"}, []string{e.ID, e.ClientLanguage, e.ServerLanguage})
	assert.Equal(t, c.started.Add(-20*time.Millisecond), e.FirstSeen.Local().In(c.started.Location()))
	assert.NotNil(t, e.ServerSeconds)
	assert.InDelta(t, 6, e.Evidence.Propagated, 0)

	for _, query := range []string{"format=mermaid", "format=dot", "format=nodegraph", "focus=cart"} {
		r := get(t, c.topologyExporter, "/api/v1/topology?at="+strconv.FormatInt(early.Unix(), 10)+"&"+query)
		assert.Equal(t, http.StatusOK, r.StatusCode, query)
		assert.Contains(t, bodyOf(t, r), "cart", query)
	}
}

// Rule T8: span time decides the slot. What the window has no place for any more is
// where it belongs in the history, and not in the present.
func TestLateSpansCorrectTheHistory(t *testing.T) {
	c := newClocked(t, nil)
	c.call("web", "cart", 0)
	c.pass(25 * time.Second)
	c.call("web", "cart", 20*time.Second) // the slot is over, and not written yet
	c.pass(15 * time.Second)
	c.call("web", "cart", 35*time.Second) // it is written
	c.pass(20 * time.Minute)
	then := c.started.Add(10 * time.Second)
	assert.Equal(t, map[string]float64{"web cart": 3}, c.seenAt(then, "10s"))

	c.call("web", "cart", c.clock.Sub(c.started)-5*time.Second) // far outside of the window
	c.call("web", "search", 0)
	c.pass(time.Minute)
	assert.Equal(t, map[string]float64{"web search": 1}, c.seenAt(c.clock, "2m"), "not in the present")
	assert.Equal(t, map[string]float64{"web cart": 4}, c.seenAt(c.started.Add(time.Minute), "1m"))
	c.pass(12 * time.Hour)
	assert.Equal(t, map[string]float64{"web cart": 4, "web search": 1}, c.seenAt(c.clock, "13h"), "also when it got coarser")
	assert.Contains(t, bodyOf(t, get(t, c.topologyExporter, "/metrics")), "polyspan_topology_pending", "counters are served all the while")
}

func TestOutsideOfTheHistory(t *testing.T) {
	c := newClocked(t, func(cfg *Config) { cfg.History.Retention = 2 * time.Minute })
	c.call("web", "cart", 0)
	c.pass(10 * time.Minute)
	kept := c.clock.Add(-2*time.Minute).UTC().Format(time.RFC3339) + " to " + c.clock.UTC().Format(time.RFC3339)
	for _, at := range []time.Time{c.started.Add(time.Minute), c.clock.Add(time.Minute)} {
		r := get(t, c.topologyExporter, "/api/v1/topology?at="+at.UTC().Format(time.RFC3339))
		assert.Equal(t, http.StatusBadRequest, r.StatusCode)
		var p problem
		require.NoError(t, json.Unmarshal([]byte(bodyOf(t, r)), &p))
		assert.Equal(t, []string{kept}, p.Allowed)
		assert.Equal(t, "at", p.Parameter)
		assert.Contains(t, p.Detail, "the history is kept from ")
	}
	none := newClocked(t, func(cfg *Config) { cfg.History.Retention = 0 })
	none.call("web", "cart", 0)
	none.pass(time.Minute)
	r := get(t, none.topologyExporter, "/api/v1/topology?window=10m")
	assert.Equal(t, http.StatusBadRequest, r.StatusCode)
	assert.Contains(t, bodyOf(t, r), "no history is kept")
}

func TestBadInstants(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "2026-03-01T12:00:00Z": true, "2026-03-01T12:00:00.25+02:00": true, "1772366400": true, "1772366400.5": true,
		"now": false, "-5": false, "0": false, "1772366400000": false, "NaN": false, "2026-03-01": false,
	} {
		_, err := parseInstant(url.Values{"at": {text}}, "at")
		assert.Equal(t, want, err == nil, text)
	}
	half, err := parseInstant(url.Values{"at": {"1772366400.5"}}, "at")
	require.NoError(t, err)
	assert.Equal(t, time.Date(2026, 3, 1, 12, 0, 0, 5e8, time.UTC), half)
}

// The history is bounded by bytes; what leaves early is the oldest.
func TestHistoryIsBounded(t *testing.T) {
	c := newClocked(t, func(cfg *Config) { cfg.History.MaxMiB, cfg.MaxNodes, cfg.MaxEdges = 1, 100_000, 50_000 })
	r := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		for range 2500 { // names that cannot be compressed
			c.call(fmt.Sprintf("%x%x", r.Uint64(), r.Uint64()), fmt.Sprintf("%x%x", r.Uint64(), r.Uint64()), 0)
		}
		c.pass(10 * time.Second)
	}
	s := c.history.store.Stats()
	assert.LessOrEqual(t, s.Bytes, int64(1<<20))
	assert.Positive(t, s.Dropped)
	_, to, ok := c.history.store.Span()
	assert.True(t, ok)
	assert.Less(t, c.clock.Sub(to), time.Minute)
}
