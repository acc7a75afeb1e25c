package topology

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// maxMermaidBytes is below the 50,000 characters at which renderers show an error
// instead of the picture.
const maxMermaidBytes = 48_000

// Mermaid renders the topology as a Mermaid flowchart: services with their
// languages, calls as arrows, messages as dashed arrows. The text is the same for
// the same topology, whatever the order of its nodes and edges, and small enough to
// be rendered: of more than 200 edges the busiest are drawn, and a node says how
// many more there are. Names of services are outside input and cannot break out of
// their labels.
func Mermaid(t *contract.Topology) string {
	for maxEdges := maxDrawnEdges; ; maxEdges = maxEdges * 3 / 4 {
		p := pictureOf(t, maxEdges)
		if text := p.mermaid(); len(text) <= maxMermaidBytes || maxEdges == 0 {
			return text
		}
	}
}

// mermaidClasses colours languages and the kinds of virtual nodes; "other" takes the rest.
var mermaidClasses = []struct{ name, style string }{
	{"java", "fill:#fde4d0,stroke:#b5541c,color:#3b1b08"},
	{"python", "fill:#d9e8f7,stroke:#2b5b8a,color:#0c2238"},
	{"nodejs", "fill:#dff2d8,stroke:#3c7a2a,color:#12300a"},
	{"go", "fill:#d3f1f5,stroke:#0a7c8c,color:#04343b"},
	{"rust", "fill:#f5dcd6,stroke:#94361f,color:#3a1108"},
	{"other", "fill:#ececec,stroke:#666666,color:#222222"},
	{"database", "fill:#efe3f7,stroke:#6b3a91,color:#2a1239"},
	{"messaging", "fill:#fff3cc,stroke:#8f6f00,color:#3a2d00"},
	{"external", "fill:#ffffff,stroke:#666666,color:#222222,stroke-dasharray:4 3"},
	{"user", "fill:#ffffff,stroke:#222222,color:#222222"},
}

func mermaidClass(n *contract.TopologyNode) string {
	switch n.Kind {
	case contract.NodeService:
	case contract.NodeDatabase, contract.NodeMessaging, contract.NodeUser:
		return string(n.Kind)
	default:
		return string(contract.NodeExternal)
	}
	if slices.Contains([]string{"java", "python", "nodejs", "go", "rust"}, n.Language) {
		return n.Language
	}
	return "other"
}

func (p *picture) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	number := make(map[string]string, len(p.nodes))
	used := map[string]bool{}
	for i := range p.nodes {
		n := &p.nodes[i]
		number[n.ID] = "n" + strconv.Itoa(i+1)
		open, shut := mermaidShape(n.Kind)
		class := mermaidClass(n)
		used[class] = true
		fmt.Fprintf(&b, "  %s%s\"%s\"%s:::%s\n", number[n.ID], open, mermaidLabel(n), shut, class)
	}
	for i := range p.edges {
		e := &p.edges[i]
		arrow := "-->"
		if dashed(e) {
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "  %s %s|\"%s\"| %s\n", number[e.Source], arrow, mermaidEscape(edgeLabel(e)), number[e.Target])
	}
	if text := p.more(); text != "" {
		fmt.Fprintf(&b, "  more[\"%s\"]:::external\n", text)
		used["external"] = true
	}
	for _, c := range mermaidClasses {
		if used[c.name] {
			fmt.Fprintf(&b, "  classDef %s %s\n", c.name, c.style)
		}
	}
	return b.String()
}

// more says what is left out, "" if nothing is.
func (p *picture) more() string {
	var parts []string
	if p.hiddenEdges > 0 {
		parts = append(parts, fmt.Sprintf("%d more edges", p.hiddenEdges))
	}
	if p.hiddenNodes > 0 {
		parts = append(parts, fmt.Sprintf("%d more nodes", p.hiddenNodes))
	}
	return strings.Join(parts, ", ")
}

func mermaidShape(k contract.NodeKind) (open, shut string) {
	switch k {
	case contract.NodeDatabase:
		return "[(", ")]"
	case contract.NodeMessaging:
		return "[[", "]]"
	case contract.NodeUser:
		return "([", "])"
	default:
		return "[", "]"
	}
}

// mermaidLabel is "order-gateway<br/>Java".
func mermaidLabel(n *contract.TopologyNode) string {
	label := mermaidEscape(printable(n.ID))
	if l := languagesOf(n); l != "" {
		label += "<br/>" + mermaidEscape(printable(l))
	}
	return label
}

// mermaidEscaper writes as entities whatever means something to Mermaid, or to the
// HTML its labels become: quotes, tags, entities themselves, directives (%%{…}%%),
// Markdown strings (`…`).
var mermaidEscaper = strings.NewReplacer(
	"#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;",
	"%", "#37;", "`", "#96;", `\`, "#92;", "{", "#123;", "}", "#125;", ";", "#59;",
)

func mermaidEscape(s string) string { return mermaidEscaper.Replace(s) }
