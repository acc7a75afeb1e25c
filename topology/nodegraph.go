package topology

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology/layout"
)

// NodeGraph is a topology as the two frames of Grafana's Node Graph panel. Every row
// has every key, numbers that are not known are null, ids are unique and both ends of
// every edge are among the nodes. Calls of a service to itself are left out.
type NodeGraph struct {
	Nodes []NodeGraphNode `json:"nodes"`
	Edges []NodeGraphEdge `json:"edges"`
}

// NodeGraphNode is a row of the nodes frame. Durations are milliseconds.
type NodeGraphNode struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	// MainStat is the 95th percentile of the durations, SecondaryStat calls per second.
	MainStat      *float64 `json:"mainstat"`
	SecondaryStat *float64 `json:"secondarystat"`
	// ArcOK and ArcFailed add up to 1.
	ArcOK          float64  `json:"arc__ok"`
	ArcFailed      float64  `json:"arc__failed"`
	IsInstrumented bool     `json:"isInstrumented"`
	Kind           string   `json:"detail__kind"`
	Namespace      string   `json:"detail__namespace"`
	Language       string   `json:"detail__language"`
	SDK            string   `json:"detail__sdk"`
	Instances      *int     `json:"detail__instances"`
	ErrorRatio     *float64 `json:"detail__error_ratio"`
	P50            *float64 `json:"detail__p50"`
	P99            *float64 `json:"detail__p99"`
	// FixedX and FixedY are there for all nodes or for none: the panel takes no mixture.
	FixedX *float64 `json:"fixedX,omitempty"`
	FixedY *float64 `json:"fixedY,omitempty"`
}

// NodeGraphEdge is a row of the edges frame. Durations are milliseconds.
type NodeGraphEdge struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Target string `json:"target"`
	// MainStat is calls per second, SecondaryStat the 95th percentile of the callee's
	// durations.
	MainStat       *float64 `json:"mainstat"`
	SecondaryStat  *float64 `json:"secondarystat"`
	Thickness      float64  `json:"thickness"`
	Color          string   `json:"color"`
	Dash           string   `json:"strokeDasharray"`
	Transport      string   `json:"detail__transport"`
	Relation       string   `json:"detail__relation"`
	ClientLanguage string   `json:"detail__client_language"`
	ServerLanguage string   `json:"detail__server_language"`
	ErrorRatio     *float64 `json:"detail__error_ratio"`
	Boundary       *float64 `json:"detail__boundary_p95"`
	Queue          *float64 `json:"detail__queue_p95"`
}

// NodeGraphOf draws a topology; places may be nil, or lack nodes: then the panel
// places them all.
func NodeGraphOf(t *contract.Topology, places map[string]layout.Point) NodeGraph {
	g := NodeGraph{Nodes: []NodeGraphNode{}, Edges: []NodeGraphEdge{}}
	incoming := map[string][]string{}
	known := make(map[string]bool, len(t.Nodes))
	placed := len(places) > 0
	for i := range t.Nodes {
		id := t.Nodes[i].ID
		known[id] = true
		_, ok := places[id]
		placed = placed && ok
	}
	for i := range t.Edges {
		e := &t.Edges[i]
		if e.Source == e.Target || !known[e.Source] || !known[e.Target] {
			continue
		}
		g.Edges = append(g.Edges, nodeGraphEdge(e))
		incoming[e.Target] = append(incoming[e.Target], strings.TrimPrefix(e.Transport.Title(), "db."))
	}
	for i := range t.Nodes {
		n := nodeGraphNode(&t.Nodes[i], incoming[t.Nodes[i].ID])
		if placed {
			p := places[n.ID]
			n.FixedX, n.FixedY = &p.X, &p.Y
		}
		g.Nodes = append(g.Nodes, n)
	}
	return g
}

