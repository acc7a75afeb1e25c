package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

// call is one call from a to b; ids are derived from n.
func pairOfSpans(n int, at time.Duration, clientMs, serverMs int) []span {
	start := int(at.Milliseconds())
	return []span{
		{service: "a", language: "java", kind: KindClient, trace: n, id: 1, start: start, end: start + clientMs, attrs: http, at: at},
		{service: "b", language: "go", kind: KindServer, trace: n, id: 2, parent: 1, start: start + 1, end: start + 1 + serverMs, attrs: http, at: at},
	}
}

func TestFiguresOfAnEdge(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	for i := range 60 {
		w.add(pairOfSpans(i+1, time.Duration(i)*time.Second, 100, 80)...)
	}
	topo := w.Snapshot(testStart.Add(time.Minute))
	e := fromA(t, topo, "b")
	assert.Equal(t, "java", e.ClientLanguage)
	assert.Equal(t, "go", e.ServerLanguage)
	// A young graph divides by its age, not by the window.
	assert.InEpsilon(t, 1.0, *e.Rate, 0.02)
	assert.Zero(t, *e.ErrorRatio)
	assert.InEpsilon(t, 0.100, e.ClientSeconds.P50, 0.07)
	assert.InEpsilon(t, 0.080, e.ServerSeconds.P50, 0.07)
	assert.InEpsilon(t, 0.020, e.BoundarySeconds.P50, 0.07) // rule T7
	assert.Nil(t, e.QueueSeconds)
	assert.Equal(t, testStart.Add(time.Millisecond), e.FirstSeen) // rule T8: span time
	assert.Equal(t, testStart.Add(59*time.Second+81*time.Millisecond), e.LastSeen)

	require.Equal(t, []string{"a", "b"}, nodeNames(topo))
	a, b := topo.Nodes[0], topo.Nodes[1]
	assert.Nil(t, a.Rate, "nobody calls a")
	assert.InEpsilon(t, 1.0, *b.Rate, 0.02)
	assert.InEpsilon(t, 0.080, b.ServerSeconds.P95, 0.07)
}

func TestWindowSlides(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(pairOfSpans(1, 0, 10, 5)...)
	w.add(pairOfSpans(2, 4*time.Minute, 10, 5)...)
	for _, tt := range []struct {
		after time.Duration
		want  []string
	}{
		{4*time.Minute + time.Second, []string{"a -> b http call x2"}},
		{5*time.Minute + time.Second, []string{"a -> b http call x1"}},
		{10 * time.Minute, []string{}},
	} {
		assert.Equal(t, tt.want, w.drawn(tt.after), "after %v", tt.after)
	}
}

// Rule T8: windows use span time, so a late span does not make the present busier;
// counters move at arrival.
func TestLateSpansCountWhereTheyBelong(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	for _, s := range pairOfSpans(1, 0, 10, 5) {
		s.at = 200 * time.Second
		w.add(s)
	}
	assert.Equal(t, []string{"a -> b http call x1"}, w.drawn(240*time.Second))
	assert.Equal(t, []string{"a -> b http call"}, w.drawn(301*time.Second), "drawn, as it arrived in the window, without figures of it")
	assert.InDelta(t, 1, w.states()["a -> b"].Total.Calls, 0)
}

func TestSpansOutsideTheWindowCountWhenTheyArrive(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(
		span{service: "a", kind: KindClient, id: 1, start: -86_400_000, attrs: http},
		span{service: "b", kind: KindServer, id: 2, parent: 1, start: -86_400_000, attrs: http},
	)
	assert.Equal(t, []string{"a -> b http call x1"}, w.drawn(time.Second))
}

func TestQueueSeconds(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(
		span{service: "a", kind: KindProducer, id: 1, start: 0, end: 10, attrs: kafka},
		span{service: "b", kind: KindConsumer, id: 2, parent: 1, start: 60, end: 80, attrs: kafka},
		span{service: "c", kind: KindConsumer, id: 3, parent: 1, start: 5, end: 6, attrs: kafka}, // before the producer's end
	)
	topo := w.Snapshot(testStart.Add(time.Second))
	assert.InEpsilon(t, 0.050, fromA(t, topo, "b").QueueSeconds.P50, 0.07)
	assert.Nil(t, fromA(t, topo, "c").QueueSeconds, "rule T7: negative is left out")
	assert.Nil(t, fromA(t, topo, "b").BoundarySeconds, "a message has no boundary")
	assert.Equal(t, uint64(1), w.Stats().NegativeDurations)
}

func TestNegativeBoundaryIsLeftOut(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(pairOfSpans(1, 0, 10, 50)...)
	e := fromA(t, w.Snapshot(testStart.Add(time.Second)), "b")
	assert.Nil(t, e.BoundarySeconds)
	assert.NotNil(t, e.ServerSeconds)
	assert.Equal(t, uint64(1), w.Stats().NegativeDurations)
}

// Rule T9: counted as calls, left out of every duration.
func TestAbsurdTimes(t *testing.T) {
	now := testStart.UnixNano()
	tests := []struct {
		name       string
		start, end int64
	}{
		{"zero", 0, 0},
		{"no start", 0, now},
		{"end before start", now, now - 5_000_000},
		{"in the future", now + int64(2*time.Hour), now + int64(2*time.Hour) + 1},
		{"longer than a day", now - int64(25*time.Hour), now},
		{"negative", -5, -1},
		{"beyond the range", 1 << 62, -1 << 62},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, DefaultLimits())
			w.add(
				span{service: "a", kind: KindClient, id: 1, attrs: http},
				span{service: "b", kind: KindServer, id: 2, parent: 1, rawTimes: true, start: int(tt.start), end: int(tt.end), attrs: http},
			)
			e := fromA(t, w.Snapshot(testStart.Add(time.Second)), "b")
			assert.InDelta(t, 1, *e.Rate, 0)
			assert.Nil(t, e.ServerSeconds)
			assert.Nil(t, e.BoundarySeconds)
			assert.NotNil(t, e.ClientSeconds)
			assert.Equal(t, testStart, e.LastSeen, "the arrival stands in for the span's time")
			assert.Equal(t, uint64(1), w.Stats().InvalidTimes)
		})
	}
}

