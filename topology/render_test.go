package topology

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file of testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run with -update to write it")
	assert.Equal(t, string(want), got)
}

// shop is a topology of five languages with every kind of node and edge.
func shop() contract.Topology {
	node := func(id, language string, kind contract.NodeKind) contract.TopologyNode {
		return contract.TopologyNode{ID: id, Name: id, Kind: kind, Language: language}
	}
	edge := func(source, target string, t contract.Transport, r contract.Relation, from, to string) contract.TopologyEdge {
		return contract.TopologyEdge{
			ID: EdgeID(source, target, t, r), Source: source, Target: target, Transport: t, Relation: r,
			ClientLanguage: from, ServerLanguage: to,
		}
	}
	pricing := node("pricing", "python", contract.NodeService)
	pricing.Languages = []string{"python", "cpp"}
	return contract.Topology{
		Version: contract.TopologyVersion,
		Nodes: []contract.TopologyNode{
			node("user", "", contract.NodeUser),
			node("order-gateway", "java", contract.NodeService),
			pricing,
			node("engine", "rust", contract.NodeService),
			node("notify", "nodejs", contract.NodeService),
			node("ledger", "go", contract.NodeService),
			node("idle", "haskell", contract.NodeService),
			node("postgresql:ledger", "", contract.NodeDatabase),
			node("kafka:audit", "", contract.NodeMessaging),
			node("api.example.com", "", contract.NodeExternal),
		},
		Edges: []contract.TopologyEdge{
			edge("user", "order-gateway", contract.TransportHTTP, contract.RelationCall, "", "java"),
			edge("order-gateway", "pricing", contract.TransportGRPC, contract.RelationCall, "java", "python"),
			edge("pricing", "engine", contract.TransportArrowIPC, contract.RelationCall, "python", "rust"),
			edge("order-gateway", "notify", contract.TransportNATS, contract.RelationMessage, "java", "nodejs"),
			edge("order-gateway", "ledger", contract.TransportHTTP, contract.RelationCall, "java", "go"),
			edge("ledger", "ledger", contract.TransportHTTP, contract.RelationCall, "go", "go"),
			edge("ledger", "postgresql:ledger", contract.DBTransport("postgresql"), contract.RelationCall, "go", ""),
			edge("ledger", "kafka:audit", contract.TransportKafka, contract.RelationMessage, "go", ""),
			edge("pricing", "api.example.com", contract.TransportUnknown, contract.RelationCall, "python", ""),
		},
	}
}

func TestMermaidGolden(t *testing.T) {
	topo := shop()
	got := Mermaid(&topo)
	golden(t, "shop.mmd", got)
	slices.Reverse(topo.Nodes)
	slices.Reverse(topo.Edges)
	assert.Equal(t, got, Mermaid(&topo), "the order of the input does not matter")
}

func TestDOTGolden(t *testing.T) {
	topo := shop()
	golden(t, "shop.dot", DOT(&topo))
}

func TestJSONGolden(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(pairOfSpans(1, 0, 100, 50)...)
	w.add(span{service: "b", language: "go", kind: KindProducer, trace: 1, id: 3, parent: 2, attrs: kafka, evidence: EvidenceJoined})
	w.add(span{service: "c", language: "rust", kind: KindConsumer, trace: 1, id: 4, parent: 3, start: 40, attrs: kafka, evidence: EvidenceJoined, failed: true})
	topo := w.Snapshot(testStart.Add(10e9))
	b, err := JSON(&topo)
	require.NoError(t, err)
	assert.NotContains(t, string(b), "\n")
	var indented strings.Builder
	enc := json.NewEncoder(&indented)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(json.RawMessage(b)))
	golden(t, "snapshot.json", indented.String())
}

// Names that mean something to Mermaid, HTML or Graphviz stay inside their labels.
func TestHostileNamesAreInert(t *testing.T) {
	hostile := []string{
		`"]; click n1 "javascript:alert(1)`,
		"a\nclassDef x fill:red\nb",
		"%%{init: {'theme':'dark'}}%%",
		"<script>alert(1)</script>",
		"`**markdown**`",
		"#quot;#35;&lt;&amp;",
		"]]>--></svg>",
		`\"; evil [label="x"]`,
		"a\u2028b\u202ec\x00d",
		"",
		strings.Repeat("🦀", 300),
	}
	topo := contract.Topology{}
	for i, name := range hostile {
		topo.Nodes = append(topo.Nodes, contract.TopologyNode{ID: name, Kind: contract.NodeService, Language: name})
		topo.Edges = append(topo.Edges, contract.TopologyEdge{
			ID: strconv.Itoa(i), Source: name, Target: hostile[(i+1)%len(hostile)],
			Transport: contract.Transport(name), ClientLanguage: name, ServerLanguage: "go",
		})
	}
	golden(t, "hostile.mmd", Mermaid(&topo))
	golden(t, "hostile.dot", DOT(&topo))
	requireValidMermaid(t, Mermaid(&topo))
	requireValidDOT(t, DOT(&topo))
}

