package topologyexporter

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/metadatatest"
)

func TestOwnMetrics(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { assert.NoError(t, tel.Shutdown(context.WithoutCancel(t.Context()))) })
	e := newTestWith(t, metadatatest.NewSettings(tel), func(c *Config) {
		c.MaxExternalPerClient = 1
		c.MaxStreams = 1
	})
	start := time.Now()
	e.now = func() time.Time { return start }
	startTest(t, e)

	spans := aCallsB()
	spans = append(spans,
		spans[1], // a duplicate
		testSpan{service: "a", kind: ptrace.SpanKindClient, id: 3, attrs: map[string]any{"server.address": "x"}},
		testSpan{service: "a", kind: ptrace.SpanKindClient, id: 4, attrs: map[string]any{"server.address": "y"}},
		testSpan{service: "b", kind: ptrace.SpanKindServer, id: 5, parent: 99},
		testSpan{service: "b", kind: ptrace.SpanKindServer, id: 6, parent: 6},
		testSpan{service: "b", kind: ptrace.SpanKindServer, id: 0},
		testSpan{service: "b", kind: ptrace.SpanKindServer, id: 8, start: start.Add(100 * time.Hour)},
		testSpan{kind: ptrace.SpanKindInternal, id: 9},
	)
	consume(t, e, spans...)
	late := start.Add(11 * time.Second)
	e.now = func() time.Time { return late }
	e.streams.clients.Store(1)
	e.streams.drop(t.Context(), "slow")

	same := metricdatatest.IgnoreTimestamp()
	point := func(n int64, attrs ...attribute.KeyValue) metricdata.DataPoint[int64] {
		return metricdata.DataPoint[int64]{Value: n, Attributes: attribute.NewSet(attrs...)}
	}
	cause := func(n int64, v string) metricdata.DataPoint[int64] { return point(n, attribute.String("cause", v)) }
	bound := func(n int64, v string) metricdata.DataPoint[int64] { return point(n, attribute.String("bound", v)) }
	points := func(p ...metricdata.DataPoint[int64]) []metricdata.DataPoint[int64] { return p }

	metadatatest.AssertEqualExporterTopologySpans(t, tel, points(point(10)), same)
	metadatatest.AssertEqualExporterTopologyCalls(t, tel, points(point(6)), same)
	metadatatest.AssertEqualExporterTopologyPairs(t, tel, points(point(1)), same)
	metadatatest.AssertEqualExporterTopologyDuplicates(t, tel, points(point(1)), same)
	metadatatest.AssertEqualExporterTopologyNegativeDurations(t, tel, points(point(0)), same)
	metadatatest.AssertEqualExporterTopologyPending(t, tel, points(point(0)), same)
	metadatatest.AssertEqualExporterTopologyNodes(t, tel, points(point(4)), same)
	metadatatest.AssertEqualExporterTopologyEdges(t, tel, points(point(5)), same)
	metadatatest.AssertEqualExporterTopologyExpired(t, tel,
		points(cause(2, "callee_missing"), cause(2, "caller_missing"), cause(0, "evicted")), same)
	metadatatest.AssertEqualExporterTopologyInvalid(t, tel,
		points(cause(1, "ids"), cause(1, "times"), cause(1, "self_parent"), cause(1, "no_service_name")), same)
	metadatatest.AssertEqualExporterTopologyRefused(t, tel, points(bound(0, "nodes"), bound(0, "versions"), bound(0, "edges"),
		bound(1, "external_per_client"), bound(0, "peers"), bound(0, "links"), bound(0, "transports")), same)
	metadatatest.AssertEqualExporterTopologyStreamClients(t, tel, points(point(1)), same)

	r := get(t, e, "/api/v1/topology/stream")
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	metadatatest.AssertEqualExporterTopologyStreamDropped(t, tel,
		points(point(1, attribute.String("reason", "slow")), point(1, attribute.String("reason", "too_many"))), same)
}
