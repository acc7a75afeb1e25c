package multilangbridgeprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

func TestNormalizeSpan(t *testing.T) {
	tests := []struct {
		name string
		kind ptrace.SpanKind
		in   map[string]any
		want map[string]any
	}{
		{
			"http server of 1.20", ptrace.SpanKindServer,
			map[string]any{
				"http.method": "GET", "http.status_code": 200, "http.scheme": "http", "http.target": "/a?b=c", "http.flavor": "2.0",
				"net.host.name": "shop", "net.host.port": 80, "net.sock.peer.addr": "10.0.0.1", "net.sock.peer.port": 4000, "http.user_agent": "curl",
			},
			map[string]any{
				"http.request.method": "GET", "http.response.status_code": int64(200), "url.scheme": "http", "url.path": "/a", "url.query": "b=c",
				"network.protocol.version": "2", "server.address": "shop", "server.port": int64(80), "network.peer.address": "10.0.0.1",
				"network.peer.port": int64(4000), "user_agent.original": "curl",
			},
		},
		{"net.peer.name is the server on a client span", ptrace.SpanKindClient, map[string]any{"net.peer.name": "db", "net.peer.port": 5432}, map[string]any{"server.address": "db", "server.port": int64(5432)}},
		{"net.peer.name is the client on a server span", ptrace.SpanKindServer, map[string]any{"net.peer.name": "phone", "net.peer.port": 5}, map[string]any{"client.address": "phone", "client.port": int64(5)}},
		{"net.peer.name is the broker on a consumer span", ptrace.SpanKindConsumer, map[string]any{"net.peer.name": "kafka"}, map[string]any{"server.address": "kafka"}},
		{"net.peer.name of a span without kind stays", ptrace.SpanKindUnspecified, map[string]any{"net.peer.name": "x"}, map[string]any{"net.peer.name": "x"}},
		{"net.host.name is not the server on a client span", ptrace.SpanKindClient, map[string]any{"net.host.name": "me"}, map[string]any{"net.host.name": "me"}},
		{"socket addresses by side", ptrace.SpanKindServer, map[string]any{"client.socket.address": "1.2.3.4", "client.socket.port": 9}, map[string]any{"network.peer.address": "1.2.3.4", "network.peer.port": int64(9)}},
		{"target without query", ptrace.SpanKindServer, map[string]any{"http.target": "/a"}, map[string]any{"url.path": "/a"}},
		{"target beside another path stays", ptrace.SpanKindServer, map[string]any{"http.target": "/a", "url.path": "/b"}, map[string]any{"http.target": "/a", "url.path": "/b"}},
		{"rpc", ptrace.SpanKindClient, map[string]any{"rpc.system": "connect_rpc", "rpc.service": "shop.Cart", "rpc.method": "Add", "rpc.grpc.status_code": 5}, map[string]any{"rpc.system.name": "connectrpc", "rpc.method": "shop.Cart/Add", "rpc.response.status_code": "NOT_FOUND"}},
		{"rpc method merged already", ptrace.SpanKindClient, map[string]any{"rpc.service": "shop.Cart", "rpc.method": "shop.Cart/Add"}, map[string]any{"rpc.method": "shop.Cart/Add"}},
		{"rpc service without method stays", ptrace.SpanKindClient, map[string]any{"rpc.service": "shop.Cart"}, map[string]any{"rpc.service": "shop.Cart"}},
		{"rpc status of a code without name", ptrace.SpanKindClient, map[string]any{"rpc.grpc.status_code": 99}, map[string]any{"rpc.response.status_code": "99"}},
		{"rpc status, unreleased name", ptrace.SpanKindClient, map[string]any{"rpc.status_code": "OK"}, map[string]any{"rpc.response.status_code": "OK"}},
		{"captured metadata", ptrace.SpanKindServer, map[string]any{"rpc.grpc.request.metadata.b3": []any{"x"}}, map[string]any{"rpc.request.metadata.b3": []any{"x"}}},
		{"database", ptrace.SpanKindClient, map[string]any{"db.system": "mssql", "db.name": "shop", "db.statement": "select 1", "db.operation": "SELECT", "db.sql.table": "t"}, map[string]any{"db.system.name": "microsoft.sql_server", "db.namespace": "shop", "db.query.text": "select 1", "db.operation.name": "SELECT", "db.collection.name": "t"}},
		{"redis index becomes a string", ptrace.SpanKindClient, map[string]any{"db.redis.database_index": 3}, map[string]any{"db.namespace": "3"}},
		{"kafka", ptrace.SpanKindConsumer, map[string]any{"messaging.destination": "orders", "messaging.kafka.partition": 3, "messaging.kafka.message.offset": 77, "messaging.kafka.consumer_group": "g", "messaging.operation": "process", "messaging.kafka.message_key": "k", "messaging.message_id": "m"}, map[string]any{"messaging.destination.name": "orders", "messaging.destination.partition.id": "3", "messaging.kafka.offset": int64(77), "messaging.consumer.group.name": "g", "messaging.operation.type": "process", "messaging.operation.name": "process", "messaging.kafka.message.key": "k", "messaging.message.id": "m"}},
		{"publish is send", ptrace.SpanKindProducer, map[string]any{"messaging.operation": "publish"}, map[string]any{"messaging.operation.type": "send", "messaging.operation.name": "publish"}},
		{"values of transport and family", ptrace.SpanKindClient, map[string]any{"net.transport": "ip_tcp", "net.sock.family": "inet6"}, map[string]any{"network.transport": "tcp", "network.type": "ipv6"}},
		{"old and new agree: one is left", ptrace.SpanKindClient, map[string]any{"http.method": "GET", "http.request.method": "GET"}, map[string]any{"http.request.method": "GET"}},
		{"old and new differ: both are kept", ptrace.SpanKindClient, map[string]any{"http.method": "GET", "http.request.method": "POST"}, map[string]any{"http.method": "GET", "http.request.method": "POST"}},
		{"two old names of one new: the other stays", ptrace.SpanKindServer, map[string]any{"net.peer.name": "a", "http.client_ip": "b"}, nil},
		{"current names are not touched", ptrace.SpanKindServer, map[string]any{"http.request.method": "GET", "server.address": "x", "user.id": "u"}, map[string]any{"http.request.method": "GET", "server.address": "x", "user.id": "u"}},
		{"wrong types pass", ptrace.SpanKindServer, map[string]any{"http.target": int64(7), "messaging.operation": true}, map[string]any{"http.target": int64(7), "messaging.operation": true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, keep := range []bool{false, true} {
				td := ptrace.NewTraces()
				span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
				span.SetKind(tt.kind)
				require.NoError(t, span.Attributes().FromRaw(tt.in))
				original := span.Attributes().AsRaw()
				newNormalizer(keep).traces(td)
				got := span.Attributes().AsRaw()
				if keep {
					for k, v := range tt.want {
						assert.Equal(t, v, got[k], "keep_original: new name %q", k)
					}
					for k, v := range original {
						if k != "rpc.method" { // the one name whose value grows
							assert.Equal(t, v, got[k], "keep_original: old name %q", k)
						}
					}
					continue
				}
				if tt.want == nil { // map order decides which of the two moves; both values survive
					assert.Len(t, got, len(original))
					continue
				}
				assert.Equal(t, tt.want, got)
			}
		})
	}
}

