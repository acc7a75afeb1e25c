package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/polyspan/polyspan/internal/polyglot"
)

// TestGrafanaQueries is acceptance check (b): a real Prometheus scrapes two gateways
// behind a load balancer and answers what Grafana's service graph asks, with the right
// numbers, also after one of the gateways was restarted.
func TestGrafanaQueries(t *testing.T) {
	ctx := bounded(t)
	storage := t.TempDir()
	first, second := startGateway(ctx, t, storage, nil), startGateway(ctx, t, t.TempDir(), nil)
	balancer, err := polyglot.StartCollector(ctx, polyglot.CollectorOptions{
		Binary: builtFile(t, "polyspan-collector"), Configs: []string{filepath.Join("testdata", "grafana-balancer.yaml")},
		Env:    []string{"REPLICA_1=" + first.OTLPGRPC, "REPLICA_2=" + second.OTLPGRPC},
		LogDir: t.TempDir(), ReadyTimeout: startTimeout,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = balancer.Stop() })
	prometheus := startScraper(ctx, t, nil, first.Topology, second.Topology)
	prometheus.await(ctx, t, `min(up)`, 1)
	prometheus.await(ctx, t, `min(count_over_time(polyspan_topology_pending{end="call"}[1m]))`, 2)

	shop := scriptedShop{to: "http://" + balancer.OTLPHTTP + "/v1/traces"}
	const orders = 200
	shop.send(ctx, t, orders)
	shop.sendOnce(ctx, t)
	prometheus.awaitCalls(ctx, t, orders)
	t.Run("one call has a rate", func(t *testing.T) {
		prometheus.await(ctx, t, `sum(increase(traces_service_graph_request_total{client="rare"}[5m])) > bool 0`, 1)
	})
	t.Run("no double counting", func(t *testing.T) {
		assert.InDelta(t, 2, prometheus.value(ctx, t, `count(traces_service_graph_request_total{client="frontend",server="cart"})`), 0,
			"each gateway has its own series")
		for edge, want := range shop.truth(orders) {
			assert.InDelta(t, want, prometheus.value(ctx, t, `sum(traces_service_graph_request_total{`+edge+`})`), 0, edge)
		}
	})
	t.Run("before the restart", func(t *testing.T) { prometheus.checkGrafana(ctx, t) })

	require.NoError(t, first.Stop())
	startGateway(ctx, t, storage, first)
	shop.send(ctx, t, orders)
	prometheus.awaitCalls(ctx, t, 2*orders)
	t.Run("the restart is no reset", func(t *testing.T) {
		assert.InDelta(t, 0, prometheus.value(ctx, t, `sum(resets(traces_service_graph_request_total[10m]))`), 0)
		assert.InDelta(t, 0, prometheus.value(ctx, t, `sum(resets(traces_service_graph_request_server_seconds_count[10m]))`), 0)
	})
	t.Run("after the restart", func(t *testing.T) { prometheus.checkGrafana(ctx, t) })
}

// TestNativeHistograms is the same with native histograms, which a Prometheus takes in
// protobuf where they are switched on in both.
func TestNativeHistograms(t *testing.T) {
	ctx := bounded(t)
	gateway := startGateway(ctx, t, t.TempDir(), nil, "HISTOGRAMS=native")
	prometheus := startScraper(ctx, t, []string{"--enable-feature=native-histograms"}, gateway.Topology)
	prometheus.await(ctx, t, `min(count_over_time(polyspan_topology_pending{end="call"}[1m]))`, 2)
	shop := scriptedShop{to: "http://" + gateway.OTLPHTTP + "/v1/traces"}
	shop.send(ctx, t, 100)
	prometheus.awaitCalls(ctx, t, 100)
	const seconds = `sum by (client, server) (rate(traces_service_graph_request_server_seconds{client="frontend",server="cart"}[5m]))`
	prometheus.await(ctx, t, `histogram_count(`+seconds+`) > bool 0`, 1)
	mean := prometheus.value(ctx, t, `histogram_sum(`+seconds+`) / histogram_count(`+seconds+`)`)
	assert.InEpsilon(t, 0.1, mean, rateError)
	// A bucket of schema 3 is 9 % wide.
	assert.InEpsilon(t, 0.1, prometheus.value(ctx, t, `histogram_quantile(.9, `+seconds+`)`), 0.1)
	assert.Empty(t, prometheus.query(ctx, t, `traces_service_graph_request_server_seconds_bucket`), "native only")
}

