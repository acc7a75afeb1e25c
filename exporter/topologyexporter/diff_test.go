package topologyexporter

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

// changes are the edges of a diff by what happened to them.
func changes(d *contract.TopologyDiff) map[string]contract.ChangeKind {
	out := map[string]contract.ChangeKind{}
	for _, e := range d.Edges {
		out[e.Source+" "+e.Target] = e.Change
	}
	return out
}

func TestDiffOfTwoInstants(t *testing.T) {
	c := newClocked(t, nil)
	failing := func(s *testSpan) { s.status = 2 }
	for range 60 {
		c.call("web", "cart", 0)
		c.call("web", "legacy", 0)
		c.pass(time.Second)
	}
	before := c.clock
	for range 40 {
		c.call("web", "legacy", 0)
		c.pass(time.Second)
	}
	last := c.clock.Add(-time.Second)
	c.pass(30 * time.Minute)
	for i := range 60 {
		if i%2 == 0 {
			c.call("web", "cart", 0, failing)
		} else {
			c.call("web", "cart", 0)
		}
		c.call("cart", "fraud", 0)
		c.pass(time.Second)
	}
	query := url.Values{"from": {before.Format(time.RFC3339)}, "to": {c.clock.Format(time.RFC3339)}, "window": {"1m"}}
	d := ask[contract.TopologyDiff](c, "/api/v1/topology/diff", query)
	assert.Equal(t, map[string]contract.ChangeKind{
		"cart fraud": contract.ChangeAdded, "web legacy": contract.ChangeGone, "web cart": contract.ChangeChanged,
	}, changes(&d))
	for _, e := range d.Edges {
		switch e.Target {
		case "legacy":
			assert.WithinDuration(t, last, e.LastSeen, time.Second, "after the window of the first instant")
			assert.NotNil(t, e.From)
			assert.Nil(t, e.To)
		case "cart":
			assert.Equal(t, []string{"error_ratio"}, e.Changed)
			assert.InDelta(t, 0, *e.From.ErrorRatio, 0)
			assert.InDelta(t, 0.5, *e.To.ErrorRatio, 0.01)
		case "fraud":
			assert.WithinDuration(t, c.clock.Add(-time.Minute), e.FirstSeen, 2*time.Second)
		}
	}
	r := get(t, c.topologyExporter, "/api/v1/topology/diff?format=mermaid&"+query.Encode())
	assert.Equal(t, "text/plain; charset=utf-8", r.Header.Get("Content-Type"))
	body := bodyOf(t, r)
	assert.Contains(t, body, "HTTP · gone")
	assert.Contains(t, body, "HTTP · added")

	query.Del("to")
	same := ask[contract.TopologyDiff](c, "/api/v1/topology/diff", query)
	assert.Equal(t, changes(&d), changes(&same), "to is now")
}

func TestDiffOfTwoVersions(t *testing.T) {
	c := newClocked(t, nil)
	run := func(seconds int, version string, more ...string) {
		for range seconds {
			of := func(s *testSpan) {
				if s.service == "cart" {
					s.version = version
				}
			}
			c.call("web", "cart", 0, of)
			c.call("web", "other", 0, of)
			for _, to := range more {
				c.call("cart", to, 0, of)
			}
			c.pass(time.Second)
		}
	}
	run(120, "1.0", "mysql-proxy")
	run(120, "2.0", "mysql-proxy", "fraud")
	c.pass(2 * time.Minute)
	d := ask[contract.TopologyDiff](c, "/api/v1/topology/diff", url.Values{"service": {"cart"}, "from_version": {"1.0"}, "to_version": {"2.0"}})
	assert.Equal(t, map[string]contract.ChangeKind{"cart fraud": contract.ChangeAdded}, changes(&d))
	assert.Equal(t, []string{"cart", "1.0", "2.0"}, []string{d.From.Service, d.From.ServiceVersion, d.To.ServiceVersion})
	back := ask[contract.TopologyDiff](c, "/api/v1/topology/diff", url.Values{"service": {"cart"}, "from_version": {"2.0"}, "to_version": {"1.0"}})
	assert.Equal(t, map[string]contract.ChangeKind{"cart fraud": contract.ChangeGone}, changes(&back))
}

func TestBadDiffs(t *testing.T) {
	c := newClocked(t, nil)
	c.call("web", "cart", 0, func(s *testSpan) { s.version = "1.0" })
	c.pass(time.Minute)
	at := c.clock.Add(-time.Second).Format(time.RFC3339)
	for query, want := range map[string]problem{
		"":                           {Status: 400, Parameter: "from"},
		"from=yesterday":             {Status: 400, Parameter: "from"},
		"from=" + at + "&to=" + at:   {Status: 400, Parameter: "to"},
		"from=" + at + "&form=json":  {Status: 400, Parameter: "form"},
		"from=" + at + "&format=dot": {Status: 400, Parameter: "format"},
		"from=" + at + "&window=x":   {Status: 400, Parameter: "window"},
		"from=1000000000":            {Status: 400, Parameter: "from"},
		"from=" + at + "&service=cart&from_version=1&to_version=2": {Status: 400, Parameter: "from"},
		"service=cart": {Status: 400, Parameter: "service"},
		"service=nobody&from_version=1&to_version=2":      {Status: 404, Parameter: "service"},
		"service=cart&from_version=0.9&to_version=1.0":    {Status: 404, Parameter: "from_version"},
		"service=cart&from_version=1.0&to_version=canary": {Status: 404, Parameter: "to_version"},
	} {
		t.Run(query, func(t *testing.T) {
			r := get(t, c.topologyExporter, "/api/v1/topology/diff?"+query)
			var got problem
			require.NoError(t, json.Unmarshal([]byte(bodyOf(t, r)), &got))
			assert.Equal(t, []any{want.Status, want.Parameter}, []any{r.StatusCode, got.Parameter}, got.Detail)
			assert.NotEmpty(t, got.Detail)
		})
	}
	none := newClocked(t, func(cfg *Config) { cfg.History.Retention = 0 })
	r := get(t, none.topologyExporter, "/api/v1/topology/diff?service=a&from_version=1&to_version=2")
	assert.Equal(t, http.StatusBadRequest, r.StatusCode)
}

// Two instants of one slot have nothing to compare, and that is said.
func TestDiffWithinASlot(t *testing.T) {
	c := newClocked(t, nil)
	for range 90 {
		c.call("web", "cart", 0)
		c.pass(time.Second)
	}
	from := c.clock.Add(-time.Second).Format(time.RFC3339)
	got := get(t, c.topologyExporter, "/api/v1/topology/diff?from="+from)
	assert.Equal(t, http.StatusBadRequest, got.StatusCode)
	assert.Contains(t, bodyOf(t, got), "lie in one slot of the history, 10s wide")
}
