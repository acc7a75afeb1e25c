package topologyexporter

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// find gives the key of a name if its value is of a type that is read, or nil.
func find(name string, value pcommon.ValueType, kind topology.Kind) *key {
	if mayBeRead(&keys.lengths[kind], name, value) == 0 {
		return nil
	}
	return keys.lookUp(name, kind)
}

// Every spelling of the table that both parts share is read, on the kinds of spans
// where it has the meaning.
func TestEarlierSpellingsAreRead(t *testing.T) {
	rows := 0
	for _, r := range contract.Renames() {
		i := slices.IndexFunc(presentKeys, func(k key) bool { return k.name == r.New })
		if i < 0 {
			continue
		}
		rows++
		value := pcommon.ValueTypeStr
		if presentKeys[i].field == fieldHTTPStatus || presentKeys[i].field == fieldServerPort {
			value = pcommon.ValueTypeInt
		}
		for kind := range topology.Kind(numKinds) {
			got := find(r.Old, value, kind)
			if wanted := r.Kinds.Has(int32(kind)) && presentKeys[i].kinds.Has(int32(kind)); !wanted {
				if got != nil { // it means something else there
					assert.NotEqual(t, presentKeys[i].field, got.field, "%s on kind %d", r.Old, kind)
				}
				continue
			}
			if assert.NotNil(t, got, "%s on kind %d", r.Old, kind) {
				assert.Equal(t, presentKeys[i].field, got.field, r.Old)
				assert.True(t, got.earlier, r.Old)
			}
		}
	}
	assert.GreaterOrEqual(t, rows, 15)
}

func TestOtherKeysAreNotRead(t *testing.T) {
	for _, name := range []string{"", "x", "rpc.methods", "service.peer.namf", "net.peer.pork", string(make([]byte, 200))} {
		for kind := range topology.Kind(numKinds) {
			assert.Nil(t, find(name, pcommon.ValueTypeStr, kind), "%q on kind %d", name, kind)
		}
	}
}

func TestReadAttributes(t *testing.T) {
	const client, server, internal = topology.KindClient, topology.KindServer, topology.KindInternal
	tests := []struct {
		name string
		kind topology.Kind
		in   map[string]any
		want topology.Attributes
	}{
		{"present HTTP", client, map[string]any{"http.request.method": "GET", "server.address": "h"}, topology.Attributes{Protocols: topology.ProtocolHTTP, ServerAddress: "h"}},
		{"earlier HTTP", client, map[string]any{"http.method": "GET", "net.peer.name": "h"}, topology.Attributes{Protocols: topology.ProtocolHTTP, ServerAddress: "h"}},
		{"net.peer.name is the client on a server span", server, map[string]any{"net.peer.name": "h"}, topology.Attributes{ClientAddress: "h"}},
		{"the connection tells the client, not a header", server, map[string]any{"client.address": "h", "network.peer.address": "10.0.0.1"}, topology.Attributes{ClientAddress: "10.0.0.1"}},
		{"port", client, map[string]any{"server.address": "h", "server.port": 8080}, topology.Attributes{ServerAddress: "h", ServerPort: 8080}},
		{"earlier port", client, map[string]any{"net.peer.name": "h", "net.peer.port": 8080}, topology.Attributes{ServerAddress: "h", ServerPort: 8080}},
		{"an absurd port", client, map[string]any{"server.address": "h", "server.port": 1 << 20}, topology.Attributes{ServerAddress: "h"}},
		{"a URL names the callee", client, map[string]any{"url.full": "https://u:p@h.example:8443/x?y#z", "network.peer.address": "10.0.0.1"}, topology.Attributes{ServerAddress: "h.example", ServerPort: 8443}},
		{"an earlier URL", client, map[string]any{"http.url": "http://[::1]/x"}, topology.Attributes{ServerAddress: "::1"}},
		{"a URL of an IPv6 host with a port", client, map[string]any{"http.url": "http://[::1]:80"}, topology.Attributes{ServerAddress: "::1", ServerPort: 80}},
		{"no URL", client, map[string]any{"http.url": "/x"}, topology.Attributes{}},
		{"the name wins over the URL", client, map[string]any{"http.url": "http://other/x", "server.address": "h"}, topology.Attributes{ServerAddress: "h"}},
		{"http.host", client, map[string]any{"http.host": "h:81"}, topology.Attributes{ServerAddress: "h", ServerPort: 81}},
		{"the socket's peer, when nothing else is there", client, map[string]any{"net.sock.peer.addr": "10.0.0.1"}, topology.Attributes{ServerAddress: "10.0.0.1"}},
		{"the peer of an entry", topology.KindConsumer, map[string]any{"peer.service": "p"}, topology.Attributes{PeerService: "p"}},
		{"HTTP by its status code alone", server, map[string]any{"http.response.status_code": 200}, topology.Attributes{Protocols: topology.ProtocolHTTP}},
		{"earlier RPC", client, map[string]any{"rpc.system": "apache_thrift"}, topology.Attributes{RPCSystem: "apache_thrift"}},
		{"earlier database", client, map[string]any{"db.system": "mssql", "db.name": "x"}, topology.Attributes{DBSystem: "mssql", DBNamespace: "x"}},
		{"a database number", client, map[string]any{"db.system": "redis", "db.redis.database_index": 3}, topology.Attributes{DBSystem: "redis", DBNamespace: "3"}},
		{"the present spelling wins", client, map[string]any{"db.name": "old", "db.namespace": "new", "peer.service": "old", "service.peer.name": "new"}, topology.Attributes{DBNamespace: "new", PeerService: "new"}},
		{"earlier messaging", topology.KindConsumer, map[string]any{"messaging.system": "kafka", "messaging.source.name": "q"}, topology.Attributes{MessagingSystem: "kafka", Destination: "q"}},
		{"a template names the destination", topology.KindProducer, map[string]any{"messaging.system": "nats", "messaging.destination.template": "q.{id}"}, topology.Attributes{MessagingSystem: "nats", Destination: "q.{id}"}},
		{"a client span that sends", client, map[string]any{"messaging.operation": "publish"}, topology.Attributes{Operation: topology.OperationSend}},
		{"a client span that polls", client, map[string]any{"messaging.operation.type": "receive"}, topology.Attributes{Operation: topology.OperationTake}},
		{"a Unix socket", client, map[string]any{"net.transport": "unix"}, topology.Attributes{Protocols: topology.ProtocolUnix}},
		{"WebSocket", client, map[string]any{"net.protocol.name": "websocket", "http.method": "GET"}, topology.Attributes{Protocols: topology.ProtocolWebSocket | topology.ProtocolHTTP}},
		{"internal spans are read for lane and evidence only", internal, map[string]any{"http.method": "GET", "db.system": "x", contract.AttrLane: "wasm"}, topology.Attributes{Lane: "wasm"}},
		{"values of a wrong type", client, map[string]any{"db.system": 1, "server.address": true, "http.status_code": "x"}, topology.Attributes{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := pcommon.NewMap()
			require.NoError(t, m.FromRaw(tt.in))
			o := topology.Observation{Kind: tt.kind}
			readAttributes(m, &o)
			assert.Equal(t, tt.want, o.Attributes)
		})
	}
}