// startGateway starts a collector that is scraped; in place of an earlier one it takes
// over its addresses.
func startGateway(ctx context.Context, t *testing.T, storage string, earlier *polyglot.Collector, env ...string) *polyglot.Collector {
	t.Helper()
	o := polyglot.CollectorOptions{
		Binary: builtFile(t, "polyspan-collector"), Configs: []string{filepath.Join("testdata", "grafana.yaml")},
		Env: append(env, "STORAGE="+storage), LogDir: t.TempDir(), ReadyTimeout: startTimeout,
	}
	if earlier != nil {
		o.Topology = earlier.Topology
		o.Env = append(o.Env, "POLYSPAN_OTLP_GRPC="+earlier.OTLPGRPC)
	}
	c, err := polyglot.StartCollector(ctx, o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Stop() })
	return c
}

// scriptedShop sends orders of which everything is known: the user calls the
// frontend, which calls the cart (100 ms there, one in five fails) and publishes to
// the mailer; the cart asks its database.
type scriptedShop struct {
	to     string
	traces uint64
}

// truth is the number of calls by edge after so many orders.
func (s *scriptedShop) truth(orders int) map[string]float64 {
	n := float64(orders)
	return map[string]float64{
		`client="user",server="frontend"`:                                      n,
		`client="frontend",server="cart"`:                                      n,
		`client="frontend",server="mailer"`:                                    n,
		`client="cart",server="postgresql:carts"`:                              n,
		`client="rare",server="once"`:                                          1,
		`client="frontend",server="cart",connection_type=""`:                   n,
		`client="frontend",server="mailer",connection_type="messaging_system"`: n,
		`client="cart",server="postgresql:carts",connection_type="database"`:   n,
		`client="user",server="frontend",connection_type="virtual_node"`:       n,
		`client_service_namespace="shop",server_service_namespace="shop"`:      2 * n,
	}
}

func (s *scriptedShop) send(ctx context.Context, t *testing.T, orders int) {
	t.Helper()
	td := ptrace.NewTraces()
	frontend, cart, mailer := serviceSpans(td, "frontend"), serviceSpans(td, "cart"), serviceSpans(td, "mailer")
	ms := time.Millisecond
	for i := range orders {
		s.traces++
		start := time.Now().Add(-time.Second)
		span := func(spans ptrace.SpanSlice, id, parent byte, kind ptrace.SpanKind, name string, offset, took time.Duration, attrs ...string) ptrace.Span {
			return scriptedSpan(spans, s.traces, id, parent, kind, name, start.Add(offset), took, attrs...)
		}
		kafka := []string{"messaging.system", "kafka", "messaging.destination.name", "mails"}
		span(frontend, 1, 0, ptrace.SpanKindServer, "POST /order", 0, 400*ms, "http.request.method", "POST")
		span(frontend, 2, 1, ptrace.SpanKindClient, "POST", 10*ms, 120*ms, "http.request.method", "POST")
		called := span(cart, 3, 2, ptrace.SpanKindServer, "POST /cart", 20*ms, 100*ms, "http.request.method", "POST")
		if i%5 == 0 {
			called.Status().SetCode(ptrace.StatusCodeError)
		}
		span(cart, 4, 3, ptrace.SpanKindClient, "SELECT", 30*ms, 5*ms, "db.system.name", "postgresql", "db.namespace", "carts")
		span(frontend, 5, 1, ptrace.SpanKindProducer, "mails send", 200*ms, 2*ms, kafka...)
		span(mailer, 6, 5, ptrace.SpanKindConsumer, "mails process", 250*ms, 30*ms, kafka...)
	}
	s.post(ctx, t, td)
}

// sendOnce sends the one call between two services that never call again.
func (s *scriptedShop) sendOnce(ctx context.Context, t *testing.T) {
	t.Helper()
	s.traces++
	td := ptrace.NewTraces()
	start := time.Now().Add(-time.Second)
	scriptedSpan(serviceSpans(td, "rare"), s.traces, 1, 0, ptrace.SpanKindClient, "GET", start, time.Second, "http.request.method", "GET")
	scriptedSpan(serviceSpans(td, "once"), s.traces, 2, 1, ptrace.SpanKindServer, "GET /", start, time.Second, "http.request.method", "GET")
	s.post(ctx, t, td)
}

