package topologyexporter

import (
	"bufio"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protodelim"

	"github.com/polyspan/polyspan/contract"
)

var update = flag.Bool("update", false, "write the golden files")

// shop has an edge of every connection type.
func shop(start time.Time) []testSpan {
	const client, server, producer, consumer = ptrace.SpanKindClient, ptrace.SpanKindServer, ptrace.SpanKindProducer, ptrace.SpanKindConsumer
	http := map[string]any{"http.request.method": "GET"}
	kafka := map[string]any{"messaging.system": "kafka", "messaging.destination.name": "orders"}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	return []testSpan{
		{service: "gateway", language: "java", kind: server, id: 1, attrs: http, start: start, duration: ms(400)},
		{service: "gateway", language: "java", kind: client, id: 2, parent: 1, attrs: http, start: start, duration: ms(100)},
		{service: `odd"\name`, language: "python", kind: server, id: 3, parent: 2, attrs: http, start: start, duration: ms(50)},
		// The same two over another transport: one pair, two edges.
		{service: "gateway", language: "java", kind: client, id: 4, parent: 1, attrs: map[string]any{"rpc.system": "grpc"}, start: start, duration: ms(200)},
		{service: `odd"\name`, language: "python", kind: server, id: 5, parent: 4, start: start, duration: ms(190), status: ptrace.StatusCodeError},
		{service: "gateway", language: "java", kind: client, id: 6, parent: 1, attrs: map[string]any{"db.system": "postgresql", "db.name": "orders"}, start: start, duration: ms(3)},
		{service: "gateway", language: "java", kind: client, id: 7, parent: 1, attrs: map[string]any{"http.request.method": "GET", "server.address": "api.example.com"}, start: start, duration: ms(800)},
		{service: "gateway", language: "java", kind: producer, id: 8, parent: 1, attrs: kafka, start: start, duration: ms(2)},
		{service: "mailer", language: "rust", kind: consumer, id: 9, parent: 8, attrs: kafka, start: start.Add(ms(27)), duration: ms(6)},
		{service: "orphan", language: "go", kind: server, id: 10, parent: 99, attrs: http, start: start, duration: ms(5)},
	}
}

// Acceptance check (a): names, labels and histograms as Grafana expects them.
func TestMetricsGolden(t *testing.T) {
	e := newTest(t, nil)
	start := time.Now()
	e.now = func() time.Time { return start }
	consume(t, e, shop(start)...)
	e.now = func() time.Time { return start.Add(11 * time.Second) }

	r := get(t, e, "/metrics")
	assert.Equal(t, http.StatusOK, r.StatusCode)
	got := regexp.MustCompile(`1\.\d+e\+09`).ReplaceAllString(bodyOf(t, r), "TIME")
	file := filepath.Join("testdata", "metrics.txt")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run with -update to write it")
	assert.Equal(t, string(want), got)
}

const acceptProto = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

// scrape asks as Prometheus does.
func scrape(tb testing.TB, h http.Handler, accept string) []*dto.MetricFamily {
	tb.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost/metrics", http.NoBody)
	r.Header.Set(scrapeHeader, "10")
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(tb, http.StatusOK, w.Code)
	require.Equal(tb, "gzip", w.Header().Get("Content-Encoding"))
	z, err := gzip.NewReader(w.Body)
	require.NoError(tb, err)
	return familiesOf(tb, z)
}

// familiesOf reads delimited protobuf.
func familiesOf(tb testing.TB, r io.Reader) []*dto.MetricFamily {
	tb.Helper()
	all := []*dto.MetricFamily{}
	for in := bufio.NewReader(r); ; {
		f := &dto.MetricFamily{}
		err := protodelim.UnmarshalFrom(in, f)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(tb, err)
		all = append(all, f)
	}
}

// gathered is what a reader gets that does not scrape: every figure as it is.
func gathered(tb testing.TB, e *topologyExporter) map[string]*dto.MetricFamily {
	tb.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost/metrics", http.NoBody)
	r.Header.Set("Accept", acceptProto)
	byName := map[string]*dto.MetricFamily{}
	for _, f := range familiesOf(tb, do(tb, e, r).Body) {
		byName[f.GetName()] = f
	}
	return byName
}

func labelsOf(m *dto.Metric) string {
	var b strings.Builder
	for _, l := range m.GetLabel() {
		fmt.Fprintf(&b, "%s=%q ", l.GetName(), l.GetValue())
	}
	return b.String()
}

