package bench

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/internal/bench/gen"
)

// sameBatches go through both sides; a whole generation, so that spread traces are complete.
const sameBatches = distinct

// Wherever spans come out, ours and the peers' are the same with the same
// attributes, and they are not the input's: the ten renames are done.
func TestSameSpans(t *testing.T) {
	for _, c := range Contests() {
		if !c.Ours.passes() {
			continue
		}
		now := time.Now()
		input, ours := collect(t, Pipeline{Name: "input alone"}, c.Load, now), collect(t, c.Ours, c.Load, now)
		assert.Len(t, oldNames(input), len(gen.OldNames), "%s: old names in the input", c.Name)
		assert.Empty(t, oldNames(ours), "%s: old names left by ours", c.Name)
		for _, peer := range c.Peers {
			t.Run(c.Name+"/"+peer.Name, func(t *testing.T) {
				assertSame(t, collect(t, peer, c.Load, now), ours)
			})
		}
	}
}

// assertSame shows the first difference only: there are 16 thousand spans.
func assertSame(t *testing.T, want, got map[spanKey]span) {
	t.Helper()
	require.Len(t, want, sameBatches*tracesPerBatch*gen.SpansPerTrace)
	require.Len(t, got, len(want))
	for id, s := range want {
		require.Equal(t, s, got[id])
	}
}

// span is what has to be the same of a span, whatever batch it leaves in.
type span struct {
	parent     pcommon.SpanID
	name       string
	kind       ptrace.SpanKind
	start, end pcommon.Timestamp
	attributes map[string]any
}

type spanKey struct {
	trace pcommon.TraceID
	span  pcommon.SpanID
}

// collector keeps the spans that come out.
type collector struct {
	sink // counts, so that await works
	mu   sync.Mutex
	got  map[spanKey]span // guarded by mu
}

func (c *collector) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	c.mu.Lock()
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				c.got[spanKey{s.TraceID(), s.SpanID()}] = span{
					s.ParentSpanID(), s.Name(), s.Kind(), s.StartTimestamp(), s.EndTimestamp(), s.Attributes().AsRaw(),
				}
			}
		}
	}
	c.mu.Unlock()
	return c.sink.ConsumeTraces(ctx, td)
}

func collect(t *testing.T, p Pipeline, l Load, now time.Time) map[spanKey]span {
	t.Helper()
	out := &collector{got: map[spanKey]span{}}
	sent := send(t, p, l, now, outlet{traces: out, metrics: out}, func(sent int) {
		_, err := out.await(t.Context(), int64(sent))
		require.NoError(t, err)
	})
	require.Len(t, out.got, sent, "%s: spans out", p.Name)
	return out.got
}

// send feeds the load to a pipeline, calls then with the number of spans sent
// while it still runs, and shuts it down.
func send(t *testing.T, p Pipeline, l Load, now time.Time, out outlet, then func(sent int)) int {
	t.Helper()
	f, err := l.feed(now)
	require.NoError(t, err)
	r, err := p.start(t.Context(), out)
	require.NoError(t, err)
	sent := 0
	for range sameBatches {
		td := f.batch()
		sent += td.SpanCount()
		require.NoError(t, r.first.ConsumeTraces(t.Context(), td))
	}
	then(sent)
	require.NoError(t, r.shutdown(t.Context()))
	return sent
}

// oldNames counts the spans per old name left on them.
func oldNames(spans map[spanKey]span) map[string]int {
	left := map[string]int{}
	for _, s := range spans {
		for _, r := range gen.OldNames {
			if _, ok := s.attributes[r.Old]; ok {
				left[r.Old]++
			}
		}
	}
	return left
}

// edge is a call between two services.
type edge struct{ client, server string }

