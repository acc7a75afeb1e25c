package topologyexporter

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// dependencies is the answer of Jaeger's query service.
type dependencies struct {
	Data   []dependency `json:"data"`
	Total  int          `json:"total"`
	Limit  int          `json:"limit"`
	Offset int          `json:"offset"`
	Errors []string     `json:"errors"` // always null: errors have their own answer
}

// dependency is one service calling another. Jaeger knows no namespaces.
type dependency struct {
	Parent    string `json:"parent"`
	Child     string `json:"child"`
	CallCount int64  `json:"callCount"`
}

// defaultLookback is Jaeger's.
const defaultLookback = 24 * time.Hour

// dependencyQuery reads Jaeger's parameters, both in milliseconds.
func dependencyQuery(values url.Values, now time.Time) (end time.Time, lookback time.Duration, err error) {
	end, lookback = now, defaultLookback
	for name := range values {
		if name != "endTs" && name != "lookback" {
			return end, lookback, problem{
				Status: http.StatusBadRequest, Parameter: name, Allowed: []string{"endTs", "lookback"},
				Detail: "there is no parameter " + strconv.Quote(name),
			}
		}
	}
	if ms, err := parseMilliseconds(values, "endTs"); err != nil {
		return end, lookback, err
	} else if ms > 0 {
		end = time.UnixMilli(ms)
	}
	if ms, err := parseMilliseconds(values, "lookback"); err != nil {
		return end, lookback, err
	} else if ms > 0 {
		lookback = time.Duration(ms) * time.Millisecond
	}
	return end, lookback, nil
}

// parseMilliseconds gives 0 when the parameter is not given.
func parseMilliseconds(values url.Values, name string) (int64, error) {
	text := values.Get(name)
	if text == "" {
		return 0, nil
	}
	const most = math.MaxInt64 / int64(time.Millisecond) // that a duration can hold
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms <= 0 || ms > most {
		return 0, problem{
			Status: http.StatusBadRequest, Parameter: name, Allowed: []string{"milliseconds"},
			Detail: strconv.Quote(name) + " is " + strconv.Quote(text) + ": use a whole number of milliseconds",
		}
	}
	return ms, nil
}

// serveDependencies is GET /api/dependencies.
func (e *topologyExporter) serveDependencies(w http.ResponseWriter, r *http.Request) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		problem{Status: http.StatusBadRequest, Detail: "query: " + err.Error()}.write(w)
		return
	}
	end, lookback, err := dependencyQuery(values, e.now())
	if err != nil {
		writeError(w, err)
		return
	}
	t, err := e.called(r.Context(), end, lookback)
	if err != nil {
		writeError(w, err)
		return
	}
	body, err := json.Marshal(dependenciesOf(&t))
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// called is the topology of the time before an instant, as far as it is kept: Jaeger's
// clients ask for a day whatever there is. Without a history it is the present one.
func (e *topologyExporter) called(ctx context.Context, end time.Time, lookback time.Duration) (contract.Topology, error) {
	now := e.now()
	if end.After(now) {
		end = now
	}
	if e.history == nil {
		v, err := e.views.at(now)
		if err != nil {
			return contract.Topology{}, err
		}
		return v.topology, nil
	}
	if !end.After(e.keptFrom(now)) {
		return contract.Topology{}, nil
	}
	return e.lookBack(ctx, end, lookback)
}

// dependenciesOf sums calls and messages by the names of both services. A service
// calling itself is no dependency.
func dependenciesOf(t *contract.Topology) dependencies {
	services := make(map[string]string, len(t.Nodes))
	for i := range t.Nodes {
		if n := &t.Nodes[i]; n.Kind == contract.NodeService {
			services[n.ID] = n.Name
		}
	}
	type pair struct{ parent, child string }
	calls := map[pair]float64{}
	for i := range t.Edges {
		e := &t.Edges[i]
		parent, child := services[e.Source], services[e.Target]
		if parent == "" || child == "" || parent == child || e.Evidence == nil || e.Relation == contract.RelationTelemetry {
			continue
		}
		// Evidence counts every call of the window.
		calls[pair{parent, child}] += e.Evidence.Propagated + e.Evidence.Joined + e.Evidence.Inferred
	}
	d := dependencies{Data: make([]dependency, 0, len(calls))}
	for p, n := range calls {
		d.Data = append(d.Data, dependency{p.parent, p.child, int64(math.Round(n))})
	}
	slices.SortFunc(d.Data, func(a, b dependency) int {
		if c := strings.Compare(a.Parent, b.Parent); c != 0 {
			return c
		}
		return strings.Compare(a.Child, b.Child)
	})
	d.Total = len(d.Data)
	return d
}
