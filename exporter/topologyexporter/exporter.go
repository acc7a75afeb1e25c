package topologyexporter

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/metadata"
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/layout"
)

// topologyExporter holds the graph and serves it. Spans go in by consumeTraces, in
// any number of calls at a time; everything else comes out by HTTP.
type topologyExporter struct {
	cfg       *Config
	settings  component.TelemetrySettings
	telemetry *metadata.TelemetryBuilder
	now       func() time.Time

	// mu guards graph. It is held for one batch of observations, or one snapshot; never
	// while answering a request.
	mu    sync.Mutex
	graph *topology.Graph

	batches sync.Pool // of *batch
	views   *views
	streams *streams
	layout  *sharedLayout
	// spanMetrics is nil if they are switched off.
	spanMetrics *spanMetrics
	freshness   freshness
	plane       *topology.TelemetryPlane
	// history is nil if none is kept, breaks if they are not looked for, restart without storage.
	history *historian
	breaks  *breakFinder
	restart *restart
	keeper  *keeper
	// scrapers outlive the handlers: each remembers what it has seen.
	scrapers *scrapers
	server   server
}

func newExporter(cfg *Config, set exporter.Settings, now func() time.Time) (*topologyExporter, error) {
	graph, err := topology.New(cfg.limits(), now())
	if err != nil {
		return nil, fmt.Errorf("topology: %w", err)
	}
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	e := &topologyExporter{
		cfg:       cfg,
		settings:  set.TelemetrySettings,
		telemetry: telemetry,
		now:       now,
		graph:     graph,
		batches:   sync.Pool{New: func() any { return &batch{} }},
	}
	e.views = newViews(e.snapshot, cfg.StreamInterval*3/4)
	e.spanMetrics = newSpanMetrics(cfg)
	e.plane = telemetryPlane(&cfg.TelemetryPlane, &set.TelemetrySettings)
	e.layout = &sharedLayout{layout: layout.New(2 * cfg.MaxNodes)}
	e.streams = newStreams(cfg, telemetry)
	e.scrapers = &scrapers{started: e.now(), seen: map[string]time.Time{}}
	if e.keeper, err = newKeeper(e, set.ID); err != nil {
		return nil, err
	}
	return e, nil
}

// consumeTraces reads the spans into the graph. It copies what it needs and cannot fail.
func (e *topologyExporter) consumeTraces(_ context.Context, td ptrace.Traces) error {
	b := e.batches.Get().(*batch)
	for _, rs := range td.ResourceSpans().All() {
		resource := readResource(rs.Resource().Attributes())
		for _, ss := range rs.ScopeSpans().All() {
			if resource.SDKLanguage == "" && resource.RuntimeName == "" {
				resource.Scope = ss.Scope().Name()
			}
			if b.begin(&resource, ss.Scope()) {
				e.flush(b)
				b.begin(&resource, ss.Scope())
			}
			for _, span := range ss.Spans().All() {
				if b.add(span) {
					e.flush(b)
					b.begin(&resource, ss.Scope())
				}
			}
		}
	}
	e.flush(b)
	e.batches.Put(b)
	e.freshness.arrive(td.SpanCount(), e.now())
	return nil
}
