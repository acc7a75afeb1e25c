package pairing

import (
	"fmt"
	"strings"
	"time"
)

// cases are what users of service graphs miss, by the numbers of their issues, and
// what goes wrong under failure.
func cases() []pairingCase {
	return append(append(calls(), messages()...), failures()...)
}

func calls() []pairingCase {
	return []pairingCase{
		{
			name: "client and its server child", issues: "-",
			spans: []span{{service: "a", kind: client, id: 1, attrs: get}, {service: "b", kind: server, id: 2, parent: 1, attrs: get}},
			want:  []string{"a -> b http call x1"},
		},
		{
			name: "the callee arrives before its caller", issues: "-",
			spans: []span{{service: "b", kind: server, id: 2, parent: 1, attrs: get}, {service: "a", kind: client, id: 1, attrs: get}},
			want:  []string{"a -> b http call x1"},
		},
		{
			name: "the caller arrives 8 s after its callee", issues: "tempo#1509, tempo#6587",
			spans: []span{{service: "b", kind: server, id: 2, parent: 1, attrs: get}, {service: "a", kind: client, id: 1, attrs: get, at: 8 * time.Second}},
			want:  []string{"a -> b http call x1"},
		},
		{
			name: "a root server span", issues: "contrib#45397, contrib#36503",
			spans: []span{{service: "a", kind: server, id: 1, attrs: get}},
			want:  []string{"user -> a http call x1"},
		},
		{
			name: "a server whose parent never comes", issues: "contrib#45397, kibana#227929, tempo#2771",
			spans: []span{{service: "a", kind: server, id: 2, parent: 1, attrs: get}},
			want:  []string{"caller missing -> a http call x1"},
		},
		{
			name: "an entry that names its uninstrumented caller", issues: "contrib#36503, tempo#4453",
			spans: []span{{service: "a", kind: server, id: 1, attrs: with(get, attrs{"peer.service": "legacy"})}},
			want:  []string{"legacy -> a http call x1"},
		},
		{
			name: "a client of which only server.address is known", issues: "tempo#5268, data-prepper#1131",
			spans: []span{{service: "a", kind: client, id: 1, attrs: to("api.example.com")}},
			want:  []string{"a -> api.example.com http call x1"},
		},
		{
			name: "a client of which only the URL is known", issues: "tempo#5268",
			spans: []span{{service: "a", kind: client, id: 1, attrs: attrs{"http.method": "GET", "http.url": "https://api.example.com/x"}}},
			want:  []string{"a -> api.example.com http call x1"},
		},
		{
			name: "a client of which only the socket's peer is known", issues: "gcx#843",
			spans: []span{{service: "a", kind: client, id: 1, attrs: attrs{"rpc.system": "grpc", "net.sock.peer.addr": "10.0.0.9"}}},
			want:  []string{"a -> 10.0.0.9 grpc call x1"},
		},
		{
			name: "a client with service.peer.name only", issues: "tempo#4453",
			spans: []span{{service: "a", kind: client, id: 1, attrs: with(get, attrs{"service.peer.name": "legacy"})}},
			want:  []string{"a -> legacy http call x1"},
		},
		{
			name: "a client with peer.service only", issues: "-",
			spans: []span{{service: "a", kind: client, id: 1, attrs: with(get, attrs{"peer.service": "legacy"})}},
			want:  []string{"a -> legacy http call x1"},
		},
		{
			name: "a database by present conventions", issues: "tempo#5268",
			spans: []span{{service: "a", kind: client, id: 1, attrs: postgres}},
			want:  []string{"a -> postgresql:payments db.postgresql call x1"},
		},
		{
			name: "a database by earlier conventions", issues: "-",
			spans: []span{{service: "a", kind: client, id: 1, attrs: attrs{"db.system": "mssql", "db.name": "payments"}}},
			want:  []string{"a -> microsoft.sql_server:payments db.microsoft.sql_server call x1"},
		},
		{
			name: "a database proxy that sends a server span", issues: "-",
			spans: []span{{service: "a", kind: client, id: 1, attrs: postgres}, {service: "pgproxy", kind: server, id: 2, parent: 1}},
			want:  []string{"a -> pgproxy db.postgresql call x1"},
		},
		{
			name: "nested client spans", issues: "tempo#1418",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: to("outer")},
				{service: "a", kind: client, id: 2, parent: 1, attrs: get},
				{service: "b", kind: server, id: 3, parent: 2, attrs: get},
			},
			want: []string{"a -> b http call x1"},
		},
		{
			name: "three nested client spans, the outermost last", issues: "tempo#1418",
			spans: []span{
				{service: "a", kind: client, id: 2, parent: 1, attrs: get},
				{service: "a", kind: client, id: 3, parent: 2, attrs: to("dynamodb.amazonaws.com")},
				{service: "a", kind: client, id: 1, attrs: attrs{"db.system.name": "aws.dynamodb", "db.namespace": "carts"}},
			},
			want: []string{"a -> aws.dynamodb:carts db.aws.dynamodb call x1"},
		},
		{
			name: "a server under an internal span", issues: "contrib#44308, contrib#29148",
			spans: []span{{service: "a", kind: internal, id: 1}, {service: "b", kind: server, id: 2, parent: 1, attrs: get}},
			want:  []string{"a -> b http call x1 inferred"},
		},
		{
			name: "a server under a server span", issues: "contrib#29531, kibana#130319",
			spans: []span{{service: "a", kind: server, id: 1, attrs: get}, {service: "b", kind: server, id: 2, parent: 1, attrs: get}},
			want:  []string{"a -> b http call x1 inferred", "user -> a http call x1"},
		},
		{
			name: "a server under an internal span, the client span above last", issues: "contrib#44308",
			spans: []span{
				{service: "b", kind: server, id: 3, parent: 2, attrs: get},
				{service: "a", kind: internal, id: 2, parent: 1},
				{service: "a", kind: client, id: 1, attrs: get},
			},
			want: []string{"a -> b http call x1"},
		},
		{
			name: "an entry without a kind", issues: "contrib#29531",
			spans: []span{{service: "a", kind: client, id: 1, attrs: get}, {service: "b", kind: noKind, id: 2, parent: 1}},
			want:  []string{"a -> b http call x1"},
		},
		{
			name: "a gateway that only has client spans", issues: "tempo#1418",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: get},
				{service: "gateway", kind: client, id: 2, parent: 1, attrs: get},
				{service: "b", kind: server, id: 3, parent: 2, attrs: get},
			},
			want: []string{"a -> gateway http call x1", "gateway -> b http call x1"},
		},
		{
			name: "a retry: one client span, two server spans", issues: "measured",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: get},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get},
				{service: "b", kind: server, id: 3, parent: 1, attrs: get},
			},
			want: []string{"a -> b http call x2"},
		},
		{
			name: "a service that calls itself", issues: "-",
			spans: []span{{service: "a", kind: client, id: 1, attrs: get}, {service: "a", kind: server, id: 2, parent: 1, attrs: get}},
			want:  []string{"a -> a http call x1 self"},
		},
		{
			name: "no service.name", issues: "measured",
			spans: []span{{kind: server, id: 1, attrs: get}},
			want:  []string{"user -> unidentified http call x1"},
		},
		{
			name: "two roots in one trace", issues: "measured",
			spans: []span{{service: "a", kind: server, id: 1, attrs: get}, {service: "b", kind: server, id: 2, attrs: get}},
			want:  []string{"user -> a http call x1", "user -> b http call x1"},
		},
		{
			name: "an address learned from a paired call", issues: "-",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: to("b.shop")},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get},
				{service: "c", kind: client, trace: 2, id: 3, attrs: to("b.shop"), at: time.Second},
			},
			want: []string{"a -> b http call x1", "c -> b http call x1 inferred"},
		},
		{
			name: "an address under which two services answer", issues: "-",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: to("gate")},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get},
				{service: "a", kind: client, trace: 2, id: 3, attrs: to("gate")},
				{service: "c", kind: server, trace: 2, id: 4, parent: 3, attrs: get},
				{service: "d", kind: client, trace: 3, id: 5, attrs: to("gate"), at: time.Second},
			},
			want: []string{"a -> b http call x1", "a -> c http call x1", "d -> gate http call x1"},
		},
		{
			name: "an address of the caller's own machine", issues: "-",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: to("localhost")},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get},
				{service: "c", kind: client, trace: 2, id: 3, attrs: to("localhost"), at: time.Second},
			},
			want: []string{"a -> b http call x1", "c -> localhost http call x1"},
		},
		{
			name: "a root server called from where a service is known to answer", issues: "contrib#46742",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: to("10.0.0.7")},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get},
				{service: "c", kind: server, trace: 2, id: 3, attrs: with(get, attrs{"network.peer.address": "10.0.0.7"}), at: time.Second},
			},
			want: []string{"a -> b http call x1", "b -> c http call x1 inferred"},
		},
		{
			name: "a piece that a merge tied to its caller by a link", issues: "-",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: get},
				{service: "b", kind: server, trace: 2, id: 2, attrs: with(get, merged), links: [][2]int{{1, 1}}, linkAttrs: merged},
			},
			want: []string{"a -> b http call x1 joined"},
		},
		{
			name: "a sampled call", issues: "tempo#7202",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: get, state: "ot=th:c"},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get, state: "ot=th:c"},
			},
			want: []string{"a -> b http call x4"},
		},
		{
			name: "failed at the callee", issues: "contrib#32018",
			spans: []span{{service: "a", kind: client, id: 1, attrs: get, failed: true}, {service: "b", kind: server, id: 2, parent: 1, attrs: get, failed: true}},
			want:  []string{"a -> b http call x1 failed at the callee"},
		},
		{
			name: "failed as only the caller saw it", issues: "contrib#32018",
			spans: []span{{service: "a", kind: client, id: 1, attrs: get, failed: true}, {service: "b", kind: server, id: 2, parent: 1, attrs: get}},
			want:  []string{"a -> b http call x1 failed for the caller"},
		},
		{
			name: "a failure that the caller swallowed", issues: "-",
			spans: []span{
				{service: "b", kind: server, id: 3, parent: 2, attrs: get, failed: true},
				{service: "a", kind: client, id: 2, parent: 1, attrs: get, failed: true},
				{service: "a", kind: server, id: 1, attrs: get},
			},
			want: []string{"a -> b http call x1 failed at the callee, swallowed", "user -> a http call x1"},
		},
	}
}

