package topologyexporter

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/history"
)

// diffQuery is what GET /api/v1/topology/diff is asked for: two instants, or two
// versions of a service.
type diffQuery struct {
	format   format
	from, to time.Time // to is now when zero
	window   time.Duration

	service                string // a node id, "" for two instants
	fromVersion, toVersion string
}

var (
	diffParameters = []string{"format", "from", "from_version", "service", "to", "to_version", "window"}
	diffFormats    = []string{string(formatJSON), string(formatMermaid)}
)

func parseDiffQuery(values url.Values) (diffQuery, error) {
	q := diffQuery{
		format: formatJSON, service: values.Get("service"),
		fromVersion: values.Get("from_version"), toVersion: values.Get("to_version"),
	}
	for name := range values {
		if !slices.Contains(diffParameters, name) {
			return q, problem{
				Status: http.StatusBadRequest, Parameter: name, Allowed: diffParameters,
				Detail: "there is no parameter " + strconv.Quote(name),
			}
		}
	}
	if f := values.Get("format"); f != "" {
		q.format = format(f)
	}
	if !slices.Contains(diffFormats, string(q.format)) {
		return q, badValue("format", string(q.format), diffFormats)
	}
	var err error
	if q.window, err = parseWindow(values); err != nil {
		return q, err
	}
	if q.from, err = parseInstant(values, "from"); err != nil {
		return q, err
	}
	if q.to, err = parseInstant(values, "to"); err != nil {
		return q, err
	}
	err = q.check()
	return q, err
}

// check tells what does not go together.
func (q *diffQuery) check() error {
	versions := q.service != "" || q.fromVersion != "" || q.toVersion != ""
	switch {
	case versions && (!q.from.IsZero() || !q.to.IsZero()):
		return problem{Status: http.StatusBadRequest, Parameter: "from", Detail: `"from" and "to" compare two instants, "from_version" and "to_version" two versions: give one of the two`}
	case versions && (q.service == "" || q.fromVersion == "" || q.toVersion == ""):
		return problem{Status: http.StatusBadRequest, Parameter: "service", Detail: `to compare two versions give "service", a node id, "from_version" and "to_version"`}
	case !versions && q.from.IsZero():
		return problem{Status: http.StatusBadRequest, Parameter: "from", Detail: `"from" is missing: give an instant such as 2026-03-01T12:00:00Z, or "service" with "from_version" and "to_version"`}
	case !q.to.IsZero() && !q.to.After(q.from):
		return problem{Status: http.StatusBadRequest, Parameter: "to", Detail: `"to" is not after "from"`}
	}
	return nil
}

// serveDiff is GET /api/v1/topology/diff.
func (e *topologyExporter) serveDiff(w http.ResponseWriter, r *http.Request) {
	q, err := parseDiffQuery(r.URL.Query())
	if err != nil {
		writeError(w, err)
		return
	}
	var d contract.TopologyDiff
	if q.service != "" {
		d, err = e.diffVersions(r.Context(), &q)
	} else {
		d, err = e.diffInstants(r.Context(), &q)
	}
	if err != nil {
		writeError(w, err)
		return
	}
	if q.format == formatMermaid {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(topology.MermaidDiff(&d)))
		return
	}
	body, err := json.Marshal(&d)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

func (e *topologyExporter) diffInstants(ctx context.Context, q *diffQuery) (contract.TopologyDiff, error) {
	from, err := e.sumAt(ctx, "from", q.from, q.window)
	if err != nil {
		return contract.TopologyDiff{}, err
	}
	to, err := e.sumAt(ctx, "to", q.to, q.window)
	if err != nil {
		return contract.TopologyDiff{}, err
	}
	if to.From <= from.From || to.To <= from.To {
		return contract.TopologyDiff{}, problem{
			Status: http.StatusBadRequest, Parameter: "from",
			Detail: `"from" and "to" lie in one slot of the history, ` + time.Duration(e.history.width).String() + " wide: there is nothing to compare; give instants further apart",
		}
	}
	a, b := from.Draw(), to.Draw()
	d := history.Diff(&a, &b)
	if from.To < to.From {
		e.lastSeen(ctx, &d, from.To, to.From)
	}
	return d, nil
}

// lastSeen corrects when that which is gone was seen last: it may have been later than
// in the window of the first instant.
func (e *topologyExporter) lastSeen(ctx context.Context, d *contract.TopologyDiff, from, to int64) {
	gone := slices.ContainsFunc(d.Edges, func(e contract.EdgeDiff) bool { return e.Change == contract.ChangeGone }) ||
		slices.ContainsFunc(d.Nodes, func(n contract.NodeDiff) bool { return n.Change == contract.ChangeGone })
	if !gone {
		return
	}
	sum, err := e.history.store.Read(ctx, from, to, nil)
	if err != nil {
		e.settings.Logger.Warn("Cannot read all of the history", zap.Error(err))
	}
	between := sum.Draw()
	edges, nodes := map[string]time.Time{}, map[string]time.Time{}
	for i := range between.Edges {
		edges[between.Edges[i].ID] = between.Edges[i].LastSeen
	}
	for i := range between.Nodes {
		nodes[between.Nodes[i].ID] = between.Nodes[i].LastSeen
	}
	for i := range d.Edges {
		if g := &d.Edges[i]; g.Change == contract.ChangeGone && edges[g.ID].After(g.LastSeen) {
			g.LastSeen = edges[g.ID]
		}
	}
	for i := range d.Nodes {
		if g := &d.Nodes[i]; g.Change == contract.ChangeGone && nodes[g.ID].After(g.LastSeen) {
			g.LastSeen = nodes[g.ID]
		}
	}
}

// diffVersions compares what was around a service in the slots in which it ran in one
// version and in the other.
func (e *topologyExporter) diffVersions(ctx context.Context, q *diffQuery) (contract.TopologyDiff, error) {
	now := e.now()
	if e.history == nil {
		return contract.TopologyDiff{}, errNoHistory
	}
	from, to := e.keptFrom(now).UnixNano(), now.UnixNano()
	all, err := e.history.store.Read(ctx, from, to, nil)
	if err != nil {
		e.settings.Logger.Warn("Cannot read all of the history", zap.Error(err))
	}
	service, ok := all.Find(q.service)
	if !ok {
		return contract.TopologyDiff{}, problem{
			Status: http.StatusNotFound, Parameter: "service",
			Detail: `"service" is ` + strconv.Quote(q.service) + ": the history knows no node of that id; ids are namespace/name, or the name alone",
		}
	}
	var sides [2]contract.Topology
	for i, version := range [...]struct{ parameter, name string }{{"from_version", q.fromVersion}, {"to_version", q.toVersion}} {
		sum, err := e.history.store.Select(ctx, from, to, nil, history.OfVersion(service, version.name))
		if err != nil {
			e.settings.Logger.Warn("Cannot read all of the history", zap.Error(err))
		}
		if sum.From == sum.To {
			known := all.Versions(service)
			return contract.TopologyDiff{}, problem{
				Status: http.StatusNotFound, Parameter: version.parameter, Allowed: known,
				Detail: strconv.Quote(version.parameter) + " is " + strconv.Quote(version.name) + ": there is no time in the history at which " +
					q.service + " ran in that version alone; its versions were " + strings.Join(known, ", "),
			}
		}
		sum.Around(service)
		sides[i] = sum.Draw()
	}
	d := history.Diff(&sides[0], &sides[1])
	d.From.Service, d.From.ServiceVersion = q.service, q.fromVersion
	d.To.Service, d.To.ServiceVersion = q.service, q.toVersion
	return d, nil
}
