package topology

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

func diffFixture() *contract.TopologyDiff {
	n := func(f float64) *float64 { return &f }
	q := func(p95 float64) *contract.Quantiles { return &contract.Quantiles{P50: p95 / 2, P95: p95, P99: p95} }
	return &contract.TopologyDiff{
		Nodes: []contract.NodeDiff{
			{ID: "fraud", Kind: contract.NodeService, Change: contract.ChangeAdded},
			{ID: "lonely\"<b>", Kind: contract.NodeService, Change: contract.ChangeAdded},
			{ID: "mysql:old", Kind: contract.NodeDatabase, Change: contract.ChangeGone},
		},
		Edges: []contract.EdgeDiff{
			{ID: "1", Source: "shop/cart", Target: "fraud", Transport: contract.TransportGRPC, Change: contract.ChangeAdded},
			{
				ID: "2", Source: "shop/web", Target: "shop/cart", Transport: contract.TransportHTTP, Change: contract.ChangeChanged,
				Changed: []string{"rate", "error_ratio", "client_seconds", "server_seconds", "boundary_seconds", "queue_seconds"},
				From: &contract.DiffFigures{
					Rate: n(1.5), ErrorRatio: n(0), ClientSeconds: q(0.01), ServerSeconds: q(0.008), BoundarySeconds: q(0.002), QueueSeconds: q(1),
				},
				To: &contract.DiffFigures{
					Rate: n(12), ErrorRatio: n(0.125), ClientSeconds: q(0.04), ServerSeconds: q(0.02), BoundarySeconds: q(0.02), QueueSeconds: q(2),
				},
			},
			{
				ID: "3", Source: "shop/cart", Target: "shop/web", Transport: contract.TransportHTTP, Change: contract.ChangeChanged,
				Changed: []string{"rate"}, To: &contract.DiffFigures{Rate: n(3)},
			},
			{ID: "4", Source: "shop/cart", Target: "mysql:old", Transport: "db.mysql", Change: contract.ChangeGone},
		},
	}
}

func TestMermaidDiff(t *testing.T) {
	const golden = "testdata/diff.mmd"
	got := MermaidDiff(diffFixture())
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
	assert.Equal(t, "flowchart LR\n", MermaidDiff(&contract.TopologyDiff{}))
}

func TestMermaidDiffFitsRenderers(t *testing.T) {
	d := &contract.TopologyDiff{}
	for i := range 3000 {
		d.Nodes = append(d.Nodes, contract.NodeDiff{ID: fmt.Sprint(strings.Repeat("n", 100), i), Change: contract.ChangeAdded})
		d.Edges = append(d.Edges, contract.EdgeDiff{
			ID: fmt.Sprintf("%04d", i), Source: "a", Target: fmt.Sprint(strings.Repeat("n", 100), i), Change: contract.ChangeChanged, Changed: []string{"rate"},
		})
	}
	d.Edges = append(d.Edges, contract.EdgeDiff{ID: "z", Source: "a", Target: "gone", Change: contract.ChangeGone})
	got := MermaidDiff(d)
	assert.LessOrEqual(t, len(got), maxMermaidBytes)
	assert.Contains(t, got, `"gone"`, "what went is drawn before what changed")
	assert.Contains(t, got, "more edges")
}
