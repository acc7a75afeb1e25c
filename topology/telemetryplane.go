package topology

import (
	"slices"
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// TelemetryPlane is how telemetry itself travels: every service sends to the
// collector, which sends on to stores. No trace shows it, so it is told.
type TelemetryPlane struct {
	// Collector is the node id of the collector that draws the topology.
	Collector string
	Stores    []TelemetryStore
}

// TelemetryStore is where a collector sends to.
type TelemetryStore struct {
	Name      string
	Transport contract.Transport
}

// Overlay adds the telemetry plane to a topology, as edges of their own relation and
// the nodes they need. The given topology is not changed. Nothing is measured on these
// edges, so they have no figures.
func (p *TelemetryPlane) Overlay(t *contract.Topology) contract.Topology {
	out := *t
	out.Nodes, out.Edges = slices.Clone(t.Nodes), slices.Clone(t.Edges)
	known := make(map[string]bool, len(t.Nodes))
	for i := range t.Nodes {
		known[t.Nodes[i].ID] = true
	}
	node := func(n contract.TopologyNode) {
		if !known[n.ID] {
			known[n.ID] = true
			n.Name = n.ID
			out.Nodes = append(out.Nodes, n)
		}
	}
	node(contract.TopologyNode{ID: p.Collector, Kind: contract.NodeService, Language: string(contract.LanguageGo)})
	for i := range t.Nodes {
		if n := &t.Nodes[i]; n.Kind == contract.NodeService && n.ID != p.Collector && n.ID != OverflowName {
			e := telemetryEdge(n.ID, p.Collector, contract.TransportOTLP)
			e.ClientLanguage, e.FirstSeen, e.LastSeen = n.Language, n.FirstSeen, n.LastSeen
			out.Edges = append(out.Edges, e)
		}
	}
	for _, s := range p.Stores {
		node(contract.TopologyNode{ID: s.Name, Kind: contract.NodeDatabase})
		out.Edges = append(out.Edges, telemetryEdge(p.Collector, s.Name, s.Transport))
	}
	slices.SortFunc(out.Nodes, func(a, b contract.TopologyNode) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Edges, func(a, b contract.TopologyEdge) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func telemetryEdge(source, target string, over contract.Transport) contract.TopologyEdge {
	return contract.TopologyEdge{
		ID:     EdgeID(source, target, over, contract.RelationTelemetry),
		Source: source, Target: target, Transport: over, Relation: contract.RelationTelemetry,
	}
}