// Both graphs count the same calls between services: the four pairs of every
// trace. What they make of databases and of the user differs on purpose.
func TestSamePairs(t *testing.T) {
	i := slices.IndexFunc(Contests(), func(c Contest) bool { return c.Name == "pairing" })
	require.GreaterOrEqual(t, i, 0)
	pairing := Contests()[i]
	want := map[edge]int{}
	for i := range systems {
		suffix := ""
		if i > 0 {
			suffix = "-" + strconv.Itoa(i)
		}
		n := (sameBatches*tracesPerBatch + systems - 1 - i) / systems // traces of this copy
		for _, e := range []edge{{"frontend", "checkout"}, {"checkout", "payment"}, {"checkout", "fraud"}, {"checkout", "inventory"}} {
			want[edge{e.client + suffix, e.server + suffix}] = n
		}
	}
	now := time.Now()
	assert.Equal(t, want, connectorEdges(t, pairing.Peers[0], pairing.Load, now), "theirs")
	assert.Equal(t, want, exporterEdges(t, pairing.Ours, pairing.Load, now), "ours")
}

// connectorEdges reads the metrics that the connector sends after every batch.
func connectorEdges(t *testing.T, p Pipeline, l Load, now time.Time) map[edge]int {
	t.Helper()
	edges := map[edge]int{}
	metrics, err := consumer.NewMetrics(func(_ context.Context, md pmetric.Metrics) error {
		maps.Copy(edges, requestTotals(md))
		return nil
	})
	require.NoError(t, err)
	p = p.with("metrics_flush_interval", "0s")
	send(t, p, l, now, outlet{metrics: metrics}, func(int) {})
	return betweenServices(edges)
}

func requestTotals(md pmetric.Metrics) map[edge]int {
	edges := map[edge]int{}
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Name() != "traces_service_graph_request_total" {
					continue
				}
				for _, dp := range m.Sum().DataPoints().All() {
					client, _ := dp.Attributes().Get("client")
					server, _ := dp.Attributes().Get("server")
					edges[edge{client.Str(), server.Str()}] += int(dp.IntValue())
				}
			}
		}
	}
	return edges
}

var (
	sample = regexp.MustCompile(`^traces_service_graph_request_total\{(.*)\} (\S+)`)
	client = regexp.MustCompile(`(?:^|,)client="([^"]*)"`)
	server = regexp.MustCompile(`(?:^|,)server="([^"]*)"`)
)

// exporterEdges scrapes the exporter.
func exporterEdges(t *testing.T, p Pipeline, l Load, now time.Time) map[edge]int {
	t.Helper()
	address := freeAddress(t)
	edges := map[edge]int{}
	send(t, p.with("endpoint", address), l, now, outlet{}, func(int) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s/metrics", address), http.NoBody)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		require.Equal(t, http.StatusOK, resp.StatusCode)
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			m := sample.FindStringSubmatch(lines.Text())
			if m == nil {
				continue
			}
			n, err := strconv.ParseFloat(m[2], 64)
			require.NoError(t, err, lines.Text())
			edges[edge{label(client, m[1]), label(server, m[1])}] += int(n)
		}
	})
	return betweenServices(edges)
}

func label(re *regexp.Regexp, labels string) string {
	if m := re.FindStringSubmatch(labels); m != nil {
		return m[1]
	}
	return ""
}

// with is the pipeline with one key of its only stage changed.
func (p Pipeline) with(key string, value any) Pipeline {
	changed := maps.Clone(p.Stages[0].Config)
	changed[key] = value
	return Pipeline{p.Name, []Stage{{p.Stages[0].Factory, changed}}}
}

func betweenServices(edges map[edge]int) map[edge]int {
	services := map[string]bool{"frontend": true, "checkout": true, "payment": true, "fraud": true, "inventory": true}
	known := func(name string) bool {
		name, _, _ = strings.Cut(name, "-")
		return services[name]
	}
	maps.DeleteFunc(edges, func(e edge, _ int) bool { return !known(e.client) || !known(e.server) })
	return edges
}

// freeAddress is a port that was free a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "localhost:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}
