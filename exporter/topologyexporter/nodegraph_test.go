package topologyexporter

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

func nodeGraphAt(t *testing.T, e *topologyExporter, target string) topology.NodeGraph {
	t.Helper()
	r := get(t, e, target)
	require.Equal(t, http.StatusOK, r.StatusCode)
	assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
	var g topology.NodeGraph
	require.NoError(t, json.Unmarshal([]byte(bodyOf(t, r)), &g))
	return g
}

// Acceptance check (e): the three endpoints of the Node Graph API, the empty graph and
// the query that the panel was given.
func TestNodeGraphAPI(t *testing.T) {
	e := newTest(t, nil)
	now := time.Now()
	e.now = func() time.Time { return now }
	assert.Equal(t, http.StatusOK, get(t, e, "/api/health").StatusCode)
	assert.JSONEq(t, `{"nodes":[],"edges":[]}`, bodyOf(t, get(t, e, "/api/graph/data")))

	consume(t, e, shop(now)...)
	now = now.Add(time.Second)
	for _, query := range []string{"", "?", "?focus=mailer", "?focus=mailer&depth=1&layout=true", "?layout=false", "?format=json"} {
		t.Run(query, func(t *testing.T) {
			var fields struct {
				Nodes []struct {
					Name string `json:"field_name"`
					Type string `json:"type"`
				} `json:"nodes_fields"`
			}
			require.NoError(t, json.Unmarshal([]byte(bodyOf(t, get(t, e, "/api/graph/fields"+query))), &fields))
			var data struct {
				Nodes []map[string]any `json:"nodes"`
			}
			require.NoError(t, json.Unmarshal([]byte(bodyOf(t, get(t, e, "/api/graph/data"+query))), &data))
			require.NotEmpty(t, data.Nodes)
			names := []string{}
			for _, f := range fields.Nodes {
				names = append(names, f.Name)
			}
			for _, n := range data.Nodes {
				keys := []string{}
				for k := range n {
					keys = append(keys, k)
				}
				assert.ElementsMatch(t, names, keys, "the fields describe the data")
			}
		})
	}
	assert.Len(t, nodeGraphAt(t, e, "/api/graph/data?focus=mailer").Edges, 1)
	assert.Equal(t, nodeGraphAt(t, e, "/api/graph/data"), nodeGraphAt(t, e, "/api/v1/topology?format=nodegraph"))
}

// A part of the picture looks like that part of the whole, and JSON shows the same
// places if asked.
func TestPlacesAgree(t *testing.T) {
	e := newTest(t, nil)
	now := time.Now()
	e.now = func() time.Time { return now }
	consume(t, e, shop(now)...)
	type point struct{ x, y float64 }
	places := map[string]point{}
	for _, n := range nodeGraphAt(t, e, "/api/graph/data").Nodes {
		places[n.ID] = point{*n.FixedX, *n.FixedY}
	}
	for _, n := range nodeGraphAt(t, e, "/api/graph/data?focus=mailer").Nodes {
		assert.Equal(t, point{*n.FixedX, *n.FixedY}, places[n.ID], n.ID)
	}
	var topo contract.Topology
	require.NoError(t, json.Unmarshal([]byte(bodyOf(t, get(t, e, "/api/v1/topology?layout=true"))), &topo))
	require.NotEmpty(t, topo.Nodes)
	for _, n := range topo.Nodes {
		assert.Equal(t, point{*n.X, *n.Y}, places[n.ID], n.ID)
	}
	assert.NotContains(t, bodyOf(t, get(t, e, "/api/v1/topology")), `"x":`)

	// More nodes do not move the others.
	now = now.Add(time.Second)
	consume(t, e, aCallsB()...)
	for _, n := range nodeGraphAt(t, e, "/api/graph/data").Nodes {
		if old, known := places[n.ID]; known {
			assert.Equal(t, point{*n.FixedX, *n.FixedY}, old, n.ID)
		}
	}
}