func serviceSpans(td ptrace.Traces, service string) ptrace.SpanSlice {
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	if service != "rare" && service != "once" {
		rs.Resource().Attributes().PutStr("service.namespace", "shop")
	}
	return rs.ScopeSpans().AppendEmpty().Spans()
}

func scriptedSpan(
	spans ptrace.SpanSlice, trace uint64, id, parent byte, kind ptrace.SpanKind, name string, start time.Time, took time.Duration, attrs ...string,
) ptrace.Span {
	s := spans.AppendEmpty()
	s.SetTraceID(pcommon.TraceID{0: 7, 8: byte(trace >> 24), 9: byte(trace >> 16), 10: byte(trace >> 8), 11: byte(trace), 15: 1})
	s.SetSpanID(pcommon.SpanID{7: id})
	if parent != 0 {
		s.SetParentSpanID(pcommon.SpanID{7: parent})
	}
	s.SetKind(kind)
	s.SetName(name)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(took)))
	for i := 0; i < len(attrs); i += 2 {
		s.Attributes().PutStr(attrs[i], attrs[i+1])
	}
	return s
}

func (s *scriptedShop) post(ctx context.Context, t *testing.T, td ptrace.Traces) {
	t.Helper()
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.to, bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", answer)
}

// scraper is a Prometheus server that scrapes.
type scraper struct{ url string }

const scrapeConfig = `
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: topology
    static_configs: [{targets: %s}]
`

func startScraper(ctx context.Context, t *testing.T, flags []string, targets ...string) *scraper {
	t.Helper()
	binary, err := polyglot.EnsurePrometheus(ctx, t.Output(), fromRoot(t, "_build", "prometheus"))
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	require.NoError(t, err)
	address, err := polyglot.FreeAddress()
	require.NoError(t, err)
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	list, err := json.Marshal(targets)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, scrapeConfig, list), 0o600))
	cmd := exec.Command(binary, append(flags,
		"--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)...)
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	s := &scraper{url: "http://" + address}
	require.Eventually(t, func() bool {
		_, err := s.get(ctx, "/-/ready")
		return err == nil
	}, startTimeout, 100*time.Millisecond)
	return s
}

func (s *scraper) get(ctx context.Context, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	defer http.DefaultClient.CloseIdleConnections()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", resp.StatusCode, body)
	}
	return body, err
}

// row is one row of an instant query.
type row struct {
	labels map[string]string
	value  float64
}

