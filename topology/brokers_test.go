package topology

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/polyspan/polyspan/contract"
)

func TestWithBrokers(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	for i, consumer := range []string{"b", "b", "c"} {
		w.add(
			span{service: "a", kind: KindProducer, trace: i + 1, id: 1, attrs: kafka},
			span{service: consumer, kind: KindConsumer, trace: i + 1, id: 2, parent: 1, start: 20, attrs: kafka},
		)
	}
	w.add(span{service: "a", kind: KindServer, trace: 9, id: 1, attrs: http})
	topo := w.Snapshot(testStart.Add(time.Second))
	before := len(topo.Edges)
	view := WithBrokers(&topo)
	got := []string{}
	for _, e := range view.Edges {
		got = append(got, fmt.Sprintf("%s -> %s %.0f", e.Source, e.Target, *e.Rate))
		assert.Equal(t, e.Source == "kafka:orders", e.QueueSeconds != nil, e.ID)
	}
	assert.Equal(t, []string{"a -> kafka:orders 3", "kafka:orders -> b 2", "kafka:orders -> c 1", "user -> a 1"}, got)
	assert.Equal(t, []string{"a", "b", "c", "kafka:orders", "user"}, nodeNames(view))
	assert.Equal(t, contract.NodeMessaging, view.Nodes[3].Kind)
	assert.Len(t, topo.Edges, before, "the topology is not changed")
}
