package topology

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology/layout"
)

// rows is a node graph as its readers see it.
type rows struct {
	Nodes []map[string]any `json:"nodes"`
	Edges []map[string]any `json:"edges"`
}

func nodeGraphRows(t *testing.T, topo *contract.Topology, places map[string]layout.Point) rows {
	t.Helper()
	b, err := NodeGraphJSON(topo, places)
	require.NoError(t, err)
	var r rows
	require.NoError(t, json.Unmarshal(b, &r))
	require.NotNil(t, r.Nodes, "both arrays are always there")
	require.NotNil(t, r.Edges, "both arrays are always there")
	return r
}

// checkFrames holds every rule of the panel: acceptance check (d).
func checkFrames(t *testing.T, r rows, placed bool) {
	t.Helper()
	fieldsJSON, err := NodeGraphFieldsJSON(placed)
	require.NoError(t, err)
	var fields NodeGraphFields
	require.NoError(t, json.Unmarshal(fieldsJSON, &fields))
	ids := map[any]bool{}
	for _, n := range r.Nodes {
		assert.False(t, ids[n["id"]], "node %v twice", n["id"])
		ids[n["id"]] = true
		checkRow(t, n, fields.Nodes)
		assert.InDelta(t, 1, n["arc__ok"].(float64)+n["arc__failed"].(float64), 1e-9)
		assert.NotEmpty(t, n["title"])
	}
	edges := map[any]bool{}
	for _, e := range r.Edges {
		assert.False(t, edges[e["id"]], "edge %v twice", e["id"])
		edges[e["id"]] = true
		checkRow(t, e, fields.Edges)
		assert.True(t, ids[e["source"]] && ids[e["target"]], "edge %v dangles", e["id"])
		assert.GreaterOrEqual(t, e["thickness"], 1.0)
	}
}

// checkRow: every described key and no other, numbers as numbers or null.
func checkRow(t *testing.T, row map[string]any, fields []NodeGraphField) {
	t.Helper()
	names := []string{}
	for _, f := range fields {
		names = append(names, f.Name)
		switch v := row[f.Name].(type) {
		case float64:
			assert.Equal(t, "number", f.Type, f.Name)
		case string, bool:
			assert.Equal(t, "string", f.Type, f.Name)
		case nil:
			assert.Equal(t, "number", f.Type, "%s is null", f.Name)
		default:
			t.Errorf("%s is %T", f.Name, v)
		}
	}
	assert.ElementsMatch(t, names, slices.Collect(maps.Keys(row)))
}

func TestNodeGraphRows(t *testing.T) {
	two := 2
	topo := contract.Topology{
		Nodes: []contract.TopologyNode{
			{
				ID: "shop/cart", Name: "cart", Namespace: "shop", Kind: contract.NodeService, Language: "java", Languages: []string{"java", "python"},
				SDK: "opentelemetry 1.40", Instances: &two, Rate: new(20.0), ErrorRatio: new(0.25),
				ServerSeconds: &contract.Quantiles{P50: 0.01, P95: 0.05, P99: 0.1},
			},
			{ID: "postgresql:cart", Name: "postgresql:cart", Kind: contract.NodeDatabase},
		},
		Edges: []contract.TopologyEdge{
			{
				ID: "e1", Source: "shop/cart", Target: "postgresql:cart", Transport: contract.DBTransport("postgresql"), Relation: contract.RelationCall,
				ClientLanguage: "java", Rate: new(99.0), ErrorRatio: new(0.01), ServerSeconds: &contract.Quantiles{P95: 0.002},
				BoundarySeconds: &contract.Quantiles{P95: math.NaN()},
			},
			{ID: "loop", Source: "shop/cart", Target: "shop/cart", Transport: contract.TransportHTTP, Relation: contract.RelationCall},
			{ID: "dangling", Source: "shop/cart", Target: "nobody", Transport: contract.TransportHTTP, Relation: contract.RelationCall},
		},
	}
	places := map[string]layout.Point{"shop/cart": {X: 0, Y: 0}, "postgresql:cart": {X: 260, Y: -130}}
	got := nodeGraphRows(t, &topo, places)
	checkFrames(t, got, true)
	assert.Equal(t, rows{
		Nodes: []map[string]any{
			{
				"id": "shop/cart", "title": "cart", "subtitle": "Java, Python", "mainstat": 50.0, "secondarystat": 20.0,
				"arc__ok": 0.75, "arc__failed": 0.25, "isInstrumented": true, "detail__kind": "service", "detail__namespace": "shop",
				"detail__language": "Java, Python", "detail__sdk": "opentelemetry 1.40", "detail__instances": 2.0, "detail__error_ratio": 0.25,
				"detail__p50": 10.0, "detail__p99": 100.0, "fixedX": 0.0, "fixedY": 0.0,
			},
			{
				"id": "postgresql:cart", "title": "postgresql:cart", "subtitle": "postgresql", "mainstat": nil, "secondarystat": nil,
				"arc__ok": 1.0, "arc__failed": 0.0, "isInstrumented": false, "detail__kind": "database", "detail__namespace": "",
				"detail__language": "", "detail__sdk": "", "detail__instances": nil, "detail__error_ratio": nil,
				"detail__p50": nil, "detail__p99": nil, "fixedX": 260.0, "fixedY": -130.0,
			},
		},
		Edges: []map[string]any{{
			"id": "e1", "source": "shop/cart", "target": "postgresql:cart", "mainstat": 99.0, "secondarystat": 2.0, "thickness": 5.0,
			"color": "#FF9830", "strokeDasharray": "", "detail__transport": contract.DBTransport("postgresql").Title(), "detail__relation": "call",
			"detail__client_language": "Java", "detail__server_language": "", "detail__error_ratio": 0.01,
			"detail__boundary_p95": nil, "detail__queue_p95": nil,
		}},
	}, got)
}

