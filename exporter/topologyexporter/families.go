package topologyexporter

import (
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
	originErrors = exposition.Family{
		Name: "polyspan_topology_errors_total", Kind: exposition.Counter,
		Help: "Failed calls, of edges that ever failed, by origin: callee, caller (only the caller saw it), swallowed (of the callee's, those that the caller did not pass on).",
	}
	evidences = exposition.Family{
		Name: "polyspan_topology_evidence_total", Kind: exposition.Counter,
		Help: "Calls, of edges on which context was ever lost, by how caller and callee came to be in one trace: propagated, joined by exact evidence, inferred.",
	}
	lastSeen = exposition.Family{
		Name: "polyspan_topology_edge_last_seen_timestamp_seconds", Kind: exposition.Gauge,
		Help: "When the last call over an edge ended: the age of what is known of it.",
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

// buckets is the layout of the graph's histograms.
var buckets = func() *exposition.Layout {
	upper := make([]float64, topology.NumBuckets)
	for i := range upper {
		upper[i] = topology.UpperBound(i)
	}
	return exposition.NewLayout(upper, topology.Bounds())
}()
