package history

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/polyspan/polyspan/contract"
)

// look is a topology of one minute with one edge.
func look(at time.Time, edges ...contract.TopologyEdge) *contract.Topology {
	t := &contract.Topology{AsOf: at, WindowSeconds: 60}
	for _, e := range edges {
		e.ID, e.Transport, e.FirstSeen, e.LastSeen = e.Source+">"+e.Target, contract.TransportHTTP, at.Add(-time.Minute), at
		t.Edges = append(t.Edges, e)
	}
	return t
}

func callsOf(target string, perMinute, errors, p95 float64) contract.TopologyEdge {
	rate, ratio := perMinute/60, errors/perMinute
	return contract.TopologyEdge{
		Source: "a", Target: target, Rate: &rate, ErrorRatio: &ratio,
		ServerSeconds:   &contract.Quantiles{P50: p95 / 2, P95: p95, P99: p95},
		BoundarySeconds: &contract.Quantiles{P50: p95 / 20, P95: p95 / 10, P99: p95 / 10},
	}
}

func TestDiffOfFigures(t *testing.T) {
	tests := []struct {
		name     string
		from, to contract.TopologyEdge
		want     []string
	}{
		{"the same", callsOf("b", 100, 1, 0.1), callsOf("b", 100, 1, 0.1), nil},
		{"chance in the rate", callsOf("b", 20, 0, 0.1), callsOf("b", 30, 0, 0.1), nil},
		{"a small change of a high rate", callsOf("b", 60000, 0, 0.1), callsOf("b", 66000, 0, 0.1), nil},
		{"twice the rate", callsOf("b", 600, 0, 0.1), callsOf("b", 1200, 0, 0.1), []string{"rate"}},
		{"half the rate", callsOf("b", 1200, 0, 0.1), callsOf("b", 600, 0, 0.1), []string{"rate"}},
		{"one error in ten", callsOf("b", 10, 0, 0.1), callsOf("b", 10, 1, 0.1), nil},
		{"errors of one in ten", callsOf("b", 1000, 0, 0.1), callsOf("b", 1000, 100, 0.1), []string{"error_ratio"}},
		{"a bucket's width", callsOf("b", 1000, 0, 0.1), callsOf("b", 1000, 0, 0.12), nil},
		{"slower", callsOf("b", 1000, 0, 0.1), callsOf("b", 1000, 0, 0.2), []string{"server_seconds", "boundary_seconds"}},
		{"slower, of three calls", callsOf("b", 3, 0, 0.1), callsOf("b", 3, 0, 0.2), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := Diff(look(at(0), tt.from), look(at(60), tt.to))
			if tt.want == nil {
				assert.Empty(t, d.Edges)
				return
			}
			assert.Equal(t, []contract.EdgeDiff{{
				ID: "a>b", Source: "a", Target: "b", Transport: contract.TransportHTTP, Change: contract.ChangeChanged, Changed: tt.want,
				From: edgeFigures(&tt.from), To: edgeFigures(&tt.to), FirstSeen: at(-6), LastSeen: at(60),
			}}, d.Edges)
		})
	}
}

func TestDiffOfShape(t *testing.T) {
	from := look(at(0), callsOf("old", 10, 0, 0.1), callsOf("b", 10, 0, 0.1))
	to := look(at(60), callsOf("b", 10, 0, 0.1), callsOf("new", 10, 0, 0.1))
	from.Nodes = []contract.TopologyNode{{ID: "a", Name: "a"}, {ID: "b", Name: "b"}, {ID: "old", Name: "old", Kind: contract.NodeDatabase}}
	to.Nodes = []contract.TopologyNode{{ID: "a", Name: "a"}, {ID: "b", Name: "b"}, {ID: "new", Name: "new", Kind: contract.NodeService, FirstSeen: at(50)}}
	d := Diff(from, to)
	assert.Equal(t, []contract.NodeDiff{
		{ID: "new", Name: "new", Kind: contract.NodeService, Change: contract.ChangeAdded, FirstSeen: at(50)},
		{ID: "old", Name: "old", Kind: contract.NodeDatabase, Change: contract.ChangeGone},
	}, d.Nodes)
	assert.Equal(t, []contract.EdgeDiff{
		{
			ID: "a>new", Source: "a", Target: "new", Transport: contract.TransportHTTP, Change: contract.ChangeAdded,
			To: edgeFigures(&to.Edges[1]), FirstSeen: at(54), LastSeen: at(60),
		},
		{
			ID: "a>old", Source: "a", Target: "old", Transport: contract.TransportHTTP, Change: contract.ChangeGone,
			From: edgeFigures(&from.Edges[0]), FirstSeen: at(-6), LastSeen: at(0),
		},
	}, d.Edges)
	assert.Equal(t, contract.DiffSide{AsOf: at(60), WindowSeconds: 60}, d.To)
}
