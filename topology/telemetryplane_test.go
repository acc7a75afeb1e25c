package topology

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/polyspan/polyspan/contract"
)

func TestTelemetryPlane(t *testing.T) {
	topo := shop()
	before := len(topo.Edges)
	plane := TelemetryPlane{Collector: "collector", Stores: []TelemetryStore{{"prometheus", contract.TransportRemoteWrite}}}
	got := plane.Overlay(&topo)
	var added []string
	for i := range got.Edges {
		if got.Edges[i].Relation == contract.RelationTelemetry {
			added = append(added, got.Edges[i].ID)
		}
	}
	assert.Equal(t, []string{
		"collector|prometheus|remote_write|telemetry",
		"engine|collector|otlp|telemetry",
		"idle|collector|otlp|telemetry",
		"ledger|collector|otlp|telemetry",
		"notify|collector|otlp|telemetry",
		"order-gateway|collector|otlp|telemetry",
		"pricing|collector|otlp|telemetry",
	}, added)
	assert.Len(t, topo.Edges, before, "the given topology is not changed")
	assert.Len(t, got.Nodes, len(topo.Nodes)+2)
	assert.IsIncreasing(t, nodeIDs(&got))
}

// A collector or store that is drawn already is that node, and sends nothing to itself.
func TestTelemetryPlaneMeetsKnownNodes(t *testing.T) {
	topo := contract.Topology{Nodes: []contract.TopologyNode{
		{ID: "__overflow__", Kind: contract.NodeService},
		{ID: "a", Kind: contract.NodeService},
		{ID: "collector", Kind: contract.NodeService, Language: "go"},
		{ID: "prometheus", Kind: contract.NodeExternal},
	}}
	plane := TelemetryPlane{Collector: "collector", Stores: []TelemetryStore{{"prometheus", contract.TransportRemoteWrite}}}
	got := plane.Overlay(&topo)
	assert.Equal(t, topo.Nodes, got.Nodes)
	assert.Len(t, got.Edges, 2)
}

func TestTelemetryPlaneOfNothing(t *testing.T) {
	plane := TelemetryPlane{Collector: "collector"}
	got := plane.Overlay(&contract.Topology{})
	assert.Equal(t, []string{"collector"}, nodeIDs(&got))
	assert.Empty(t, got.Edges)
}

func nodeIDs(t *contract.Topology) []string {
	var ids []string
	for i := range t.Nodes {
		ids = append(ids, t.Nodes[i].ID)
	}
	return ids
}