func TestReadBesideAttributes(t *testing.T) {
	m := pcommon.NewMap()
	require.NoError(t, m.FromRaw(map[string]any{
		"http.request.body.size": 10, "http.request_content_length": 7, "http.response_content_length": 8,
		"http.route": "/a/{b}", contract.AttrMergeRefused: "conflict", contract.AttrMergeEvidence: "identity.header.b3",
		"http.request.header.b3": []any{"x"}, "http.request.header.traceparent": "y", "http.request.header.other": []any{"z"},
	}))
	o := topology.Observation{Kind: topology.KindServer}
	out := readAttributes(m, &o)
	want := topology.Observation{
		Kind: topology.KindServer, RequestBytes: 10, ResponseBytes: 8, Operation: "/a/{b}", MergeRefused: "conflict",
		Carriers: topology.CarrierB3 | topology.CarrierW3C,
	}
	assert.Equal(t, want, o)
	assert.Equal(t, "identity.header.b3", out.evidence)
}

func TestNotSampled(t *testing.T) {
	for flags, want := range map[uint32]bool{0: false, 1: false, 0x100: true, 0x101: false, 0x301: false, 0x300: true} {
		assert.Equal(t, want, notSampled(flags), "flags %x", flags)
	}
}

func TestReadResource(t *testing.T) {
	m := pcommon.NewMap()
	require.NoError(t, m.FromRaw(map[string]any{
		"service.name": "a", "service.namespace": "shop", "service.version": "3", "telemetry.sdk.language": "java", "telemetry.sdk.name": "opentelemetry",
		"telemetry.sdk.version": "1.2", "process.runtime.name": "OpenJDK", "process.runtime.version": "17", "jaeger.version": "Go-1",
		"host.name": "h", "k8s.pod.name": "p", "container.id": "c", "service.instance.id": "i", "k8s.pod.uid": "u", "process.pid": 3,
	}))
	want := topology.Resource{
		Namespace: "shop", Name: "a", Version: "3", Instance: "i", SDKLanguage: "java", SDKName: "opentelemetry", SDKVersion: "1.2",
		RuntimeName: "OpenJDK", RuntimeVersion: "17", JaegerVersion: "Go-1",
	}
	assert.Equal(t, want, readResource(m))
	for _, tt := range []struct{ without, instance string }{
		{"service.instance.id", "u"}, {"k8s.pod.uid", "p"}, {"k8s.pod.name", "c"}, {"container.id", "h"}, {"host.name", ""},
	} {
		m.Remove(tt.without)
		assert.Equal(t, tt.instance, readResource(m).Instance)
	}
}
