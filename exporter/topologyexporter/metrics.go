package topologyexporter

import (
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/polyspan/polyspan/topology"
)

// maxScrapes bounds the scrapes answered at a time; each holds a copy of all figures.
const maxScrapes = 4

// metricsHandler is GET /metrics.
func (e *topologyExporter) metricsHandler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{e.totals})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: maxScrapes,
	})
}

// collector turns the graph's totals into metrics: traces_service_graph_* as
// Grafana's service graph expects them, and polyspan_topology_* with what it has no
// room for. Series have no "failed" label; a series' start is that of its edge.
// Figures are summed by labels first, so that no two series can be the same,
// whatever services are called: one such pair would spoil the whole scrape.
type collector struct {
	totals func() ([]topology.Total, []topology.CallerMissing)
}

var (
	pairLabels  = []string{"client", "server", "connection_type", "client_service_namespace", "server_service_namespace", "virtual_node"}
	requests    = prometheus.NewDesc("traces_service_graph_request_total", "Calls and messages between two services.", pairLabels, nil)
	failures    = prometheus.NewDesc("traces_service_graph_request_failed_total", "Calls and messages of which either end failed.", pairLabels, nil)
	serverTimes = prometheus.NewDesc("traces_service_graph_request_server_seconds", "Duration of calls as the callee saw it; as the caller saw it where the callee sends no spans.", pairLabels, nil)
	clientTimes = prometheus.NewDesc("traces_service_graph_request_client_seconds", "Duration of calls as the caller saw it.", pairLabels, nil)
	queueTimes  = prometheus.NewDesc("traces_service_graph_request_messaging_system_seconds", "Time from the end of sending a message to the start of consuming it.", pairLabels, nil)

	edgeLabels = []string{"client", "server", "client_service_namespace", "server_service_namespace", "transport"}
	edgeInfo   = prometheus.NewDesc("polyspan_topology_edge_info", "An edge of the topology: the languages at its ends and what it travels over.",
		append(slices.Clip(edgeLabels), "relation", "client_language", "server_language"), nil)
	boundaryTimes = prometheus.NewDesc("polyspan_topology_boundary_seconds", "Duration of a call for the caller less that for the callee: the cost of the boundary between them.", edgeLabels, nil)
	callerMissing = prometheus.NewDesc("polyspan_topology_caller_missing_total", "Calls whose context named a caller that sent no span.", []string{"server", "server_service_namespace"}, nil)
)

func (collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		requests, failures, serverTimes, clientTimes, queueTimes, edgeInfo, boundaryTimes, callerMissing,
	} {
		ch <- d
	}
}

func (c collector) Collect(ch chan<- prometheus.Metric) {
	totals, missing := c.totals()
	for key, sum := range sumPairs(totals) {
		sum.collect(ch, key)
	}
	for key, sum := range sumEdges(totals) {
		sum.collect(ch, key)
	}
	for key, sum := range sumMissing(missing) {
		ch <- constant(callerMissing, prometheus.CounterValue, sum.calls, sum.created, []string{key.Name, key.Namespace})
	}
}

func constant(d *prometheus.Desc, kind prometheus.ValueType, value float64, created time.Time, labels []string) prometheus.Metric {
	var m prometheus.Metric
	var err error
	if kind == prometheus.CounterValue {
		m, err = prometheus.NewConstMetricWithCreatedTimestamp(d, kind, value, created, labels...)
	} else {
		m, err = prometheus.NewConstMetric(d, kind, value, labels...)
	}
	if err != nil {
		return prometheus.NewInvalidMetric(d, err)
	}
	return m
}

// histogram rounds weighted counts to whole ones; rounding keeps them in order.
func histogram(d *prometheus.Desc, from *topology.Distribution, created time.Time, labels []string) prometheus.Metric {
	bounds := topology.Bounds()
	buckets := make(map[float64]uint64, len(bounds))
	for i, b := range bounds {
		buckets[b] = uint64(math.Round(from.Cumulative[i]))
	}
	m, err := prometheus.NewConstHistogramWithCreatedTimestamp(d, uint64(math.Round(from.Count)), from.SumSeconds, buckets, created, labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(d, err)
	}
	return m
}