func TestNodesOfServices(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(
		span{service: "shop/cart", language: "python", kind: KindInternal, id: 1, instance: "i1"},
		span{service: "shop/cart", language: "go", kind: KindInternal, id: 2, instance: "i2"},
		span{service: "shop/cart", language: "go", kind: KindInternal, id: 3, instance: "i2"},
	)
	two := 2
	topo := w.Snapshot(testStart.Add(time.Second))
	assert.Equal(t, []contract.TopologyNode{{
		ID: "shop/cart", Namespace: "shop", Name: "cart", Kind: contract.NodeService,
		Language: "go", Languages: []string{"go", "python"}, Instances: &two, // rule T1
		FirstSeen: testStart, LastSeen: testStart.Add(10 * time.Millisecond),
	}}, topo.Nodes)
	assert.Equal(t, []contract.TopologyEdge{}, topo.Edges, "never null")
}

func TestLanguageOfAResource(t *testing.T) {
	tests := []struct {
		name string
		r    Resource
		want string
	}{
		{"the SDK says it", Resource{SDKLanguage: "Java", RuntimeName: "cpython"}, "java"},
		{"the runtime gives it away", Resource{RuntimeName: "OpenJDK Runtime Environment"}, "java"},
		{"the Jaeger client gives it away", Resource{JaegerVersion: "Go-2.11.0"}, "go"},
		{"the scope gives it away", Resource{Scope: "@opentelemetry/instrumentation-http"}, "nodejs"},
		{"nothing does", Resource{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, DefaultLimits())
			tt.r.Name = "a"
			w.Service(&tt.r)
			assert.Equal(t, tt.want, w.Snapshot(testStart).Nodes[0].Language)
		})
	}
}

// A service named like a virtual node keeps the id of rule T1; ids are unique.
func TestIDsAreUnique(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(
		span{service: "user", kind: KindServer, id: 1, attrs: http},
		span{service: "a/b", kind: KindInternal, id: 2},
	)
	w.Service(&Resource{Name: "a/b"})
	topo := w.Snapshot(testStart.Add(time.Second))
	assert.Equal(t, []string{"a/b", "a/b (service)", "user", "user (user)"}, nodeNames(topo))
	assert.Equal(t, []string{"user (user) -> user http call x1"}, w.drawn(time.Second))
}

func TestTransports(t *testing.T) {
	const wasm, amqp = string(contract.TransportWasm), "rabbitmq"
	tests := []struct {
		name           string
		client, server Attributes
		want           contract.Transport
	}{
		{"nothing", Attributes{}, Attributes{}, contract.TransportUnknown},
		{"lane at the caller", Attributes{Lane: wasm, RPCSystem: "grpc"}, grpc, contract.TransportWasm},
		{"lane at the callee", grpc, Attributes{Lane: wasm}, contract.TransportWasm},
		{"grpc over http", Attributes{RPCSystem: "grpc", Protocols: ProtocolHTTP}, http, contract.TransportGRPC},
		{"rpc before messaging", Attributes{MessagingSystem: amqp}, grpc, contract.TransportGRPC},
		{"thrift", Attributes{RPCSystem: "apache_thrift"}, Attributes{}, contract.TransportThrift},
		{"an rpc system without a name here is what it travels over", Attributes{RPCSystem: "dubbo", Protocols: ProtocolHTTP}, Attributes{}, contract.TransportHTTP},
		{"amqp", Attributes{MessagingSystem: amqp}, Attributes{}, contract.TransportAMQP},
		{"activemq", Attributes{MessagingSystem: "activemq"}, Attributes{}, contract.TransportAMQP},
		{"servicebus", Attributes{MessagingSystem: "servicebus"}, Attributes{}, contract.TransportAMQP},
		{"nats", Attributes{MessagingSystem: "nats"}, Attributes{}, contract.TransportNATS},
		{"redis streams", Attributes{MessagingSystem: "redis"}, Attributes{}, contract.TransportRedisStreams},
		{"another broker", Attributes{MessagingSystem: "pulsar"}, http, contract.TransportUnknown},
		{"database before http", Attributes{DBSystem: "elasticsearch", Protocols: ProtocolHTTP}, http, "db.elasticsearch"},
		{"websocket before http", Attributes{Protocols: ProtocolWebSocket | ProtocolHTTP}, http, contract.TransportWebSocket},
		{"http before unix", Attributes{Protocols: ProtocolHTTP | ProtocolUnix}, Attributes{}, contract.TransportHTTP},
		{"unix", Attributes{Protocols: ProtocolUnix}, Attributes{}, contract.TransportUnix},
		{"equal knowledge: the caller's", Attributes{DBSystem: "postgresql"}, Attributes{DBSystem: "cockroachdb"}, "db.postgresql"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, order := range [][]int{{0, 1}, {1, 0}} {
				w := newWorld(t, DefaultLimits())
				spans := []span{
					{service: "a", kind: KindClient, id: 1, attrs: tt.client},
					{service: "b", kind: KindServer, id: 2, parent: 1, attrs: tt.server},
				}
				w.add(spans[order[0]], spans[order[1]])
				assert.Equal(t, tt.want, fromA(t, w.Snapshot(testStart.Add(time.Second)), "b").Transport)
			}
		})
	}
}
