package history

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

func TestDraw(t *testing.T) {
	s := open(t, nil)
	write(t, s, fullSlot(), slotOf(1, edgeOf("web", "cart", 5)))
	sum, err := s.Read(t.Context(), at(0).UnixNano(), at(2).UnixNano(), nil)
	require.NoError(t, err)
	got := sum.Draw()
	f := func(n float64) *float64 { return &n }
	instances := 3
	q := func(b int) *contract.Quantiles {
		h := topology.Histogram{First: b, Counts: []float64{1}}
		return &contract.Quantiles{P50: h.Quantile(0.50), P95: h.Quantile(0.95), P99: h.Quantile(0.99)}
	}
	last := at(2).Add(-1)
	assert.Equal(t, contract.Topology{
		Version: contract.TopologyVersion, AsOf: at(2), WindowSeconds: 20,
		Nodes: []contract.TopologyNode{
			{ID: "caller missing", Name: "caller missing", Kind: contract.NodeExternal},
			{ID: "cart", Name: "cart", Kind: contract.NodeService, Rate: f(0.25), ErrorRatio: f(0), ServerSeconds: q(120), FirstSeen: testStart, LastSeen: last},
			{
				ID: "shop/cart", Name: "cart", Namespace: "shop", Kind: contract.NodeService,
				Language: "java", Languages: []string{"java", "go"}, SDK: "opentelemetry 1.44", Runtime: "OpenJDK 17", Instances: &instances,
				Rate: f(13.5 / 20), ErrorRatio: f(3 / 13.5), ServerSeconds: q(90), CriticalShare: f(0.25 / 1.5),
				FirstSeen: time.Unix(0, 5).UTC(), LastSeen: at(1).Add(-1),
			},
			{ID: "shop/web", Name: "web", Namespace: "shop", Kind: contract.NodeExternal},
			{ID: "web", Name: "web", Kind: contract.NodeService, FirstSeen: testStart, LastSeen: last},
		},
		Edges: []contract.TopologyEdge{
			{
				ID: "caller missing|shop/cart||", Source: "caller missing", Target: "shop/cart", CallerMissing: true,
				Rate: f(1.0 / 20), ErrorRatio: f(0), Evidence: &contract.EdgeEvidence{},
				FirstSeen: time.Unix(0, 1).UTC(), LastSeen: time.Unix(0, 2).UTC(),
			},
			{
				ID: "shop/web|shop/cart|grpc|call", Source: "shop/web", Target: "shop/cart", Transport: "grpc", Relation: contract.RelationCall,
				ClientLanguage: "nodejs", ServerLanguage: "java", Rate: f(12.5 / 20), ErrorRatio: f(3 / 12.5),
				ClientSeconds: &contract.Quantiles{
					P50: got.Edges[1].ClientSeconds.P50, P95: got.Edges[1].ClientSeconds.P95, P99: got.Edges[1].ClientSeconds.P99,
				},
				ServerSeconds: q(90), BoundarySeconds: q(0), QueueSeconds: q(topology.NumBuckets - 1),
				Errors:       &contract.EdgeErrors{Callee: 1, Caller: 2, Swallowed: 3},
				RequestBytes: f((1 << 40) / 3.0), ResponseBytes: f(4), CriticalShare: f(0.25 / 1.5),
				Evidence:  &contract.EdgeEvidence{Propagated: 9, Joined: 2, Inferred: 1.5},
				FirstSeen: time.Unix(0, 7).UTC(), LastSeen: at(0).Add(1),
			},
			{
				ID: "web|cart|http|call", Source: "web", Target: "cart", Transport: contract.TransportHTTP, Relation: contract.RelationCall,
				Rate: f(0.25), ErrorRatio: f(0), ServerSeconds: q(120), Evidence: &contract.EdgeEvidence{}, FirstSeen: testStart, LastSeen: last,
			},
		},
	}, got)
}

// Ids are those of the live topology: a virtual node that a service took the name of
// gets its kind behind it.
func TestIDsAreUnique(t *testing.T) {
	s := NewSum()
	s.add(&Slot{Start: 1, End: 2, Nodes: []Node{
		{NodeName: topology.NodeName{Name: "a/b"}, Kind: contract.NodeExternal},
		{NodeName: topology.NodeName{Namespace: "a", Name: "b"}, Kind: contract.NodeService},
	}})
	var ids []string
	for _, n := range s.Draw().Nodes {
		ids = append(ids, n.ID)
	}
	assert.Equal(t, []string{"a/b", "a/b (external)"}, ids)
}
