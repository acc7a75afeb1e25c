package topology

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/polyspan/polyspan/contract"
)

const (
	// maxDrawnEdges bounds a picture: Mermaid gives up at 500 edges, people sooner.
	maxDrawnEdges = 200
	// maxLabelRunes cuts a name in a picture.
	maxLabelRunes = 48
)

// picture is the part of a topology that is drawn: its busiest edges, their ends,
// and what is left out. Calls of a service to itself are not drawn.
type picture struct {
	nodes                    []contract.TopologyNode // by id
	edges                    []contract.TopologyEdge // by id
	hiddenNodes, hiddenEdges int
}

// pictureOf takes at most the given number of edges, by traffic, then by id, and
// twice as many nodes.
func pictureOf(t *contract.Topology, maxEdges int) picture {
	known := make(map[string]bool, len(t.Nodes))
	for i := range t.Nodes {
		known[t.Nodes[i].ID] = true
	}
	var p picture
	for i := range t.Edges {
		if e := &t.Edges[i]; e.Source != e.Target && known[e.Source] && known[e.Target] {
			p.edges = append(p.edges, *e)
		}
	}
	if len(p.edges) > maxEdges {
		slices.SortStableFunc(p.edges, func(a, b contract.TopologyEdge) int {
			return cmp.Or(cmp.Compare(rateOf(&b), rateOf(&a)), strings.Compare(a.ID, b.ID))
		})
		p.hiddenEdges = len(p.edges) - maxEdges
		p.edges = p.edges[:maxEdges]
	}
	slices.SortStableFunc(p.edges, func(a, b contract.TopologyEdge) int { return strings.Compare(a.ID, b.ID) })
	p.takeNodes(t.Nodes, 2*maxEdges)
	return p
}

// takeNodes draws the ends of the drawn edges, and other nodes while there is room.
func (p *picture) takeNodes(nodes []contract.TopologyNode, maxNodes int) {
	ends := make(map[string]bool, 2*len(p.edges))
	for i := range p.edges {
		ends[p.edges[i].Source], ends[p.edges[i].Target] = true, true
	}
	sorted := slices.Clone(nodes)
	slices.SortStableFunc(sorted, func(a, b contract.TopologyNode) int { return strings.Compare(a.ID, b.ID) })
	room := maxNodes - len(ends)
	for _, n := range sorted {
		switch {
		case ends[n.ID]:
		case p.hiddenEdges == 0 && room > 0:
			room--
		default:
			p.hiddenNodes++
			continue
		}
		p.nodes = append(p.nodes, n)
	}
}

// dashed tells the edges that are no plain calls: messages, telemetry, and calls of
// which the caller is not known.
func dashed(e *contract.TopologyEdge) bool {
	return e.Relation == contract.RelationMessage || e.Relation == contract.RelationTelemetry || e.CallerMissing
}

func rateOf(e *contract.TopologyEdge) float64 {
	if e.Rate == nil {
		return 0
	}
	return *e.Rate
}

// languagesOf names the languages of a node for people, busiest first.
func languagesOf(n *contract.TopologyNode) string {
	if len(n.Languages) == 0 {
		return languageTitle(n.Language)
	}
	titles := make([]string, len(n.Languages))
	for i, l := range n.Languages {
		titles[i] = languageTitle(l)
	}
	return strings.Join(titles, ", ")
}

// edgeLabel is "Arrow IPC · Python → Rust": the transport, and the languages where
// a call crosses from one to another.
func edgeLabel(e *contract.TopologyEdge) string {
	label := printable(e.Transport.Title())
	if e.ClientLanguage == "" || e.ServerLanguage == "" || e.ClientLanguage == e.ServerLanguage {
		return label
	}
	return label + " · " + printable(languageTitle(e.ClientLanguage)) + " → " + printable(languageTitle(e.ServerLanguage))
}

// printable cuts a name for a picture, and takes out what is not seen or turns the
// direction of writing: control characters, line breaks, formatting. It is never empty.
func printable(s string) string {
	if s == "" {
		return " "
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == maxLabelRunes {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