// Places are given to all nodes or to none.
func TestNodeGraphPlacesAllOrNone(t *testing.T) {
	topo := shop()
	complete := layout.New(100).Place(&topo)
	missing := maps.Clone(complete)
	delete(missing, "user")
	for name, tt := range map[string]struct {
		places map[string]layout.Point
		placed bool
	}{"all": {complete, true}, "one missing": {missing, false}, "none": {nil, false}} {
		t.Run(name, func(t *testing.T) { checkFrames(t, nodeGraphRows(t, &topo, tt.places), tt.placed) })
	}
}

func TestEmptyNodeGraph(t *testing.T) {
	b, err := NodeGraphJSON(&contract.Topology{}, map[string]layout.Point{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"nodes":[],"edges":[]}`, string(b))
}

func TestSubtitle(t *testing.T) {
	for _, tt := range []struct {
		languages  string
		transports []string
		want       string
	}{
		{"", nil, ""},
		{"Go", nil, "Go"},
		{"", []string{"Kafka"}, "Kafka"},
		{"Go", []string{"HTTP", "gRPC", "HTTP"}, "Go · HTTP, gRPC"},
		{"Go", []string{"HTTP", "gRPC", "AMQP"}, "Go · AMQP, HTTP, …"},
	} {
		assert.Equal(t, tt.want, subtitle(tt.languages, tt.transports))
	}
}

func TestNodeGraphOfOneNode(t *testing.T) {
	topo := contract.Topology{Nodes: []contract.TopologyNode{{ID: "alone"}}}
	r := nodeGraphRows(t, &topo, layout.New(1).Place(&topo))
	checkFrames(t, r, true)
	assert.Len(t, r.Nodes, 1)
}

// Acceptance check (g): below and above the panel's limits.
func TestNodeGraphSizes(t *testing.T) {
	for _, n := range []int{201, 501, 2000} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			topo := contract.Topology{}
			for i := range n {
				topo.Nodes = append(topo.Nodes, contract.TopologyNode{ID: fmt.Sprintf("n%04d", i), Name: "n"})
				if i > 0 {
					source, target := fmt.Sprintf("n%04d", i/3), fmt.Sprintf("n%04d", i)
					topo.Edges = append(topo.Edges, contract.TopologyEdge{
						ID: EdgeID(source, target, contract.TransportHTTP, contract.RelationCall), Source: source, Target: target,
						Transport: contract.TransportHTTP, Relation: contract.RelationCall,
					})
				}
			}
			r := nodeGraphRows(t, &topo, layout.New(10_000).Place(&topo))
			checkFrames(t, r, true)
			assert.Len(t, r.Nodes, n)
			assert.Len(t, r.Edges, n-1)
		})
	}
}

// Acceptance check (f), through the graph itself.
func TestNodeGraphOfOddNames(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	odd := []string{`quo"te`, `back\slash`, "new\nline", "under_score", "ünï 世界 🙂", strings.Repeat("x", 2048), "a|b", "a", "b|c", "c"}
	for i, name := range odd {
		next := odd[(i+1)%len(odd)]
		w.add(
			span{service: name, kind: KindClient, trace: i + 1, id: 1, attrs: http},
			span{service: next, kind: KindServer, trace: i + 1, id: 2, parent: 1, attrs: http},
		)
	}
	topo := w.Snapshot(testStart)
	r := nodeGraphRows(t, &topo, layout.New(100).Place(&topo))
	checkFrames(t, r, true)
	assert.Len(t, r.Edges, len(odd))
}