// Every plain row of the table moves its value on every kind it is for.
func TestNormalizeEveryRow(t *testing.T) {
	for _, r := range contract.Renames() {
		if r.Op != contract.OpMove {
			continue
		}
		for kind := int32(0); kind <= 5; kind++ {
			td := ptrace.NewTraces()
			span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
			span.SetKind(ptrace.SpanKind(kind))
			span.Attributes().PutStr(r.Old, "a value")
			newNormalizer(false).traces(td)
			_, moved := span.Attributes().Get(r.New)
			if r.Kinds.Has(kind) {
				assert.True(t, moved, "%s on kind %d becomes %s", r.Old, kind, r.New)
			} else {
				assert.False(t, moved, "%s on kind %d does not become %s", r.Old, kind, r.New)
			}
		}
	}
}

func TestNormalizeResourceAndEvents(t *testing.T) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("deployment.environment", "prod")
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("io.opentelemetry.tomcat-10.0")
	event := ss.Spans().AppendEmpty().Events().AppendEmpty()
	event.SetName("message")
	event.Attributes().PutInt("message.id", 1)
	n := newNormalizer(false)
	assert.EqualValues(t, 3, n.traces(td))
	assert.Equal(t, map[string]any{"deployment.environment.name": "prod", "telemetry.sdk.language": "java"}, rs.Resource().Attributes().AsRaw())
	assert.Equal(t, map[string]any{"rpc.message.id": int64(1)}, event.Attributes().AsRaw())
	assert.Zero(t, n.traces(td), "a second pass finds nothing")
}

