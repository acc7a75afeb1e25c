package topologyexporter

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/layout"
)

// shown is the topology that a query asks for.
type shown struct {
	topology contract.Topology
	// json is the topology encoded, nil if it is not yet.
	json []byte
	// places are nil when nobody asked for them.
	places map[string]layout.Point
}

// show gives the topology that a query asks for; the error is a problem. Its nodes and
// edges may be those of the present view: they must not be changed.
func (e *topologyExporter) show(ctx context.Context, q *query) (*shown, error) {
	s, err := e.seen(ctx, q)
	if err != nil {
		return nil, err
	}
	if q.telemetry && !e.cfg.TelemetryPlane.Enabled {
		s.topology, s.json = e.plane.Overlay(&s.topology), nil
	}
	if q.brokers {
		s.topology, s.json = topology.WithBrokers(&s.topology), nil
	}
	if q.layout {
		s.places = e.layout.place(&s.topology)
	}
	if q.focus == "" {
		return s, nil
	}
	near, ok := topology.Focus(&s.topology, q.focus, q.depth)
	if !ok {
		return nil, problem{
			Status: http.StatusNotFound, Parameter: "focus",
			Detail: `"focus" is ` + strconv.Quote(q.focus) + ": no node has that id now; ids are namespace/name, or the name alone",
		}
	}
	s.topology, s.json = near, nil
	return s, nil
}

// seen is the topology of the time that a query asks for.
func (e *topologyExporter) seen(ctx context.Context, q *query) (*shown, error) {
	if q.past() {
		t, err := e.lookBack(ctx, q.at, q.window)
		return &shown{topology: t}, err
	}
	v, err := e.views.at(e.now())
	if err != nil {
		return nil, err
	}
	return &shown{topology: v.topology, json: v.json}, nil
}

// serveTopology is GET /api/v1/topology.
func (e *topologyExporter) serveTopology(w http.ResponseWriter, r *http.Request) {
	q, err := queryOf(r)
	if err != nil {
		writeError(w, err)
		return
	}
	s, err := e.show(r.Context(), &q)
	if err != nil {
		writeError(w, err)
		return
	}
	body, contentType, err := s.render(q.format)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body)
}

// render encodes a topology.
func (s *shown) render(f format) (body []byte, contentType string, err error) {
	const plain, graphviz, json = "text/plain; charset=utf-8", "text/vnd.graphviz; charset=utf-8", "application/json"
	switch f {
	case formatMermaid:
		return []byte(topology.Mermaid(&s.topology)), plain, nil
	case formatDOT:
		return []byte(topology.DOT(&s.topology)), graphviz, nil
	case formatNodeGraph:
		body, err = topology.NodeGraphJSON(&s.topology, s.places)
		return body, json, err
	case formatJSON:
	}
	if s.json != nil && s.places == nil {
		return s.json, json, nil
	}
	body, err = topology.JSON(placed(&s.topology, s.places))
	return body, json, err
}

func writeError(w http.ResponseWriter, err error) {
	var p problem
	if !errors.As(err, &p) {
		p = problem{Status: http.StatusInternalServerError, Detail: err.Error()}
	}
	p.write(w)
}
