package topologyexporter

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/exporter/exportertest"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/metadata"
)

// The whole figure: services, the collector under its own name, the store.
func TestTelemetryPlaneIsDrawnWhereAsked(t *testing.T) {
	for _, tt := range []struct {
		name, service, namespace, collector string
	}{
		{"named", "polyspan-collector", "", "polyspan-collector"},
		{"with namespace", "gateway", "obs", "obs/gateway"},
		{"unnamed", "", "", "otelcol"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := exportertest.NewNopSettings(metadata.Type)
			set.Resource.Attributes().PutStr("service.name", tt.service)
			set.Resource.Attributes().PutStr("service.namespace", tt.namespace)
			e := newTestWith(t, set, func(c *Config) {
				c.TelemetryPlane.Stores = []TelemetryStoreConfig{{Name: "prometheus"}, {Name: "tempo", Transport: contract.TransportOTLP}}
			})
			consume(t, e, aCallsB()...)
			assert.NotContains(t, bodyOf(t, get(t, e, "/api/v1/topology")), "telemetry")
			body := bodyOf(t, get(t, e, "/api/v1/topology?overlay=telemetry"))
			for _, id := range []string{
				"a|" + tt.collector + "|otlp|telemetry", "b|" + tt.collector + "|otlp|telemetry",
				tt.collector + "|prometheus|remote_write|telemetry", tt.collector + "|tempo|otlp|telemetry",
			} {
				assert.Contains(t, body, `"id":"`+id+`"`)
			}
			assert.Len(t, nodeGraphAt(t, e, "/api/graph/data?overlay=telemetry").Nodes, 5)
		})
	}
}

func TestTelemetryPlaneEverywhere(t *testing.T) {
	e := newTest(t, func(c *Config) { c.TelemetryPlane.Enabled = true })
	consume(t, e, aCallsB()...)
	for _, query := range []string{"", "?overlay=telemetry"} {
		assert.Equal(t, 2, strings.Count(bodyOf(t, get(t, e, "/api/v1/topology"+query)), `"relation":"telemetry"`), query)
	}
	assert.Contains(t, bodyOf(t, get(t, e, "/api/v1/topology?format=mermaid")), "-.->|\"OTLP")
}
