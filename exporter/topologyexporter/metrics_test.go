package topologyexporter

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
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

func TestMetricsGolden(t *testing.T) {
	e := newTest(t, nil)
	start := time.Now()
	e.now = func() time.Time { return start }
	consume(t, e, shop(start)...)
	e.now = func() time.Time { return start.Add(11 * time.Second) }

	r := get(t, e, "/metrics")
	assert.Equal(t, http.StatusOK, r.StatusCode)
	got := bodyOf(t, r)
	file := filepath.Join("testdata", "metrics.txt")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run with -update to write it")
	assert.Equal(t, string(want), got)
}

// The contract with Grafana: no "failed" label and no other series than these.
func TestMetricNamesAndLabels(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, shop(time.Now())...)
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(collector{e.totals}))
	families, err := registry.Gather()
	require.NoError(t, err)
	names := []string{}
	for _, f := range families {
		names = append(names, f.GetName())
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				assert.NotEqual(t, "failed", l.GetName())
			}
		}
	}
	assert.Equal(t, []string{
		"polyspan_topology_boundary_seconds",
		"polyspan_topology_edge_info",
		"traces_service_graph_request_client_seconds",
		"traces_service_graph_request_failed_total",
		"traces_service_graph_request_messaging_system_seconds",
		"traces_service_graph_request_server_seconds",
		"traces_service_graph_request_total",
	}, names)
}

// A series begins with its edge, so that a scraper that knows created timestamps
// does not lose the first call.
func TestSeriesStartWithTheirEdge(t *testing.T) {
	e := newTest(t, nil)
	before := time.Now()
	consume(t, e, aCallsB()...)
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(collector{e.totals}))
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "traces_service_graph_request_total" {
			created := f.GetMetric()[0].GetCounter().GetCreatedTimestamp().AsTime()
			assert.WithinRange(t, created, before.Add(-time.Second), time.Now())
			return
		}
	}
	t.Error("no request counter")
}

func TestWeightedHistogramsStayWhole(t *testing.T) {
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
}

// Services named like virtual nodes must not make two series the same.
func TestReservedNamesDoNotSpoilTheScrape(t *testing.T) {
	e := newTest(t, nil)
	http := map[string]any{"http.request.method": "GET"}
	const client, server = ptrace.SpanKindClient, ptrace.SpanKindServer
	consume(t, e,
		testSpan{service: "user", kind: client, id: 1, attrs: http},
		testSpan{service: "a", kind: server, id: 2, parent: 1, attrs: http},
		testSpan{service: "a", kind: server, id: 3, attrs: http},
		testSpan{service: "__overflow__", kind: server, id: 4, attrs: http},
		testSpan{service: "unidentified", kind: server, id: 5, attrs: http},
		testSpan{kind: server, id: 6, attrs: http},
	)
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(collector{e.totals}))
	_, err := registry.Gather()
	assert.NoError(t, err)
}
