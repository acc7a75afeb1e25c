package topologyexporter

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// Messages are drawn from service to service, and on request by way of the broker.
func TestBrokersOverlay(t *testing.T) {
	e := newTest(t, nil)
	topic := map[string]any{"messaging.system": "kafka", "messaging.destination.name": "orders"}
	consume(t, e,
		testSpan{service: "shop", kind: ptrace.SpanKindProducer, trace: 1, id: 1, attrs: topic},
		testSpan{service: "billing", kind: ptrace.SpanKindConsumer, trace: 1, id: 2, parent: 1, attrs: topic})
	edges := func(path string) map[string]string {
		var body contract.Topology
		require.NoError(t, json.Unmarshal([]byte(bodyOf(t, get(t, e, path))), &body))
		out := map[string]string{}
		for _, edge := range body.Edges {
			out[edge.Source] = edge.Target
		}
		return out
	}
	assert.Equal(t, map[string]string{"shop": "billing"}, edges("/api/v1/topology"))
	assert.Equal(t, map[string]string{"shop": "kafka:orders", "kafka:orders": "billing"}, edges("/api/v1/topology?overlay=brokers"))
}
