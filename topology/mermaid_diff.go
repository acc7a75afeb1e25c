package topology

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// diffClasses colours what happened to a node; "same" are the ends of edges that did
// not change themselves.
var diffClasses = []struct{ name, style string }{
	{"added", "fill:#d8f3dc,stroke:#1b7a3d,color:#06310f"},
	{"gone", "fill:#fbdcdc,stroke:#b3261e,color:#410002,stroke-dasharray:4 3"},
	{"changed", "fill:#fff3cc,stroke:#8f6f00,color:#3a2d00"},
	{"same", "fill:#ececec,stroke:#666666,color:#222222"},
}

// linkStyles are the same colours for edges.
var linkStyles = map[contract.ChangeKind]string{
	contract.ChangeAdded:   "stroke:#1b7a3d,stroke-width:2px",
	contract.ChangeGone:    "stroke:#b3261e,stroke-width:2px,stroke-dasharray:4 3",
	contract.ChangeChanged: "stroke:#8f6f00,stroke-width:2px",
}

// MermaidDiff renders a diff as a Mermaid flowchart: what came is green, what went red
// and dashed, what changed yellow. Like [Mermaid] it is the same for the same diff and
// small enough to be rendered; edges that came or went are drawn first.
func MermaidDiff(d *contract.TopologyDiff) string {
	for maxEdges := maxDrawnEdges; ; maxEdges = maxEdges * 3 / 4 {
		if text := mermaidDiff(d, maxEdges); len(text) <= maxMermaidBytes || maxEdges == 0 {
			return text
		}
	}
}

func mermaidDiff(d *contract.TopologyDiff, maxEdges int) string {
	edges := slices.Clone(d.Edges)
	slices.SortFunc(edges, func(a, b contract.EdgeDiff) int {
		return cmp.Or(cmp.Compare(changeRank(a.Change), changeRank(b.Change)), strings.Compare(a.ID, b.ID))
	})
	hidden := max(len(edges)-maxEdges, 0)
	edges = edges[:len(edges)-hidden]
	changes, kinds := map[string]contract.ChangeKind{}, map[string]contract.NodeKind{}
	var ids []string
	see := func(id string) {
		if _, ok := changes[id]; !ok {
			changes[id] = "same"
			ids = append(ids, id)
		}
	}
	for i := range edges {
		see(edges[i].Source)
		see(edges[i].Target)
	}
	for i := range d.Nodes {
		n := &d.Nodes[i]
		if changes[n.ID] == "" && len(ids) >= 2*maxEdges {
			continue
		}
		see(n.ID)
		changes[n.ID], kinds[n.ID] = n.Change, n.Kind
	}
	slices.Sort(ids)
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	number := make(map[string]int, len(ids))
	used := map[string]bool{}
	for i, id := range ids {
		number[id] = i + 1
		open, shut := mermaidShape(kinds[id])
		used[string(changes[id])] = true
		fmt.Fprintf(&b, "  n%d%s\"%s\"%s:::%s\n", i+1, open, mermaidEscape(printable(id)), shut, changes[id])
	}
	for i := range edges {
		e := &edges[i]
		fmt.Fprintf(&b, "  n%d -->|\"%s\"| n%d\n", number[e.Source], mermaidEscape(diffLabel(e)), number[e.Target])
	}
	for i := range edges {
		fmt.Fprintf(&b, "  linkStyle %d %s\n", i, linkStyles[edges[i].Change])
	}
	if hidden > 0 {
		fmt.Fprintf(&b, "  more[\"%d more edges\"]:::same\n", hidden)
		used["same"] = true
	}
	for _, c := range diffClasses {
		if used[c.name] {
			fmt.Fprintf(&b, "  classDef %s %s\n", c.name, c.style)
		}
	}
	return b.String()
}

func changeRank(c contract.ChangeKind) int {
	return slices.Index([]contract.ChangeKind{contract.ChangeAdded, contract.ChangeGone, contract.ChangeChanged}, c)
}

// diffLabel is "HTTP · added", or "HTTP · rate 1.5 → 12/s, p95 8 → 21 ms" of what changed.
func diffLabel(e *contract.EdgeDiff) string {
	label := printable(e.Transport.Title())
	if e.Change != contract.ChangeChanged {
		return label + " · " + string(e.Change)
	}
	var parts []string
	for _, name := range e.Changed {
		parts = append(parts, diffFigure(name, e.From, e.To))
	}
	return label + " · " + strings.Join(parts, ", ")
}

func diffFigure(name string, from, to *contract.DiffFigures) string {
	var none contract.DiffFigures
	from, to = cmp.Or(from, &none), cmp.Or(to, &none)
	number := func(n *float64) float64 { return *cmp.Or(n, new(float64)) }
	p95 := func(q *contract.Quantiles) float64 { return cmp.Or(q, &contract.Quantiles{}).P95 * 1000 }
	times := func(what string, a, b *contract.Quantiles) string {
		return fmt.Sprintf("%s p95 %.3g → %.3g ms", what, p95(a), p95(b))
	}
	switch name {
	case "rate":
		return fmt.Sprintf("%.3g → %.3g/s", number(from.Rate), number(to.Rate))
	case "error_ratio":
		return fmt.Sprintf("errors %.3g → %.3g %%", 100*number(from.ErrorRatio), 100*number(to.ErrorRatio))
	case "client_seconds":
		return times("caller", from.ClientSeconds, to.ClientSeconds)
	case "server_seconds":
		return times("callee", from.ServerSeconds, to.ServerSeconds)
	case "boundary_seconds":
		return times("boundary", from.BoundarySeconds, to.BoundarySeconds)
	}
	return times("queue", from.QueueSeconds, to.QueueSeconds)
}
