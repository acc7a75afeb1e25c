package topologyexporter

import (
	"net/http"
	"net/url"

	"github.com/polyspan/polyspan/topology"
)

// The Node Graph API data source asks for the fields, then for the data, both with
// the query that the panel was given; "format" is of no meaning there.

// serveGraphFields is GET /api/graph/fields.
func serveGraphFields(w http.ResponseWriter, r *http.Request) {
	q, err := graphQueryOf(r)
	if err != nil {
		writeError(w, err)
		return
	}
	body, err := topology.NodeGraphFieldsJSON(q.layout)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// serveGraphData is GET /api/graph/data.
func (e *topologyExporter) serveGraphData(w http.ResponseWriter, r *http.Request) {
	q, err := graphQueryOf(r)
	if err != nil {
		writeError(w, err)
		return
	}
	s, err := e.show(r.Context(), &q)
	if err != nil {
		writeError(w, err)
		return
	}
	body, contentType, err := s.render(formatNodeGraph)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body)
}

func graphQueryOf(r *http.Request) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, problem{Status: http.StatusBadRequest, Detail: "query: " + err.Error()}
	}
	values.Set("format", string(formatNodeGraph))
	return parseQuery(values)
}
