package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/processor"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"
)

// Stage is one component: its factory and what a user would write in YAML.
type Stage struct {
	Factory component.Factory
	Config  map[string]any
}

// Pipeline is a chain of components. The last one may be an exporter or a
// connector to metrics, which let nothing through; otherwise spans come out.
type Pipeline struct {
	Name   string
	Stages []Stage
}

// passes reports whether spans come out at the end.
func (p Pipeline) passes() bool {
	if len(p.Stages) == 0 {
		return true
	}
	_, ok := p.Stages[len(p.Stages)-1].Factory.(processor.Factory)
	return ok
}

// running is a started pipeline.
type running struct {
	first      consumer.Traces
	passes     bool
	components []component.Component // in the order of the spans
	meters     *sdkmetric.MeterProvider
}

// outlet is what stands behind a pipeline: traces for a last processor, metrics
// for a last connector.
type outlet struct {
	traces  consumer.Traces
	metrics consumer.Metrics
}

// start builds and starts the pipeline in front of the outlet, last component first.
func (p Pipeline) start(ctx context.Context, out outlet) (*running, error) {
	r := &running{first: out.traces, passes: p.passes(), meters: sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))}
	for _, s := range slices.Backward(p.Stages) {
		c, err := s.create(ctx, r.meters, outlet{traces: r.first, metrics: out.metrics})
		if err == nil {
			err = c.Start(ctx, host{})
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %s: %w", p.Name, s.Factory.Type(), err), r.shutdown(ctx))
		}
		r.first = c
		r.components = slices.Insert(r.components, 0, component.Component(c))
	}
	return r, nil
}

// shutdown stops the components in the order of the spans, so that each can
// still hand over what it holds. A second call does nothing: some peers panic.
func (r *running) shutdown(ctx context.Context) error {
	var errs []error
	for _, c := range r.components {
		errs = append(errs, c.Shutdown(ctx))
	}
	r.components = nil
	return errors.Join(errs...)
}

type tracesComponent interface {
	component.Component
	consumer.Traces
}

// create builds one component with the telemetry a collector gives by default:
// a metrics SDK, no tracing, no debug logs.
func (s Stage) create(ctx context.Context, meters *sdkmetric.MeterProvider, next outlet) (tracesComponent, error) {
	id := component.NewID(s.Factory.Type())
	build := component.NewDefaultBuildInfo()
	telemetry := component.TelemetrySettings{
		Logger:         zap.NewNop(),
		TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider:  meters,
		Resource:       pcommon.NewResource(),
	}
	cfg := s.Factory.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(s.Config).Unmarshal(cfg); err != nil {
		return nil, err
	}
	if err := confmap.Validate(cfg); err != nil {
		return nil, err
	}
	switch f := s.Factory.(type) {
	case processor.Factory:
		return f.CreateTraces(ctx, processor.Settings{ID: id, TelemetrySettings: telemetry, BuildInfo: build}, cfg, next.traces)
	case exporter.Factory:
		return f.CreateTraces(ctx, exporter.Settings{ID: id, TelemetrySettings: telemetry, BuildInfo: build}, cfg)
	case connector.Factory:
		return f.CreateTracesToMetrics(ctx, connector.Settings{ID: id, TelemetrySettings: telemetry, BuildInfo: build}, cfg, next.metrics)
	default:
		return nil, fmt.Errorf("a factory of %T takes no traces", s.Factory)
	}
}

// host has no extensions.
type host struct{}

func (host) GetExtensions() map[component.ID]component.Component { return nil }
