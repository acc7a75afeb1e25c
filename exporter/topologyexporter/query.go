package topologyexporter

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// format is a rendering of the topology.
type format string

// Formats of GET /api/v1/topology.
const (
	formatJSON      format = "json"
	formatMermaid   format = "mermaid"
	formatDOT       format = "dot"
	formatNodeGraph format = "nodegraph"
)

var formats = []string{string(formatJSON), string(formatMermaid), string(formatDOT), string(formatNodeGraph)}

const (
	defaultDepth = 1
	maxDepth     = 32
	// overlayTelemetry and overlayBrokers are values of "overlay": they add the
	// telemetry plane, and draw messages by way of their brokers.
	overlayTelemetry = "telemetry"
	overlayBrokers   = "brokers"
)

var overlays = []string{overlayBrokers, overlayTelemetry}

// query is what GET /api/v1/topology is asked for.
type query struct {
	format format
	focus  string // a node id, "" for all
	depth  int    // calls away from focus, upstream and downstream
	// layout: nodes have places.
	layout bool
	// telemetry: the telemetry plane is drawn, too; brokers: messages go by way of them.
	telemetry, brokers bool
	// at and window are the instant asked for and the time before it; zero: now, and the
	// exporter's.
	at     time.Time
	window time.Duration
}

// parameters are the names that are known.
var parameters = []string{"at", "depth", "focus", "format", "layout", "overlay", "window"}

// parseQuery reads the parameters; the error is a problem.
func parseQuery(values url.Values) (query, error) {
	q := query{format: formatJSON, focus: values.Get("focus"), depth: defaultDepth}
	for name := range values {
		switch {
		case slices.Contains(parameters, name):
		default:
			return q, problem{
				Status: http.StatusBadRequest, Parameter: name, Allowed: parameters,
				Detail: "there is no parameter " + strconv.Quote(name),
			}
		}
	}
	if f := values.Get("format"); f != "" {
		q.format = format(f)
	}
	if !slices.Contains(formats, string(q.format)) {
		return q, badValue("format", string(q.format), formats)
	}
	switch layout := values.Get("layout"); layout {
	case "":
		q.layout = q.format == formatNodeGraph
	case "true", "false":
		q.layout = layout == "true"
	default:
		return q, badValue("layout", layout, []string{"true", "false"})
	}
	for overlay := range strings.SplitSeq(values.Get("overlay"), ",") {
		switch overlay {
		case "":
		case overlayTelemetry:
			q.telemetry = true
		case overlayBrokers:
			q.brokers = true
		default:
			return q, badValue("overlay", overlay, overlays)
		}
	}
	if err := q.parseTime(values); err != nil {
		return q, err
	}
	err := q.parseDepth(values.Get("depth"))
	return q, err
}

func badValue(parameter, value string, allowed []string) problem {
	return problem{
		Status: http.StatusBadRequest, Parameter: parameter, Allowed: allowed,
		Detail: strconv.Quote(parameter) + " is " + strconv.Quote(value) + ": use " + strings.Join(allowed, ", "),
	}
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

// queryOf reads the parameters of a request.
func queryOf(r *http.Request) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, problem{Status: http.StatusBadRequest, Detail: "query: " + err.Error()}
	}
	return parseQuery(values)
}
