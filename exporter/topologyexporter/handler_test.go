package topologyexporter

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

// get asks the exporter's handler, as a client on this machine would.
func get(tb testing.TB, e *topologyExporter, target string) *http.Response {
	tb.Helper()
	return do(tb, e, httptest.NewRequest(http.MethodGet, "http://localhost:8899"+target, http.NoBody))
}

func do(tb testing.TB, e *topologyExporter, r *http.Request) *http.Response {
	tb.Helper()
	h, err := e.handler()
	require.NoError(tb, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(tb testing.TB, r *http.Response) string {
	tb.Helper()
	b, err := io.ReadAll(r.Body)
	require.NoError(tb, err)
	return string(b)
}

func TestTopologyAsJSON(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, aCallsB()...)
	r := get(t, e, "/api/v1/topology")
	assert.Equal(t, http.StatusOK, r.StatusCode)
	assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
	assert.Equal(t, "no-store", r.Header.Get("Cache-Control"))
	var topo contract.Topology
	require.NoError(t, json.Unmarshal([]byte(bodyOf(t, r)), &topo))
	assert.Equal(t, contract.TopologyVersion, topo.Version)
	require.Len(t, topo.Edges, 1)
	assert.Equal(t, "a|b|http|call", topo.Edges[0].ID)
	assert.Equal(t, "java", topo.Edges[0].ClientLanguage)
	assert.Equal(t, "go", topo.Edges[0].ServerLanguage)
}

func TestEmptyTopologyHasArrays(t *testing.T) {
	body := bodyOf(t, get(t, newTest(t, nil), "/api/v1/topology?format=json"))
	assert.Contains(t, body, `"nodes":[],"edges":[]`)
}

func TestFormats(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, aCallsB()...)
	tests := []struct{ query, contentType, want string }{
		{"?format=mermaid", "text/plain; charset=utf-8", `n1 -->|"HTTP · Java → Go"| n2`},
		{"?format=dot", "text/vnd.graphviz; charset=utf-8", `n1 -> n2 [label="HTTP · Java → Go"];`},
		{"?format=json&focus=a&depth=0", "application/json", `"edges":[]`},
		{"?focus=a", "application/json", `"id":"a|b|http|call"`},
		{"?format=mermaid&focus=b&depth=1", "text/plain; charset=utf-8", `n1["a<br/>Java"]`},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			r := get(t, e, "/api/v1/topology"+tt.query)
			assert.Equal(t, http.StatusOK, r.StatusCode)
			assert.Equal(t, tt.contentType, r.Header.Get("Content-Type"))
			assert.Contains(t, bodyOf(t, r), tt.want)
		})
	}
}