func TestDetectLanguage(t *testing.T) {
	tests := []struct {
		name     string
		resource map[string]any
		scopes   []string
		want     contract.Language
	}{
		{"runtime", map[string]any{"process.runtime.name": "OpenJDK Runtime Environment"}, nil, "java"},
		{"jaeger tag", map[string]any{"jaeger.version": "Python-4.8.0"}, nil, "python"},
		{"scopes", nil, []string{"my-lib", "@opentelemetry/instrumentation-http"}, "nodejs"},
		{"scopes of two languages", nil, []string{"io.opentelemetry.jdbc", "@opentelemetry/instrumentation-http"}, ""},
		{"nothing", nil, []string{"my-lib"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rs := ptrace.NewTraces().ResourceSpans().AppendEmpty()
			require.NoError(t, rs.Resource().Attributes().FromRaw(tt.resource))
			for _, s := range tt.scopes {
				rs.ScopeSpans().AppendEmpty().Scope().SetName(s)
			}
			assert.Equal(t, tt.want, detectLanguage(rs))
		})
	}
}

func TestNormalizeAllocatesNothingWithoutOldNames(t *testing.T) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("telemetry.sdk.language", "go")
	attrs := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes()
	attrs.PutStr("http.request.method", "GET")
	attrs.PutInt("http.response.status_code", 200)
	n := newNormalizer(false)
	assert.Zero(t, testing.AllocsPerRun(100, func() { n.traces(td) }))
}

func TestRenameTableHoldsEveryName(t *testing.T) {
	for _, rows := range [][]contract.Rename{contract.Renames(), contract.ResourceRenames(), contract.EventRenames()} {
		table := newRenameTable(rows, nil)
		for _, r := range rows {
			found := false
			for kind := range int32(6) {
				rename, _ := table.find(r.Old, kind)
				found = found || rename != nil
			}
			assert.True(t, found, r.Old)
		}
	}
	starts := map[byte]bool{}
	for _, p := range contract.PrefixRenames() {
		starts[p.Old[0]] = true
	}
	assert.Len(t, starts, 1, "renameTable.prefixStart holds one first byte")
}

func BenchmarkNormalize(b *testing.B) {
	src := ptrace.NewTraces()
	spans := src.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	const n = 1000
	for range n {
		s := spans.AppendEmpty()
		s.SetKind(ptrace.SpanKindServer)
		for k, v := range map[string]string{
			"http.method": "GET", "http.scheme": "http", "http.target": "/a?b", "http.route": "/a", "net.host.name": "h", "net.sock.peer.addr": "1.1.1.1",
			"http.flavor": "1.1", "http.user_agent": "curl", "thread.name": "main", "app.user": "u",
		} {
			s.Attributes().PutStr(k, v)
		}
		s.Attributes().PutInt("http.status_code", 200)
	}
	norm := newNormalizer(false)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		td := ptrace.NewTraces()
		src.CopyTo(td)
		b.StartTimer()
		norm.traces(td)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/span")
}