// The contract with Grafana: no "failed" label and no other series than these.
func TestMetricNamesAndLabels(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, shop(time.Now())...)
	joined := aCallsB()
	joined[0].trace, joined[1].trace = 2, 2
	joined[1].attrs = map[string]any{contract.AttrMergeEvidence: "identity.header.b3"}
	consume(t, e, joined...)
	pairLabels := []string{"client", "client_service_namespace", "connection_type", "server", "server_service_namespace", "virtual_node"}
	edgeLabels := []string{"client", "client_service_namespace", "server", "server_service_namespace", "transport"}
	want := map[string][]string{
		"traces_service_graph_request_total":                    pairLabels,
		"traces_service_graph_request_failed_total":             pairLabels,
		"traces_service_graph_request_server_seconds":           pairLabels,
		"traces_service_graph_request_client_seconds":           pairLabels,
		"traces_service_graph_request_messaging_system_seconds": pairLabels,
		"polyspan_topology_boundary_seconds":                    edgeLabels,
		"polyspan_topology_errors_total":                        append(slices.Clip(edgeLabels), "origin"),
		"polyspan_topology_evidence_total":                      append(slices.Clip(edgeLabels), "evidence"),
		"polyspan_topology_edge_last_seen_timestamp_seconds":    edgeLabels,
		"polyspan_topology_pending":                             {"end"},
		"polyspan_topology_unmatched_total":                     {"cause"},
		"polyspan_topology_span_to_snapshot_seconds":            nil,
		"polyspan_topology_edge_info":                           append(slices.Clip(edgeLabels), "relation", "client_language", "server_language"),
	}
	spanLabels := []string{"service", "span_kind", "span_name", "status_code"}
	want["traces_spanmetrics_calls_total"], want["traces_spanmetrics_latency"] = spanLabels, spanLabels
	got := map[string][]string{}
	for name, f := range gathered(t, e) {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName())
			}
			got[name] = labels
		}
	}
	assert.Equal(t, want, got)
}

// A series begins with its edge, so that a scraper that knows created timestamps
// does not lose the first call.
func TestSeriesStartWithTheirEdge(t *testing.T) {
	e := newTest(t, nil)
	before := time.Now()
	consume(t, e, aCallsB()...)
	got := gathered(t, e)
	for name, created := range map[string]time.Time{
		"counter":   got["traces_service_graph_request_total"].GetMetric()[0].GetCounter().GetCreatedTimestamp().AsTime(),
		"histogram": got["traces_service_graph_request_server_seconds"].GetMetric()[0].GetHistogram().GetCreatedTimestamp().AsTime(),
	} {
		assert.WithinRange(t, created, before.Add(-time.Second), time.Now(), name)
	}
}

func TestWeightedHistogramsStayWholeInText(t *testing.T) {
	e := newTest(t, nil)
	for i := range uint64(10) {
		spans := aCallsB()
		spans[0].trace, spans[1].trace = i+1, i+1
		spans[1].tracestate = "ot=th:5" // 1/(1-5/16) = 1.4545… calls each
		consume(t, e, spans...)
	}
	body := bodyOf(t, get(t, e, "/metrics"))
	labels := `{client="a",client_service_namespace="",connection_type="",server="b",server_service_namespace="",virtual_node=""}`
	assert.Contains(t, body, "traces_service_graph_request_server_seconds_count"+labels+" 15\n")
	assert.Contains(t, body, fmt.Sprintf("traces_service_graph_request_total%s %s", labels, "14.54"))
	assert.Equal(t, 1, strings.Count(body, "traces_service_graph_request_total{"))
	h := gathered(t, e)["traces_service_graph_request_server_seconds"].GetMetric()[0].GetHistogram()
	assert.InEpsilon(t, 14.5454, h.GetSampleCountFloat(), 1e-4, "protobuf has room for fractions")
}

// Acceptance check (f), and services named like virtual nodes: no two series may be
// the same, and every reader must be able to read all of them.
func TestOddNamesDoNotSpoilTheScrape(t *testing.T) {
	e := newTest(t, nil)
	http := map[string]any{"http.request.method": "GET"}
	const client, server = ptrace.SpanKindClient, ptrace.SpanKindServer
	spans := []testSpan{
		{service: "user", kind: client, id: 1, attrs: http},
		{service: "a", kind: server, id: 2, parent: 1, attrs: http},
		{service: "a", kind: server, id: 3, attrs: http},
		{service: "__overflow__", kind: server, id: 4, attrs: http},
		{service: "unidentified", kind: server, id: 5, attrs: http},
		{kind: server, id: 6, attrs: http},
	}
	for i, odd := range []string{`quo"te`, `back\slash`, "new\nline", "under_score", "ünï 世界 🙂", strings.Repeat("x", 2048), "bad\xff\xfeutf8", "bad\xfe\xffutf8"} {
		spans = append(spans, testSpan{service: odd, kind: server, id: uint64(100 + i), attrs: http})
	}
	consume(t, e, spans...)
	seen := map[string]bool{}
	for name, f := range gathered(t, e) {
		for _, m := range f.GetMetric() {
			series := name + labelsOf(m)
			assert.False(t, seen[series], "twice: %s", series)
			seen[series] = true
		}
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(bodyOf(t, get(t, e, "/metrics"))))
	require.NoError(t, err)
	var names []string
	for _, m := range families["traces_service_graph_request_total"].GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == "server" {
				names = append(names, l.GetValue())
			}
		}
	}
	assert.Subset(t, names, []string{`quo"te`, `back\slash`, "new\nline", "under_score", "ünï 世界 🙂", "bad\uFFFDutf8"})
}