func (s *scraper) query(ctx context.Context, t *testing.T, expr string) []row {
	t.Helper()
	body, err := s.get(ctx, "/api/v1/query?query="+url.QueryEscape(expr))
	require.NoError(t, err, expr)
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string `json:"metric"`
				Value  [2]any            `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	require.NoError(t, json.Unmarshal(body, &answer))
	var rows []row
	for _, r := range answer.Data.Result {
		v, err := strconv.ParseFloat(r.Value[1].(string), 64)
		require.NoError(t, err)
		rows = append(rows, row{r.Metric, v})
	}
	return rows
}

// value is the value of a query that has one row.
func (s *scraper) value(ctx context.Context, t *testing.T, expr string) float64 {
	t.Helper()
	rows := s.query(ctx, t, expr)
	require.Len(t, rows, 1, expr)
	return rows[0].value
}

// await asks until the answer is at least the given value.
func (s *scraper) await(ctx context.Context, t *testing.T, expr string, atLeast float64) {
	t.Helper()
	last := -1.0
	require.Eventually(t, func() bool {
		rows := s.query(ctx, t, expr)
		if len(rows) == 1 {
			last = rows[0].value
		}
		return last >= atLeast
	}, time.Minute, 250*time.Millisecond, "%s stays at %v, want %v", expr, &last, atLeast)
}

// awaitCalls waits until every edge of the orders was scraped, the database's too,
// which is drawn when its wait is over.
func (s *scraper) awaitCalls(ctx context.Context, t *testing.T, orders float64) {
	t.Helper()
	for _, edge := range []string{`client="frontend",server="cart"`, `client="frontend",server="mailer"`, `client="cart"`, `client="user"`} {
		s.await(ctx, t, `sum(traces_service_graph_request_total{`+edge+`})`, orders)
	}
}

// rateError is how far rates may be off: rate() extrapolates every series by itself.
const rateError = 0.01

// checkGrafana asks what Grafana asks, as in its data source's graphTransform.ts and
// datasource.ts, and compares with the script.
func (s *scraper) checkGrafana(ctx context.Context, t *testing.T) {
	t.Helper()
	byEdge := func(t *testing.T, expr string) map[string]float64 {
		t.Helper()
		edges := map[string]float64{}
		for _, r := range s.query(ctx, t, expr) {
			edges[r.labels["client"]+">"+r.labels["server"]] = r.value
		}
		return edges
	}
	rate := func(t *testing.T, metric string) map[string]float64 {
		t.Helper()
		return byEdge(t, `sum by (client, server) (rate(`+metric+`{}[5m]))`)
	}
	total := rate(t, "traces_service_graph_request_total")
	failed := rate(t, "traces_service_graph_request_failed_total")
	seconds := rate(t, "traces_service_graph_request_server_seconds_sum")

	t.Run("share of failures and mean", func(t *testing.T) {
		assert.InEpsilon(t, 0.2, failed["frontend>cart"]/total["frontend>cart"], rateError, "arc__failed")
		assert.InEpsilon(t, 100, 1000*seconds["frontend>cart"]/total["frontend>cart"], rateError, "mainstat, ms/r")
		assert.InEpsilon(t, 5, 1000*seconds["cart>postgresql:carts"]/total["cart>postgresql:carts"], rateError, "a database takes as long as its caller waits")
		for edge, r := range total {
			assert.Positive(t, r, "secondarystat of %s", edge)
		}
	})
	t.Run("quantile", func(t *testing.T) {
		p90 := byEdge(t, `histogram_quantile(.9, sum(rate(traces_service_graph_request_server_seconds_bucket{client="frontend",server="cart"}[5m])) by (le, client, server))`)
		assert.InDelta(t, 0.1, p90["frontend>cart"], 0.05)
	})
	t.Run("labels", func(t *testing.T) {
		types := map[string]string{}
		for _, metric := range []string{
			"traces_service_graph_request_server_seconds_sum", "traces_service_graph_request_total",
			"traces_service_graph_request_failed_total", "traces_service_graph_request_server_seconds_bucket",
		} {
			rows := s.query(ctx, t, `group by (client, connection_type, server, client_service_namespace, server_service_namespace) (`+metric+`{})`)
			require.NotEmpty(t, rows, metric)
			for _, r := range rows {
				assert.NotContains(t, r.labels, "failed")
				types[r.labels["client"]+">"+r.labels["server"]] = r.labels["connection_type"]
			}
		}
		assert.Equal(t, map[string]string{
			"user>frontend": "virtual_node", "frontend>cart": "", "frontend>mailer": "messaging_system",
			"cart>postgresql:carts": "database", "rare>once": "",
		}, types)
	})
	t.Run("messages", func(t *testing.T) {
		const queue = "traces_service_graph_request_messaging_system_seconds"
		mean := byEdge(t, `sum by (client, server) (rate(`+queue+`_sum[5m])) / sum by (client, server) (rate(`+queue+`_count[5m]))`)
		assert.InEpsilon(t, 0.048, mean["frontend>mailer"], rateError)
	})
	t.Run("presence", func(t *testing.T) {
		match := `{__name__=~"traces_service_graph_request_server_seconds_sum|traces_service_graph_request_total|traces_service_graph_request_failed_total"}`
		body, err := s.get(ctx, "/api/v1/series?match[]="+url.QueryEscape(match))
		require.NoError(t, err)
		assert.Contains(t, string(body), `"connection_type":"virtual_node"`)
	})
	t.Run("table", func(t *testing.T) {
		byName := func(expr string) map[string]float64 {
			names := map[string]float64{}
			for _, r := range s.query(ctx, t, expr) {
				names[r.labels["span_name"]] = r.value
			}
			return names
		}
		calls := byName(`topk(5, sum(rate(traces_spanmetrics_calls_total{span_kind="SPAN_KIND_SERVER"}[5m])) by (span_name))`)
		errs := byName(`topk(5, sum(rate(traces_spanmetrics_calls_total{status_code="STATUS_CODE_ERROR",span_name=~"POST /order|POST /cart"}[5m])) by (span_name))`)
		p90 := byName(`histogram_quantile(.9, sum(rate(traces_spanmetrics_latency_bucket{span_name="POST /cart",service="cart"}[5m])) by (le, span_name))`)
		require.Contains(t, calls, "POST /order")
		assert.InEpsilon(t, 0.2, errs["POST /cart"]/calls["POST /cart"], rateError)
		assert.InDelta(t, 0.1, p90["POST /cart"], 0.05)
	})
}