func messages() []pairingCase {
	return []pairingCase{
		{
			name: "one producer, three consumers", issues: "measured",
			spans: []span{
				{service: "a", kind: producer, id: 1, attrs: kafka},
				{service: "b", kind: taker, id: 2, parent: 1, attrs: kafka},
				{service: "c", kind: taker, id: 3, parent: 1, attrs: kafka},
				{service: "d", kind: taker, id: 4, parent: 1, attrs: kafka},
			},
			want: []string{"a -> b kafka message x1", "a -> c kafka message x1", "a -> d kafka message x1"},
		},
		{
			name: "a consumer in another trace, tied by a link", issues: "tempo#7215, alloy#6303",
			spans: []span{{service: "a", kind: producer, id: 1, attrs: kafka}, {service: "b", kind: taker, trace: 2, id: 2, attrs: kafka, links: [][2]int{{1, 1}}}},
			want:  []string{"a -> b kafka message x1"},
		},
		{
			name: "a batch: five links to two producers", issues: "tempo#7215",
			spans: []span{
				{service: "a", kind: producer, trace: 1, id: 1, attrs: kafka},
				{service: "b", kind: producer, trace: 2, id: 2, attrs: kafka},
				{service: "c", kind: taker, trace: 3, id: 3, attrs: kafka, links: [][2]int{{1, 1}, {1, 1}, {2, 2}, {1, 1}, {2, 2}}},
			},
			want: []string{"a -> c kafka message x3", "b -> c kafka message x2"},
		},
		{
			name: "a consumer tied by parent and by link", issues: "tempo#7215",
			spans: []span{{service: "a", kind: producer, id: 1, attrs: kafka}, {service: "b", kind: taker, id: 2, parent: 1, attrs: kafka, links: [][2]int{{1, 1}}}},
			want:  []string{"a -> b kafka message x1"},
		},
		{
			name: "polling messages, as a client span", issues: "alloy#6303",
			spans: []span{{service: "a", kind: client, id: 1, attrs: with(kafka, attrs{"messaging.operation.type": "receive"})}},
			want:  []string{},
		},
		{
			name: "settling messages, as a client span", issues: "alloy#6303",
			spans: []span{{service: "a", kind: client, id: 1, attrs: with(kafka, attrs{"messaging.operation.type": "settle"})}},
			want:  []string{},
		},
		{
			name: "messages created one by one and sent as a batch, by a client span", issues: "tempo#7215",
			spans: []span{
				{service: "a", kind: producer, id: 1, attrs: with(kafka, attrs{"messaging.operation.type": "create"})},
				{service: "a", kind: client, id: 2, attrs: with(kafka, attrs{"messaging.operation.type": "send"}), links: [][2]int{{1, 1}}},
				{service: "b", kind: taker, trace: 2, id: 3, attrs: kafka, links: [][2]int{{1, 1}}},
			},
			want: []string{"a -> b kafka message x1"},
		},
		{
			name: "a producer without a consumer", issues: "tempo#3348",
			spans: []span{{service: "a", kind: producer, id: 1, attrs: kafka}},
			want:  []string{"a -> kafka:orders kafka message x1"},
		},
		{
			name: "a consumer without a producer", issues: "tempo#3348",
			spans: []span{{service: "b", kind: taker, id: 1, attrs: kafka}},
			want:  []string{"kafka:orders -> b kafka message x1"},
		},
		{
			name: "the consumer comes 4 minutes after the producer", issues: "tempo#3453",
			spans: []span{{service: "a", kind: producer, id: 1, attrs: kafka}, {service: "b", kind: taker, id: 2, parent: 1, attrs: kafka, at: 4 * time.Minute}},
			want:  []string{"a -> b kafka message x1"},
		},
		{
			name: "two services that only share a topic", issues: "tempo#3689",
			spans: []span{{service: "a", kind: producer, id: 1, attrs: kafka}, {service: "b", kind: taker, trace: 2, id: 2, attrs: kafka}},
			want:  []string{"a -> kafka:orders kafka message x1", "kafka:orders -> b kafka message x1"},
		},
		{
			name: "a producer that ends after its consumer starts", issues: "measured",
			spans: []span{{service: "a", kind: producer, id: 1, start: 50, attrs: kafka}, {service: "b", kind: taker, id: 2, parent: 1, attrs: kafka}},
			want:  []string{"a -> b kafka message x1"},
		},
	}
}

