package topologyexporter

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// format is a rendering of the topology.
type format string

// Formats of GET /api/v1/topology.
const (
	formatJSON    format = "json"
	formatMermaid format = "mermaid"
	formatDOT     format = "dot"
)

const (
	defaultDepth = 1
	maxDepth     = 32
)

// query is what GET /api/v1/topology is asked for.
type query struct {
	format format
	focus  string // a node id, "" for all
	depth  int    // calls away from focus, upstream and downstream
}

// parseQuery reads the parameters; the error is a problem.
func parseQuery(values url.Values) (query, error) {
	q := query{format: formatJSON, focus: values.Get("focus"), depth: defaultDepth}
	for name := range values {
		switch name {
		case "format", "focus", "depth":
		case "at", "window", "diff":
			return q, problem{Status: http.StatusBadRequest, Parameter: name, Detail: `"` + name + `" is not supported yet: leave it out for the present topology`}
		default:
			return q, problem{
				Status: http.StatusBadRequest, Parameter: name, Allowed: []string{"depth", "focus", "format"},
				Detail: "there is no parameter " + strconv.Quote(name),
			}
		}
	}
	if f := values.Get("format"); f != "" {
		q.format = format(f)
	}
	allowed := []string{string(formatJSON), string(formatMermaid), string(formatDOT)}
	switch {
	case q.format == "nodegraph":
		return q, problem{Status: http.StatusBadRequest, Parameter: "format", Allowed: allowed, Detail: `"format" nodegraph is not supported yet`}
	case !slices.Contains(allowed, string(q.format)):
		return q, problem{
			Status: http.StatusBadRequest, Parameter: "format", Allowed: allowed,
			Detail: `"format" is ` + strconv.Quote(string(q.format)) + ": use " + strings.Join(allowed, ", "),
		}
	}
	err := q.parseDepth(values.Get("depth"))
	return q, err
}

func (q *query) parseDepth(depth string) error {
	if depth == "" {
		return nil
	}
	n, err := strconv.Atoi(depth)
	if err != nil || n < 0 || n > maxDepth {
		return problem{
			Status: http.StatusBadRequest, Parameter: "depth", Allowed: []string{"0 to " + strconv.Itoa(maxDepth)},
			Detail: `"depth" is ` + strconv.Quote(depth) + ": use a number of calls from 0 to " + strconv.Itoa(maxDepth),
		}
	}
	if q.focus == "" {
		return problem{Status: http.StatusBadRequest, Parameter: "depth", Detail: `"depth" needs "focus", the id of the node to start from`}
	}
	q.depth = n
	return nil
}

// serveTopology is GET /api/v1/topology.
func (e *topologyExporter) serveTopology(w http.ResponseWriter, r *http.Request) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		problem{Status: http.StatusBadRequest, Detail: "query: " + err.Error()}.write(w)
		return
	}
	q, err := parseQuery(values)
	if err != nil {
		writeError(w, err)
		return
	}
	v, err := e.views.at(e.now())
	if err != nil {
		writeError(w, err)
		return
	}
	t := &v.topology
	if q.focus != "" {
		near, ok := topology.Focus(t, q.focus, q.depth)
		if !ok {
			problem{
				Status: http.StatusNotFound, Parameter: "focus",
				Detail: `"focus" is ` + strconv.Quote(q.focus) + ": no node has that id now; ids are namespace/name, or the name alone",
			}.write(w)
			return
		}
		t = &near
	}
	body, contentType, err := render(t, q.format, v)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body)
}

// render encodes a topology; that of the whole view is encoded already.
func render(t *contract.Topology, f format, v *view) (body []byte, contentType string, err error) {
	switch f {
	case formatMermaid:
		return []byte(topology.Mermaid(t)), "text/plain; charset=utf-8", nil
	case formatDOT:
		return []byte(topology.DOT(t)), "text/vnd.graphviz; charset=utf-8", nil
	}
	if t == &v.topology {
		return v.json, "application/json", nil
	}
	body, err = topology.JSON(t)
	return body, "application/json", err
}

func writeError(w http.ResponseWriter, err error) {
	var p problem
	if !errors.As(err, &p) {
		p = problem{Status: http.StatusInternalServerError, Detail: err.Error()}
	}
	p.write(w)
}