func TestBadRequests(t *testing.T) {
	e := newTest(t, nil)
	consume(t, e, aCallsB()...)
	tests := []struct {
		target string
		want   problem
	}{
		{"/api/v1/topology?format=svg", problem{Status: 400, Parameter: "format", Allowed: formats, Detail: `"format" is "svg": use json, mermaid, dot, nodegraph`}},
		{"/api/v1/topology?layout=yes", problem{Status: 400, Parameter: "layout", Allowed: []string{"true", "false"}, Detail: `"layout" is "yes": use true, false`}},
		{"/api/v1/topology?overlay=all", problem{Status: 400, Parameter: "overlay", Allowed: overlays, Detail: `"overlay" is "all": use brokers, telemetry`}},
		{"/api/graph/data?focus=nobody", problem{Status: 404, Parameter: "focus", Detail: `"focus" is "nobody": no node has that id now; ids are namespace/name, or the name alone`}},
		{"/api/graph/fields?fokus=a", problem{Status: 400, Parameter: "fokus", Allowed: parameters, Detail: `there is no parameter "fokus"`}},
		{"/api/graph/data?%zz", problem{Status: 400, Detail: `query: invalid URL escape "%zz"`}},
		{"/api/v1/topology?at=now", problem{
			Status: 400, Parameter: "at", Allowed: []string{"an instant such as 2026-03-01T12:00:00Z", "Unix seconds"},
			Detail: `"at" is "now": use an instant such as 2026-03-01T12:00:00Z, Unix seconds`,
		}},
		{"/api/v1/topology?window=5", problem{
			Status: 400, Parameter: "window", Allowed: []string{"a duration from 1s to 720h, such as 5m"},
			Detail: `"window" is "5": use a duration from 1s to 720h, such as 5m`,
		}},
		{"/api/v1/topology?fromat=dot", problem{Status: 400, Parameter: "fromat", Allowed: parameters, Detail: `there is no parameter "fromat"`}},
		{"/api/v1/topology?focus=a&depth=x", problem{Status: 400, Parameter: "depth", Allowed: []string{"0 to 32"}, Detail: `"depth" is "x": use a number of calls from 0 to 32`}},
		{"/api/v1/topology?focus=a&depth=33", problem{Status: 400, Parameter: "depth", Allowed: []string{"0 to 32"}, Detail: `"depth" is "33": use a number of calls from 0 to 32`}},
		{"/api/v1/topology?depth=1", problem{Status: 400, Parameter: "depth", Detail: `"depth" needs "focus", the id of the node to start from`}},
		{"/api/v1/topology?focus=nobody", problem{Status: 404, Parameter: "focus", Detail: `"focus" is "nobody": no node has that id now; ids are namespace/name, or the name alone`}},
		{"/api/v1/topology?%zz", problem{Status: 400, Detail: `query: invalid URL escape "%zz"`}},
		{"/api/v2/topology", problem{Status: 404, Detail: "there is no /api/v2/topology"}},
		{"/nothing", problem{Status: 404, Detail: "there is no /nothing"}},
		{"/assets/", problem{Status: 404, Detail: "there is no /assets/"}},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			r := get(t, e, tt.target)
			assert.Equal(t, tt.want.Status, r.StatusCode)
			assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
			var got problem
			require.NoError(t, json.Unmarshal([]byte(bodyOf(t, r)), &got))
			tt.want.Title = http.StatusText(tt.want.Status)
			assert.Equal(t, tt.want, got)
		})
	}
}

func FuzzParseQuery(f *testing.F) {
	f.Add("format=json&focus=a&depth=1")
	f.Add("format=nodegraph&at=1")
	f.Fuzz(func(t *testing.T, raw string) {
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		q, err := parseQuery(values)
		if err == nil && (q.depth < 0 || q.depth > maxDepth || !slices.Contains(formats, string(q.format))) {
			t.Errorf("parseQuery(%q) = %+v", raw, q)
		}
	})
}

func TestOnlyReading(t *testing.T) {
	e := newTest(t, nil)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		r := do(t, e, httptest.NewRequest(method, "http://localhost/api/v1/topology", http.NoBody))
		assert.Equal(t, http.StatusMethodNotAllowed, r.StatusCode, method)
		assert.Equal(t, "GET, HEAD", r.Header.Get("Allow"))
	}
	for _, path := range []string{"/", "/api/v1/topology", "/api/v1/topology/stream", "/metrics", "/api/health"} {
		r := do(t, e, httptest.NewRequest(http.MethodHead, "http://localhost"+path, http.NoBody))
		assert.Equal(t, http.StatusOK, r.StatusCode, path)
	}
}

// A page of another site that lets its name resolve to a loopback address (DNS
// rebinding) must not read the topology.
func TestHostMustBeLoopback(t *testing.T) {
	tests := []struct {
		endpoint, host string
		status         int
	}{
		{"localhost:8899", "localhost:8899", 200},
		{"localhost:8899", "LOCALHOST", 200},
		{"localhost:8899", "127.0.0.1:8899", 200},
		{"localhost:8899", "127.9.9.9", 200},
		{"localhost:8899", "[::1]:8899", 200},
		{"localhost:8899", "", 200}, // HTTP/1.0
		{"localhost:8899", "evil.example:8899", 403},
		{"localhost:8899", "localhost.evil.example", 403},
		{"localhost:8899", "10.0.0.1:8899", 403},
		{"127.0.0.1:8899", "evil.example", 403},
		{"[::1]:8899", "evil.example", 403},
		{"0.0.0.0:8899", "topology.example.com", 200},
		{":8899", "topology.example.com", 200},
		{"10.1.2.3:8899", "topology.example.com", 200},
	}
	for _, tt := range tests {
		t.Run(tt.endpoint+" asked as "+tt.host, func(t *testing.T) {
			e := newTest(t, func(c *Config) { c.ServerConfig.NetAddr.Endpoint = tt.endpoint })
			for _, path := range []string{"/", "/metrics", "/api/v1/topology"} {
				r := httptest.NewRequest(http.MethodGet, "http://x"+path, http.NoBody)
				r.Host = tt.host
				w := do(t, e, r)
				assert.Equal(t, tt.status, w.StatusCode, path)
				if tt.status == http.StatusForbidden {
					assert.Contains(t, bodyOf(t, w), "use localhost, or set \\\"endpoint\\\"")
				}
			}
		})
	}
}