func failures() []pairingCase {
	return []pairingCase{
		{
			name: "the same spans delivered twice", issues: "measured",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: get},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get},
				{service: "a", kind: client, id: 1, attrs: get},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get},
			},
			want: []string{"a -> b http call x1"},
		},
		{
			name: "one of the two spans delivered twice", issues: "measured",
			spans: []span{
				{service: "a", kind: client, id: 1, attrs: get},
				{service: "b", kind: server, id: 2, parent: 1, attrs: get},
				{service: "a", kind: client, id: 1, attrs: get},
			},
			want: []string{"a -> b http call x1"},
		},
		{
			name: "the callee comes 5 s after its caller", issues: "tempo#1719, measured",
			spans: []span{{service: "a", kind: client, id: 1, attrs: to("b.shop")}, {service: "b", kind: server, id: 2, parent: 1, attrs: get, at: 5 * time.Second}},
			want:  []string{"a -> b http call x1"},
		},
		{
			name: "the callee comes when the wait is over", issues: "tempo#6587, measured",
			spans: []span{{service: "a", kind: client, id: 1, attrs: to("b.shop")}, {service: "b", kind: server, id: 2, parent: 1, attrs: get, at: 15 * time.Second}},
			want:  []string{"a -> b http call x1", "a -> b.shop http call"},
		},
		{
			name: "a span that ends before it starts", issues: "measured",
			spans: []span{{service: "a", kind: client, id: 1, end: 10, attrs: get}, {service: "b", kind: server, id: 2, parent: 1, start: 10, end: 5, attrs: get}},
			want:  []string{"a -> b http call x1"},
		},
		{
			name: "a span that is its own parent", issues: "measured",
			spans: []span{{service: "a", kind: server, id: 1, parent: 1, attrs: get}},
			want:  []string{"caller missing -> a http call x1"},
		},
		{
			name: "ids of zero", issues: "measured",
			spans: []span{{service: "a", kind: client, noIDs: true, attrs: get}, {service: "b", kind: server, noIDs: true, attrs: get}},
			want:  []string{},
		},
		{
			name: "2000 calls at once, callers first", issues: "measured",
			load: func() []span {
				var spans []span
				for i := range 2000 {
					spans = append(spans, span{service: "a", kind: client, trace: i + 1, id: 1, attrs: get})
				}
				for i := range 2000 {
					spans = append(spans, span{service: "b", kind: server, trace: i + 1, id: 2, parent: 1, attrs: get})
				}
				return spans
			},
			want: []string{"a -> b http call x2000"},
		},
		{
			name: "a service name of 64 KiB", issues: "measured",
			spans: []span{{service: strings.Repeat("x", 64<<10), kind: server, id: 1, attrs: get}},
			want:  []string{"user -> (256 bytes) http call x1"},
		},
		{
			name: "an address of its own for each of 500 calls", issues: "beyla#1669, beyla#2145, skywalking#5004",
			load: func() []span {
				var spans []span
				for i := range 500 {
					spans = append(spans, span{service: "a", kind: client, id: i + 1, attrs: with(to(fmt.Sprintf("10.0.%d.%d", i/256, i%256)), attrs{"peer.service": fmt.Sprintf("10.0.%d.%d", i/256, i%256)})})
				}
				return spans
			},
			want: []string{"100 edges from a", "a -> __overflow__ unknown call x400, stands for about 400"},
		},
	}
}