// Every line of a flowchart has one of these forms; labels hold no raw characters
// that Mermaid or HTML would act on.
var (
	mermaidText = `(?:[^"<>&%{}\\;#\x60\x00-\x1f\x7f]|#(?:35|quot|lt|gt|amp|37|96|92|123|125|59);)+`
	mermaidLine = regexp.MustCompile(`^(?:flowchart LR` +
		`|  n\d+(?:\[|\[\(|\[\[|\(\[)"` + mermaidText + `(?:<br/>` + mermaidText + `)?"(?:\]|\)\]|\]\]|\]\)):::[a-z]+` +
		`|  n\d+ (?:-->|-\.->)\|"` + mermaidText + `"\| n\d+` +
		`|  more\["[0-9a-z, ]+"\]:::external` +
		`|  classDef [a-z]+ [-a-z0-9#:, ]+)$`)
)

func requireValidMermaid(t *testing.T, text string) {
	t.Helper()
	require.True(t, utf8.ValidString(text))
	require.Less(t, len(text), 50_000)
	for line := range strings.Lines(text) {
		require.Regexp(t, mermaidLine, strings.TrimSuffix(line, "\n"))
	}
}

var dotLine = regexp.MustCompile(`^(?:digraph topology \{|  rankdir=LR;|  node \[shape=box, style=rounded\];|\}` +
	`|  (?:n\d+|n\d+ -> n\d+|more) \[label="(?:[^"\\\x00-\x1f]|\\["\\n])+"[a-z=, ]*\];)$`)

func requireValidDOT(t *testing.T, text string) {
	t.Helper()
	require.True(t, utf8.ValidString(text))
	for line := range strings.Lines(text) {
		require.Regexp(t, dotLine, strings.TrimSuffix(line, "\n"))
	}
}

func TestLargePicturesAreCut(t *testing.T) {
	var topo contract.Topology
	for i := range 2000 {
		rate := float64(i)
		name := fmt.Sprintf("service-%04d-%s", i, strings.Repeat(`"`, 40))
		topo.Nodes = append(topo.Nodes, contract.TopologyNode{ID: name, Kind: contract.NodeService, Language: "java"})
		topo.Edges = append(topo.Edges, contract.TopologyEdge{ID: name, Source: name, Target: topo.Nodes[0].ID, Transport: contract.TransportHTTP, Rate: &rate})
	}
	for _, n := range []int{1, 201, 2000} {
		part := contract.Topology{Nodes: topo.Nodes[:n], Edges: topo.Edges[:n]}
		text := Mermaid(&part)
		requireValidMermaid(t, text)
		drawn := strings.Count(text, "-->")
		if n == 1 {
			assert.Zero(t, drawn, "a call of a service to itself")
			assert.NotContains(t, text, "more")
			continue
		}
		assert.Contains(t, text, fmt.Sprintf(`more["%d more edges`, n-1-drawn))
		assert.Contains(t, text, fmt.Sprintf("service-%04d", n-1), "the busiest is drawn")
	}
}

func TestEmptyTopology(t *testing.T) {
	var topo contract.Topology
	assert.Equal(t, "flowchart LR\n", Mermaid(&topo))
	requireValidDOT(t, DOT(&topo))
}

func FuzzRenderers(f *testing.F) {
	f.Add("order-gateway", "engine", "java", "arrow_ipc", 3)
	f.Add(`a"b`, "x\ny", "%%{init}%%", "<br/>", 300)
	f.Add("", "\xff", "#", "`", 1)
	f.Fuzz(func(t *testing.T, a, b, language, transport string, n int) {
		var topo contract.Topology
		for i := range min(max(n, 0), 400) {
			topo.Nodes = append(topo.Nodes,
				contract.TopologyNode{ID: fmt.Sprint(a, i), Kind: contract.NodeKind(b), Language: language},
				contract.TopologyNode{ID: b, Kind: contract.NodeDatabase, Languages: []string{language, a}})
			topo.Edges = append(topo.Edges,
				contract.TopologyEdge{ID: a, Source: fmt.Sprint(a, i), Target: b, Transport: contract.Transport(transport), ClientLanguage: language, ServerLanguage: a},
				contract.TopologyEdge{ID: b, Source: b, Target: "nobody", Relation: contract.RelationMessage})
		}
		requireValidMermaid(t, Mermaid(&topo))
		requireValidDOT(t, DOT(&topo))
	})
}
