package topologyexporter

import (
	"time"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
	"github.com/polyspan/polyspan/topology"
)

// Families of /metrics: traces_service_graph_* as Grafana's service graph expects
// them, and polyspan_topology_* with what it has no room for. Series have no "failed"
// label; a series' start is that of its edge.
var (
	requests = exposition.Family{
		Name: "traces_service_graph_request_total", Kind: exposition.Counter,
		Help: "Calls and messages between two services.",
	}
	failures = exposition.Family{
		Name: "traces_service_graph_request_failed_total", Kind: exposition.Counter,
		Help: "Calls and messages of which either end failed.",
	}
	serverTimes = exposition.Family{
		Name: "traces_service_graph_request_server_seconds", Kind: exposition.Histogram,
		Help: "Duration of calls as the callee saw it; as the caller saw it where the callee sends no spans.",
	}
	clientTimes = exposition.Family{
		Name: "traces_service_graph_request_client_seconds", Kind: exposition.Histogram,
		Help: "Duration of calls as the caller saw it.",
	}
	queueTimes = exposition.Family{
		Name: "traces_service_graph_request_messaging_system_seconds", Kind: exposition.Histogram,
		Help: "Time from the end of sending a message to the start of consuming it.",
	}
	boundaryTimes = exposition.Family{
		Name: "polyspan_topology_boundary_seconds", Kind: exposition.Histogram,
		Help: "Duration of a call for the caller less that for the callee: the cost of the boundary between them.",
	}
	edgeInfos = exposition.Family{
		Name: "polyspan_topology_edge_info", Kind: exposition.Gauge,
		Help: "An edge of the topology: the languages at its ends and what it travels over.",
	}
	callerMissing = exposition.Family{
		Name: "polyspan_topology_caller_missing_total", Kind: exposition.Counter,
		Help: "Calls whose context named a caller that sent no span.",
	}
)

// layout is that of the graph's histograms.
var layout = func() *exposition.Layout {
	upper := make([]float64, topology.NumBuckets)
	for i := range upper {
		upper[i] = topology.UpperBound(i)
	}
	return exposition.NewLayout(upper, topology.Bounds())
}()

// answer writes the figures for one reader.
type answer struct {
	exposition.Encoder

	// zeroAfter: series that began later are written as 0.
	zeroAfter time.Time
	// sample and empty are what the encoder is given, one at a time.
	sample exposition.Sample
	empty  exposition.Counts
}

func (a *answer) write(f *figures) error {
	a.escape(f)
	a.counter(requests, f.pairs, func(s *pairSeries) float64 { return s.calls })
	a.counter(failures, f.pairs, func(s *pairSeries) float64 { return s.failed })
	a.histogram(serverTimes, f.pairs, func(s *pairSeries) *exposition.Counts { return &s.server })
	a.histogram(clientTimes, f.pairs, func(s *pairSeries) *exposition.Counts {
		if s.virtualNode == "client" {
			return nil // has no duration of its own
		}
		return &s.client
	})
	a.histogram(queueTimes, f.pairs, func(s *pairSeries) *exposition.Counts {
		if s.connection != "messaging_system" {
			return nil
		}
		return &s.queue
	})
	a.edges(f.edges)
	a.missing(f.missing)
	return a.Close()
}

// escape makes the labels that several families share.
func (a *answer) escape(f *figures) {
	for i := range f.pairs {
		s := &f.pairs[i]
		s.labels = a.Labels(
			exposition.Label{Name: "client", Value: s.source.Name},
			exposition.Label{Name: "client_service_namespace", Value: s.source.Namespace},
			exposition.Label{Name: "connection_type", Value: s.connection},
			exposition.Label{Name: "server", Value: s.target.Name},
			exposition.Label{Name: "server_service_namespace", Value: s.target.Namespace},
			exposition.Label{Name: "virtual_node", Value: s.virtualNode},
		)
	}
}

func (a *answer) counter(family exposition.Family, pairs []pairSeries, value func(*pairSeries) float64) {
	a.Begin(family)
	for i := range pairs {
		s := &pairs[i]
		a.value(s.labels, s.created, value(s))
	}
}

// histogram leaves out the pairs for which there are no counts.
func (a *answer) histogram(family exposition.Family, pairs []pairSeries, counts func(*pairSeries) *exposition.Counts) {
	a.Begin(family)
	for i := range pairs {
		s := &pairs[i]
		if c := counts(s); c != nil {
			a.counts(s.labels, s.created, c)
		}
	}
}

func (a *answer) edges(edges []edgeSeries) {
	a.Begin(boundaryTimes)
	for i := range edges {
		s := &edges[i]
		if !s.measured {
			continue
		}
		labels := a.Labels(
			exposition.Label{Name: "client", Value: s.source.Name},
			exposition.Label{Name: "client_service_namespace", Value: s.source.Namespace},
			exposition.Label{Name: "server", Value: s.target.Name},
			exposition.Label{Name: "server_service_namespace", Value: s.target.Namespace},
			exposition.Label{Name: "transport", Value: string(s.transport)},
		)
		a.counts(labels, s.created, &s.boundary)
	}
	a.Begin(edgeInfos)
	for i := range edges {
		s := &edges[i]
		for _, info := range s.infos {
			labels := a.Labels(
				exposition.Label{Name: "client", Value: s.source.Name},
				exposition.Label{Name: "client_language", Value: string(info.client)},
				exposition.Label{Name: "client_service_namespace", Value: s.source.Namespace},
				exposition.Label{Name: "relation", Value: string(info.relation)},
				exposition.Label{Name: "server", Value: s.target.Name},
				exposition.Label{Name: "server_language", Value: string(info.server)},
				exposition.Label{Name: "server_service_namespace", Value: s.target.Namespace},
				exposition.Label{Name: "transport", Value: string(s.transport)},
			)
			a.value(labels, time.Time{}, 1)
		}
	}
}

func (a *answer) missing(missing []missingSeries) {
	a.Begin(callerMissing)
	for i := range missing {
		s := &missing[i]
		labels := a.Labels(
			exposition.Label{Name: "server", Value: s.Name},
			exposition.Label{Name: "server_service_namespace", Value: s.Namespace},
		)
		a.value(labels, s.created, s.calls)
	}
}

// value writes a counter, or a gauge, which has no beginning.
func (a *answer) value(labels exposition.Labels, created time.Time, value float64) {
	if created.After(a.zeroAfter) {
		value = 0
	}
	a.sample = exposition.Sample{Labels: labels, Created: created}
	a.Value(&a.sample, value)
}

func (a *answer) counts(labels exposition.Labels, created time.Time, c *exposition.Counts) {
	if created.After(a.zeroAfter) {
		c = &a.empty
	}
	a.sample = exposition.Sample{Labels: labels, Created: created}
	a.Histogram(&a.sample, c)
}
