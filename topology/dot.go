package topology

import (
	"fmt"
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// DOT renders the topology for Graphviz, with the same choice of nodes and edges as [Mermaid].
func DOT(t *contract.Topology) string {
	p := pictureOf(t, maxDrawnEdges)
	var b strings.Builder
	b.WriteString("digraph topology {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n")
	number := make(map[string]int, len(p.nodes))
	for i := range p.nodes {
		n := &p.nodes[i]
		number[n.ID] = i + 1
		label := dotEscape(printable(n.ID))
		if l := languagesOf(n); l != "" {
			label += `\n` + dotEscape(printable(l))
		}
		fmt.Fprintf(&b, "  n%d [label=\"%s\"%s];\n", i+1, label, dotShape(n.Kind))
	}
	for i := range p.edges {
		e := &p.edges[i]
		style := ""
		if dashed(e) {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "  n%d -> n%d [label=\"%s\"%s];\n", number[e.Source], number[e.Target], dotEscape(edgeLabel(e)), style)
	}
	if text := p.more(); text != "" {
		fmt.Fprintf(&b, "  more [label=\"%s\", style=dashed];\n", text)
	}
	b.WriteString("}\n")
	return b.String()
}

func dotShape(k contract.NodeKind) string {
	switch k {
	case contract.NodeDatabase:
		return ", shape=cylinder, style=solid"
	case contract.NodeMessaging:
		return ", shape=cds, style=solid"
	case contract.NodeUser:
		return ", shape=oval, style=solid"
	case contract.NodeExternal:
		return ", style=dashed"
	default:
		return ""
	}
}

var dotEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func dotEscape(s string) string { return dotEscaper.Replace(s) }
