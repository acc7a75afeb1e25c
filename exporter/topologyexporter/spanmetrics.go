package topologyexporter

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
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
	mu    sync.Mutex // guards table; held for the spans of one resource
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

func (m *spanMetrics) consume(td ptrace.Traces, now time.Time) {
	if m == nil {
		return
	}
	for _, rs := range td.ResourceSpans().All() {
		m.consumeResource(rs, now)
	}
}

func (m *spanMetrics) consumeResource(rs ptrace.ResourceSpans, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.table.Advance(now)
	var service *topology.ServiceSpans
	for _, ss := range rs.ScopeSpans().All() {
		for _, span := range ss.Spans().All() {
			kind := span.Kind()
			if kind != ptrace.SpanKindServer && kind != ptrace.SpanKindConsumer {
				continue
			}
			if service == nil {
				service = m.table.Service(serviceName(rs.Resource().Attributes()))
			}
			weight := 1.0
			if ts := span.TraceState().AsRaw(); ts != "" {
				weight = topology.Weight(ts)
			}
			key := topology.SpanKey{Name: span.Name(), Kind: kindOf(kind), Status: statusOf(span.Status().Code())}
			service.Count(key, int64(span.StartTimestamp()), int64(span.EndTimestamp()), weight)
		}
	}
}

func serviceName(a pcommon.Map) string {
	if v, ok := a.Get("service.name"); ok && v.Type() == pcommon.ValueTypeStr && v.Str() != "" {
		return v.Str()
	}
	return topology.Unidentified
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