func TestFormatsOfMetrics(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, aCallsB()...)
	tests := []struct{ accept, contentType, want string }{
		{"", "text/plain; version=0.0.4", "# TYPE traces_service_graph_request_total counter\n"},
		{"application/json", "text/plain; version=0.0.4", "# TYPE traces_service_graph_request_total counter\n"},
		{"application/openmetrics-text;version=1.0.0", "application/openmetrics-text; version=1.0.0", "# TYPE traces_service_graph_request counter\n"},
		{acceptProto, "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited", "\x22traces_service_graph_request_total"},
		{"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", "text/plain; version=0.0.4", "# TYPE"},
	}
	for _, tt := range tests {
		t.Run(tt.accept, func(t *testing.T) {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				r := httptest.NewRequest(method, "http://localhost/metrics", http.NoBody)
				r.Header.Set("Accept", tt.accept)
				w := do(t, e, r)
				assert.Equal(t, http.StatusOK, w.StatusCode)
				assert.True(t, strings.HasPrefix(w.Header.Get("Content-Type"), tt.contentType), w.Header.Get("Content-Type"))
				if method == http.MethodGet {
					assert.Contains(t, bodyOf(t, w), tt.want)
				}
			}
		})
	}
}

func TestHistogramKinds(t *testing.T) {
	for _, tt := range []struct {
		kind            HistogramKind
		classic, native bool
	}{
		{HistogramClassic, true, false},
		{HistogramNative, false, true},
		{HistogramBoth, true, true},
	} {
		e := newTest(t, func(c *Config) { c.Metrics.Histograms = tt.kind })
		consume(t, e, aCallsB()...)
		h := gathered(t, e)["traces_service_graph_request_server_seconds"].GetMetric()[0].GetHistogram()
		assert.Equal(t, tt.classic, len(h.GetBucket()) > 0, tt.kind)
		assert.Equal(t, tt.native, len(h.GetPositiveSpan()) > 0, tt.kind)
		assert.Equal(t, uint64(1), h.GetSampleCount(), tt.kind)
		assert.Contains(t, bodyOf(t, get(t, e, "/metrics")), `traces_service_graph_request_server_seconds_bucket{`, "text is always classic")
	}
}

func requestsOf(families []*dto.MetricFamily) float64 {
	for _, f := range families {
		if f.GetName() == "traces_service_graph_request_total" && len(f.GetMetric()) > 0 {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return -1
}

func TestAcceptsGzip(t *testing.T) {
	for encoding, want := range map[string]bool{
		"": false, "gzip": true, "deflate, GZIP;q=0.5": true, "gzip;q=0": false, "br": false, "gzip ; q=0.0": false, "identity, gzip ; q=1": true,
	} {
		assert.Equal(t, want, acceptsGzip(http.Header{"Accept-Encoding": {encoding}}), encoding)
	}
}

// Which calls had to be tied together, and where those that failed did, each once.
func TestPartsOfEdges(t *testing.T) {
	e := newTest(t, nil)
	for i := range uint64(3) {
		spans := aCallsB()
		spans[0].trace, spans[1].trace = i+1, i+1
		if i == 0 {
			spans[1].attrs = map[string]any{"http.request.method": "GET", contract.AttrMergeEvidence: "identity.header.b3"}
			spans[1].status = ptrace.StatusCodeError
		}
		consume(t, e, spans...)
	}
	const labels = `{client="a",client_service_namespace="",server="b",server_service_namespace="",transport="http",`
	body := bodyOf(t, get(t, e, "/metrics"))
	for _, want := range []string{
		`polyspan_topology_evidence_total` + labels + `evidence="propagated"} 2`,
		`polyspan_topology_evidence_total` + labels + `evidence="joined"} 1`,
		`polyspan_topology_evidence_total` + labels + `evidence="inferred"} 0`,
		`polyspan_topology_errors_total` + labels + `origin="callee"} 1`,
		`polyspan_topology_errors_total` + labels + `origin="caller"} 0`,
		`polyspan_topology_errors_total` + labels + `origin="swallowed"} 0`,
	} {
		assert.Contains(t, body, want+"\n")
	}
}

// Acceptance check (c): Grafana tells instrumented nodes by connection_type, and
// takes every node for uninstrumented when no series has that label. Where requests
// come in from outside, as everywhere, the edges of the user have it.
func TestConnectionTypeIsThereWhereRequestsComeIn(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, aCallsB()...)
	direct := gathered(t, e)["traces_service_graph_request_total"].GetMetric()
	require.Len(t, direct, 1)
	assert.Contains(t, labelsOf(direct[0]), `connection_type="" `, "empty is absent for Prometheus: the trap")
	consume(t, e, testSpan{service: "a", kind: ptrace.SpanKindServer, id: 9, attrs: map[string]any{"http.request.method": "GET"}})
	var all strings.Builder
	for _, m := range gathered(t, e)["traces_service_graph_request_total"].GetMetric() {
		all.WriteString(labelsOf(m))
	}
	assert.Contains(t, all.String(), `connection_type="virtual_node" `)
}
