package topologyexporter

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/metadatatest"
)

func TestOwnMetricsOfTheHistory(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { assert.NoError(t, tel.Shutdown(context.WithoutCancel(t.Context()))) })
	e := newTestWith(t, metadatatest.NewSettings(tel), func(c *Config) {
		c.Window = time.Minute
		onDisk(c)
	})
	c := &clocked{topologyExporter: e, t: t, clock: time.Now().Truncate(time.Hour).Add(time.Hour)}
	e.now = func() time.Time { return c.clock }
	d := newDisk()
	require.NoError(t, e.start(t.Context(), machine{storageID: d}))
	t.Cleanup(func() { assert.NoError(t, e.shutdown(context.WithoutCancel(t.Context()))) })
	c.call("web", "cart", 0)
	c.pass(time.Minute)
	c.call("web", "cart", 25*time.Hour) // no longer kept
	d.set(true)
	c.pass(time.Minute)

	same := metricdatatest.IgnoreTimestamp()
	point := func(n int64, key, value string) metricdata.DataPoint[int64] {
		return metricdata.DataPoint[int64]{Value: n, Attributes: attribute.NewSet(attribute.String(key, value))}
	}
	s := e.history.store.Stats()
	assert.Positive(t, s.Bytes)
	assert.Positive(t, s.Failed)
	metadatatest.AssertEqualExporterTopologyHistorySize(t, tel, []metricdata.DataPoint[int64]{{Value: s.Bytes}}, same)
	metadatatest.AssertEqualExporterTopologyHistoryLost(t, tel, []metricdata.DataPoint[int64]{
		point(0, "loss", "max_mib"), point(0, "loss", "damaged"), point(1, "loss", "too_late"),
	}, same)
	metadatatest.AssertEqualExporterTopologySaveFailed(t, tel, []metricdata.DataPoint[int64]{
		point(int64(e.restart.failed.Load()), "content", "state"), point(int64(s.Failed), "content", "history"),
	}, same)
}
