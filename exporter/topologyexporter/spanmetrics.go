package topologyexporter

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
	"github.com/polyspan/polyspan/topology"
)

// Families of span metrics, as Grafana's table beside the service graph expects them.
var (
	spanCalls = exposition.Family{
		Name: "traces_spanmetrics_calls_total", Kind: exposition.Counter,
		Help: "Server and consumer spans by service, name, kind and status.",
	}
	spanLatency = exposition.Family{
		Name: "traces_spanmetrics_latency", Kind: exposition.Histogram,
		Help: "Durations in seconds of server and consumer spans by service, name, kind and status.",
	}
)

// spanMetrics counts the spans that enter a service by name. Others are left out:
// nothing asks for them, and they are most of the spans.
type spanMetrics struct {
	mu    sync.Mutex // guards table; held for the spans of one batch
	table *topology.SpanTable
}

// newSpanMetrics gives nil if they are switched off.
func newSpanMetrics(cfg *Config) *spanMetrics {
	if !cfg.Metrics.SpanMetrics {
		return nil
	}
	return &spanMetrics{table: topology.NewSpanTable(topology.SpanLimits{
		MaxServices: cfg.MaxNodes,
		MaxNames:    cfg.Metrics.MaxSpanNames,
		Retention:   cfg.Retention,
	})}
}

// count counts the spans of a batch that enter a service, as long as they are in the cache.
func (m *spanMetrics) count(b *batch, now time.Time) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.table.Advance(now)
	next := 0
	for i := range b.runs[:b.r] {
		r := &b.runs[i]
		var service *topology.ServiceSpans
		for ; next < r.end; next++ {
			o := &b.spans[next]
			if o.Kind != topology.KindServer && o.Kind != topology.KindConsumer {
				continue
			}
			if service == nil {
				service = m.table.Service(cmp.Or(r.resource.Name, topology.Unidentified))
			}
			span := &b.pdata[next]
			key := topology.SpanKey{Name: span.Name(), Kind: o.Kind, Status: statusOf(span.Status().Code())}
			service.Count(key, o.Start, o.End, cmp.Or(o.Weight, 1))
		}
	}
}

func statusOf(c ptrace.StatusCode) topology.SpanStatus {
	switch c {
	case ptrace.StatusCodeOk:
		return topology.StatusOK
	case ptrace.StatusCodeError:
		return topology.StatusError
	case ptrace.StatusCodeUnset:
	}
	return topology.StatusUnset
}

// spanSeries is one row of the table as /metrics shows it.
type spanSeries struct {
	service, name string
	kind          topology.Kind
	status        topology.SpanStatus
	labels        exposition.Labels
	created       time.Time
	calls         float64
	seconds       exposition.Counts
}

// addSpans copies the rows of the table.
func (f *figures) addSpans(m *spanMetrics) {
	if m == nil {
		return
	}
	topology.EachSpanTotal(&m.mu, m.table, func(t *topology.SpanTotal) {
		if t.Created.After(f.newest) {
			f.newest = t.Created
		}
		s := spanSeries{
			service: t.Service, name: t.Name, kind: t.Kind, status: t.Status,
			created: t.Created, calls: t.Calls,
		}
		f.sum(&s.seconds, &t.Seconds)
		f.spans = append(f.spans, s)
	})
	slices.SortFunc(f.spans, func(a, b spanSeries) int {
		return cmp.Or(
			strings.Compare(a.service, b.service), strings.Compare(a.name, b.name),
			cmp.Compare(a.kind, b.kind), cmp.Compare(a.status, b.status),
		)
	})
}

var spanKinds = map[topology.Kind]string{
	topology.KindServer:   "SPAN_KIND_SERVER",
	topology.KindConsumer: "SPAN_KIND_CONSUMER",
}

var spanStatuses = [...]string{
	topology.StatusUnset: "STATUS_CODE_UNSET",
	topology.StatusOK:    "STATUS_CODE_OK",
	topology.StatusError: "STATUS_CODE_ERROR",
}

// spans writes the families of span metrics.
func (a *answer) spans(spans []spanSeries) {
	if len(spans) == 0 {
		return
	}
	a.Begin(spanCalls)
	for i := range spans {
		s := &spans[i]
		s.labels = a.Labels(
			exposition.Label{Name: "service", Value: s.service},
			exposition.Label{Name: "span_kind", Value: spanKinds[s.kind]},
			exposition.Label{Name: "span_name", Value: s.name},
			exposition.Label{Name: "status_code", Value: spanStatuses[s.status]},
		)
		a.value(exposition.Sample{Labels: s.labels, Created: s.created}, s.calls)
	}
	a.Begin(spanLatency)
	for i := range spans {
		a.counts(exposition.Sample{Labels: spans[i].labels, Created: spans[i].created}, &spans[i].seconds)
	}
}