func nodeGraphNode(n *contract.TopologyNode, transports []string) NodeGraphNode {
	row := NodeGraphNode{
		ID:             n.ID,
		Title:          n.Name,
		Subtitle:       subtitle(languagesOf(n), transports),
		SecondaryStat:  finite(n.Rate),
		ArcOK:          1,
		IsInstrumented: n.Kind == contract.NodeService,
		Kind:           string(n.Kind),
		Namespace:      n.Namespace,
		Language:       languagesOf(n),
		SDK:            n.SDK,
		Instances:      n.Instances,
		ErrorRatio:     finite(n.ErrorRatio),
	}
	if n.Name == "" {
		row.Title = n.ID
	}
	if row.ErrorRatio != nil {
		row.ArcFailed = max(0, min(1, *row.ErrorRatio))
		row.ArcOK = 1 - row.ArcFailed
	}
	if q := n.ServerSeconds; q != nil {
		row.MainStat, row.P50, row.P99 = milliseconds(q.P95), milliseconds(q.P50), milliseconds(q.P99)
	}
	return row
}

// maxSubtitleTransports bounds what is written under a node.
const maxSubtitleTransports = 2

// subtitle is "Java · gRPC, HTTP": the languages, and over what the node is called.
func subtitle(languages string, transports []string) string {
	var parts []string
	if languages != "" {
		parts = append(parts, languages)
	}
	if distinct := sortedSet(transports); len(distinct) > maxSubtitleTransports {
		parts = append(parts, strings.Join(distinct[:maxSubtitleTransports], ", ")+", …")
	} else if len(distinct) > 0 {
		parts = append(parts, strings.Join(distinct, ", "))
	}
	return strings.Join(parts, " · ")
}

const (
	colorOK      = "#999999"
	colorSome    = "#FF9830" // some calls fail
	colorFailed  = "#F2495C" // more than failingRatio of them
	failingRatio = 0.05
	maxThickness = 8
)

func nodeGraphEdge(e *contract.TopologyEdge) NodeGraphEdge {
	row := NodeGraphEdge{
		ID:             e.ID,
		Source:         e.Source,
		Target:         e.Target,
		MainStat:       finite(e.Rate),
		Thickness:      1,
		Color:          colorOK,
		Transport:      e.Transport.Title(),
		Relation:       string(e.Relation),
		ClientLanguage: languageTitle(e.ClientLanguage),
		ServerLanguage: languageTitle(e.ServerLanguage),
		ErrorRatio:     finite(e.ErrorRatio),
	}
	switch e.Relation {
	case contract.RelationMessage:
		row.Dash = "4 4"
	case contract.RelationTelemetry:
		row.Dash = "1 4"
	case contract.RelationCall:
	}
	if row.MainStat != nil {
		// A tenfold rate is two pixels more.
		row.Thickness = min(1+2*math.Log10(1+max(0, *row.MainStat)), maxThickness)
	}
	if r := row.ErrorRatio; r != nil && *r > failingRatio {
		row.Color = colorFailed
	} else if r != nil && *r > 0 {
		row.Color = colorSome
	}
	for _, stat := range []struct {
		from *contract.Quantiles
		to   **float64
	}{{e.ServerSeconds, &row.SecondaryStat}, {e.BoundarySeconds, &row.Boundary}, {e.QueueSeconds, &row.Queue}} {
		if stat.from != nil {
			*stat.to = milliseconds(stat.from.P95)
		}
	}
	return row
}

func milliseconds(seconds float64) *float64 {
	ms := seconds * 1e3
	return finite(&ms)
}

// finite leaves out what JSON has no word for.
func finite(f *float64) *float64 {
	if f == nil || math.IsNaN(*f) || math.IsInf(*f, 0) {
		return nil
	}
	return f
}

// NodeGraphJSON renders a topology as frames.
func NodeGraphJSON(t *contract.Topology, places map[string]layout.Point) ([]byte, error) {
	b, err := json.Marshal(NodeGraphOf(t, places))
	if err != nil {
		return nil, fmt.Errorf("encode node graph: %w", err)
	}
	return b, nil
}
