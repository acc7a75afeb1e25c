package pairing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
)

// What servicegraph counted since its last flush, a minute ago at most by default, is
// lost with a clean shutdown. Ours shows a call as soon as both ends are there.
func TestShutdownBeforeFlush(t *testing.T) {
	call := pairingCase{spans: []span{{service: "a", kind: client, id: 1, attrs: get}, {service: "b", kind: server, id: 2, parent: 1, attrs: get}}}
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		graph := serviceGraph(t, nil, sink)
		for _, s := range call.spans {
			require.NoError(t, graph.ConsumeTraces(context.Background(), s.traces(time.Now())))
		}
		time.Sleep(30 * time.Second)
		require.NoError(t, graph.Shutdown(context.Background()))
		assert.Empty(t, sink.AllMetrics(), "the peer's loss is mended: say so in the documents")
	})
	assert.Equal(t, []string{"a -> b http call x1"}, call.ours(t))
}
