package topologyexporter

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

func TestDependencies(t *testing.T) {
	e := newTest(t, nil)
	now := time.Now()
	e.now = func() time.Time { return now }
	assert.JSONEq(t, `{"data":[],"total":0,"limit":0,"offset":0,"errors":null}`, bodyOf(t, get(t, e, "/api/dependencies")))

	consume(t, e, shop(now)...)
	now = now.Add(11 * time.Second)
	// Two calls over two transports are one dependency; databases, peers and the user are none.
	const want = `{"data":[
		{"parent":"gateway","child":"mailer","callCount":1},
		{"parent":"gateway","child":"odd\"\\name","callCount":2}
	],"total":2,"limit":0,"offset":0,"errors":null}`
	for _, query := range []string{
		"", "?endTs=&lookback=",
		fmt.Sprintf("?endTs=%d&lookback=60000", now.UnixMilli()),
		fmt.Sprintf("?endTs=%d&lookback=604800000", now.Add(time.Minute).UnixMilli()),
	} {
		r := get(t, e, "/api/dependencies"+query)
		assert.Equal(t, http.StatusOK, r.StatusCode, query)
		assert.JSONEq(t, want, bodyOf(t, r), query)
	}
}

func TestDependenciesBeforeAllThatIsKept(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, aCallsB()...)
	body := bodyOf(t, get(t, e, fmt.Sprintf("/api/dependencies?endTs=%d", time.Now().Add(-1000*time.Hour).UnixMilli())))
	assert.JSONEq(t, `{"data":[],"total":0,"limit":0,"offset":0,"errors":null}`, body)
}

func TestBadDependencyQueries(t *testing.T) {
	e := newTest(t, nil)
	for query, parameter := range map[string]string{
		"endTs=yesterday": "endTs", "endTs=-1": "endTs", "lookback=1h": "lookback", "lookback=99999999999999999": "lookback", "window=5m": "window",
	} {
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		_, _, err = dependencyQuery(values, time.Now())
		var p problem
		require.ErrorAs(t, err, &p, query)
		assert.Equal(t, parameter, p.Parameter)
		assert.Equal(t, http.StatusBadRequest, get(t, e, "/api/dependencies?"+query).StatusCode)
	}
}

// Services of one name in two namespaces are one for Jaeger, and a service calling
// itself is no dependency.
func TestDependenciesKnowNoNamespaces(t *testing.T) {
	service := func(id, name string) contract.TopologyNode {
		return contract.TopologyNode{ID: id, Name: name, Kind: contract.NodeService}
	}
	edge := func(source, target string, calls float64) contract.TopologyEdge {
		return contract.TopologyEdge{Source: source, Target: target, Evidence: &contract.EdgeEvidence{Propagated: calls, Joined: 1, Inferred: 0.4}}
	}
	topo := contract.Topology{
		Nodes: []contract.TopologyNode{service("x/a", "a"), service("y/a", "a"), service("b", "b")},
		Edges: []contract.TopologyEdge{edge("x/a", "b", 1), edge("y/a", "b", 2), edge("x/a", "y/a", 5), edge("b", "b", 5), edge("b", "gone", 5)},
	}
	assert.Equal(t, []dependency{{"a", "b", 6}}, dependenciesOf(&topo).Data)
}

func FuzzDependencyQuery(f *testing.F) {
	f.Add("endTs=1700000000000&lookback=3600000")
	f.Add("endTs=9223372036854775807")
	f.Fuzz(func(t *testing.T, raw string) {
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		now := time.Now()
		end, lookback, err := dependencyQuery(values, now)
		if err == nil && (end.UnixMilli() <= 0 || lookback <= 0) {
			t.Errorf("dependencyQuery(%q) = %v, %v", raw, end, lookback)
		}
	})
}