func TestPage(t *testing.T) {
	e := newTest(t, nil)
	r := get(t, e, "/")
	body := bodyOf(t, r)
	assert.Equal(t, http.StatusOK, r.StatusCode)
	assert.Equal(t, "text/html; charset=utf-8", r.Header.Get("Content-Type"))
	assert.Contains(t, body, "<!doctype html>")
	for header, want := range map[string]string{
		"Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'self'",
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "no-referrer",
		"Cache-Control":           "no-cache",
	} {
		assert.Equal(t, want, r.Header.Get(header), header)
	}
	assert.NotContains(t, body, "<script>", "the policy refuses inline scripts")
	assert.NotContains(t, body, "style=", "the policy refuses inline styles")

	again := httptest.NewRequest(http.MethodGet, "http://localhost/", http.NoBody)
	again.Header.Set("If-None-Match", r.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, do(t, e, again).StatusCode)
}

// What the page refers to is served, with a type that the browser runs under nosniff.
func TestPageIsWhole(t *testing.T) {
	e := newTest(t, nil)
	index := bodyOf(t, get(t, e, "/index.html"))
	found := 0
	for _, part := range strings.FieldsFunc(index, func(r rune) bool { return r == '"' }) {
		want := ""
		switch {
		case strings.HasSuffix(part, ".js"):
			want = "text/javascript; charset=utf-8"
		case strings.HasSuffix(part, ".css"):
			want = "text/css; charset=utf-8"
		case strings.HasSuffix(part, ".svg"):
			want = "image/svg+xml"
		default:
			continue
		}
		found++
		r := get(t, e, "/"+strings.TrimPrefix(part, "./"))
		assert.Equal(t, http.StatusOK, r.StatusCode, part)
		assert.Equal(t, want, r.Header.Get("Content-Type"), part)
	}
	assert.GreaterOrEqual(t, found, 3)
}

func TestHealth(t *testing.T) {
	r := get(t, newTest(t, nil), "/api/health")
	assert.Equal(t, http.StatusOK, r.StatusCode)
	assert.JSONEq(t, `{"status":"ok"}`, bodyOf(t, r))
}

func TestViewsAreShared(t *testing.T) {
	e := newTest(t, nil)
	now := time.Now()
	e.now = func() time.Time { return now }
	first, err := e.views.at(now)
	require.NoError(t, err)
	consume(t, e, aCallsB()...)

	same, err := e.views.at(now.Add(50 * time.Millisecond))
	require.NoError(t, err)
	assert.Same(t, first, same, "younger than stream_interval")

	// An edge more: shape and figures change.
	next, err := e.views.at(now.Add(time.Second))
	require.NoError(t, err)
	assert.Equal(t, [2]uint64{1, 1}, [2]uint64{first.version, first.shape})
	assert.Equal(t, [2]uint64{2, 2}, [2]uint64{next.version, next.shape})

	// The rate sinks with time: figures change, the shape does not.
	later, err := e.views.at(now.Add(10 * time.Second))
	require.NoError(t, err)
	assert.Equal(t, [2]uint64{3, 2}, [2]uint64{later.version, later.shape})

	// Nothing is left of the window.
	gone, err := e.views.at(now.Add(10 * time.Minute))
	require.NoError(t, err)
	assert.Equal(t, [2]uint64{4, 4}, [2]uint64{gone.version, gone.shape})
	still, err := e.views.at(now.Add(11 * time.Minute))
	require.NoError(t, err)
	assert.Equal(t, gone.version, still.version)
}
