package pairing

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter"

	"github.com/polyspan/polyspan/exporter/topologyexporter"
)

// topologyOf starts our exporter.
func topologyOf(tb testing.TB, settings map[string]any) exporter.Traces {
	tb.Helper()
	f := topologyexporter.NewFactory()
	cfg := f.CreateDefaultConfig()
	require.NoError(tb, confmap.NewFromStringMap(settings).Unmarshal(cfg))
	require.NoError(tb, confmap.Validate(cfg))
	e, err := f.CreateTraces(context.Background(), exporter.Settings{
		ID: component.NewID(f.Type()), TelemetrySettings: telemetry(), BuildInfo: component.NewDefaultBuildInfo(),
	}, cfg)
	require.NoError(tb, err)
	require.NoError(tb, e.Start(context.Background(), host{}))
	return e
}
