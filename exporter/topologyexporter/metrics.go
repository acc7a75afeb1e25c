package topologyexporter

import (
	"math"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/polyspan/polyspan/contract"
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
		append(edgeLabels[:len(edgeLabels):len(edgeLabels)], "relation", "client_language", "server_language"), nil)
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
	for pair, sum := range sumPairs(totals) {
		sum.collect(ch, pair)
	}
	for i := range totals {
		t := &totals[i]
		labels := []string{t.Source.Name, t.Target.Name, t.Source.Namespace, t.Target.Namespace, string(t.Transport)}
		if t.Boundary.Count > 0 && t.Relation == contract.RelationCall {
			ch <- histogram(boundaryTimes, &t.Boundary, t.Created, labels)
		}
		ch <- constant(edgeInfo, prometheus.GaugeValue, 1, time.Time{},
			append(labels, string(t.Relation), string(t.Source.Language), string(t.Target.Language)))
	}
	for _, m := range missing {
		ch <- constant(callerMissing, prometheus.CounterValue, m.Calls, m.Created, []string{m.Target.Name, m.Target.Namespace})
	}
}

// pair is what tells the series of the service graph apart: not the transport.
type pair struct {
	source, target          topology.End
	connection, virtualNode string
}

// pairSum is the sum of the edges of a pair.
type pairSum struct {
	created               time.Time
	calls, failed         float64
	client, server, queue topology.Distribution
}

func sumPairs(totals []topology.Total) map[pair]*pairSum {
	sums := make(map[pair]*pairSum, len(totals))
	for i := range totals {
		t := &totals[i]
		key := pairOf(t)
		sum := sums[key]
		if sum == nil {
			sum = &pairSum{created: t.Created}
			sums[key] = sum
		}
		if t.Created.Before(sum.created) {
			sum.created = t.Created
		}
		sum.calls += t.Calls
		sum.failed += t.Failed
		sum.client.Add(&t.Client)
		sum.queue.Add(&t.Queue)
		if key.virtualNode == "server" {
			// A virtual callee has no spans of its own: the caller's duration stands for it.
			sum.server.Add(&t.Client)
		} else {
			sum.server.Add(&t.Server)
		}
	}
	return sums
}

// pairOf reads the connection type: empty for direct calls.
func pairOf(t *topology.Total) pair {
	p := pair{source: t.Source, target: t.Target}
	p.source.Language, p.target.Language = "", ""
	switch {
	case t.Source.Kind != contract.NodeService:
		p.virtualNode = "client"
	case t.Target.Kind != contract.NodeService:
		p.virtualNode = "server"
	}
	switch {
	case t.Relation == contract.RelationMessage:
		p.connection = "messaging_system"
	case t.Target.Kind == contract.NodeDatabase:
		p.connection = "database"
	case p.virtualNode != "":
		p.connection = "virtual_node"
	}
	return p
}

func (s *pairSum) collect(ch chan<- prometheus.Metric, p pair) {
	labels := []string{p.source.Name, p.target.Name, p.connection, p.source.Namespace, p.target.Namespace, p.virtualNode}
	ch <- constant(requests, prometheus.CounterValue, s.calls, s.created, labels)
	ch <- constant(failures, prometheus.CounterValue, s.failed, s.created, labels)
	ch <- histogram(serverTimes, &s.server, s.created, labels)
	if p.virtualNode != "client" {
		ch <- histogram(clientTimes, &s.client, s.created, labels)
	}
	if s.queue.Count > 0 {
		ch <- histogram(queueTimes, &s.queue, s.created, labels)
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
