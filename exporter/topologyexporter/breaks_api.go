package topologyexporter

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/polyspan/polyspan/topology"
)

// serveBreaks is GET /api/v1/breaks.
func (e *topologyExporter) serveBreaks(w http.ResponseWriter, r *http.Request) {
	for name := range r.URL.Query() {
		problem{Status: http.StatusBadRequest, Parameter: name, Detail: "there is no parameter " + strconv.Quote(name) + ": breaks take none"}.write(w)
		return
	}
	if e.breaks == nil {
		problem{Status: http.StatusNotFound, Detail: `lost context is not looked for: set "breaks::enabled" to true`}.write(w)
		return
	}
	now := e.now()
	e.breaks.tick(now)
	totals := e.callsBetween()
	body, err := json.Marshal(e.breaks.report(func(caller, callee topology.NodeName) float64 {
		return totals[[2]topology.NodeName{caller, callee}]
	}))
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// callsBetween are the calls that the graph counted from one node to another.
func (e *topologyExporter) callsBetween() map[[2]topology.NodeName]float64 {
	totals := map[[2]topology.NodeName]float64{}
	topology.EachTotal(&e.mu, e.graph, e.now(), func(s *topology.EdgeState) {
		totals[[2]topology.NodeName{s.Source, s.Target}] += s.Total.Calls
	})
	return totals
}
