package pairing

import (
	"context"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/servicegraphconnector"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"
)

type host struct{}

func (host) GetExtensions() map[component.ID]component.Component { return nil }

func telemetry() component.TelemetrySettings {
	return component.TelemetrySettings{
		Logger:         zap.NewNop(),
		TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider:  noopmetric.NewMeterProvider(),
		Resource:       pcommon.NewResource(),
	}
}

// serviceGraph starts contrib's connector in front of a consumer of its metrics.
func serviceGraph(tb testing.TB, settings map[string]any, next consumer.Metrics) connector.Traces {
	tb.Helper()
	f := servicegraphconnector.NewFactory()
	cfg := f.CreateDefaultConfig()
	require.NoError(tb, confmap.NewFromStringMap(settings).Unmarshal(cfg))
	require.NoError(tb, confmap.Validate(cfg))
	c, err := f.CreateTracesToMetrics(context.Background(), connector.Settings{
		ID: component.NewID(f.Type()), TelemetrySettings: telemetry(), BuildInfo: component.NewDefaultBuildInfo(),
	}, cfg, next)
	require.NoError(tb, err)
	require.NoError(tb, c.Start(context.Background(), host{}))
	return c
}
