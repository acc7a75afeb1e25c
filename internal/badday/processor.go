package main

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/sdk/metric"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor"
)

// newProcessor makes the component as a collector would: its defaults, the bounds,
// and its metrics in the reader.
func newProcessor(ctx context.Context, sc scenario, reader metric.Reader, next consumer.Traces) (processor.Traces, error) {
	factory := multilangbridgeprocessor.NewFactory()
	cfg := factory.CreateDefaultConfig()
	conf := confmap.NewFromStringMap(map[string]any{
		"max_held_spans": sc.heldSpans, "max_held_mib": sc.heldMiB, "normalize": map[string]any{"enabled": true},
	})
	if err := conf.Unmarshal(cfg); err != nil {
		return nil, err
	}
	if err := confmap.Validate(cfg); err != nil {
		return nil, err
	}
	set := processor.Settings{
		ID: component.NewID(factory.Type()),
		TelemetrySettings: component.TelemetrySettings{
			Logger: zap.NewNop(), TracerProvider: nooptrace.NewTracerProvider(),
			MeterProvider: metric.NewMeterProvider(metric.WithReader(reader)), Resource: pcommon.NewResource(),
		},
		BuildInfo: component.NewDefaultBuildInfo(),
	}
	return factory.CreateTraces(ctx, set, cfg, next)
}

// nowhere is a host without extensions.
type nowhere struct{}

func (nowhere) GetExtensions() map[component.ID]component.Component { return nil }
