package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The cases are what users of other service graphs miss, and the rules of
// docs/rules.md that say what is wanted.
func TestPairing(t *testing.T) {
	const later = time.Minute
	tests := []struct {
		name  string
		spans []span
		after time.Duration
		want  []string
	}{
		{
			"T3 case 1: client and server child",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http},
			},
			later,
			[]string{"a -> b http call x1"},
		},
		{
			"T3 case 1: callee arrives before caller",
			[]span{
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http},
				{service: "a", kind: KindClient, id: 1, attrs: http},
			},
			later,
			[]string{"a -> b http call x1"},
		},
		{
			"T3 case 2: the caller comes 8 s after the callee",
			[]span{
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http},
				{service: "a", kind: KindClient, id: 1, attrs: http, at: 8 * time.Second},
			},
			later,
			[]string{"a -> b http call x1"},
		},
		{
			"T3 case 3: a root server is the user's call, at once",
			[]span{{service: "a", kind: KindServer, id: 1, attrs: http}},
			0,
			[]string{"user -> a http call x1"},
		},
		{
			"T3 case 4: a server whose parent never comes is not the user's call",
			[]span{{service: "a", kind: KindServer, id: 2, parent: 1, attrs: http}},
			later,
			[]string{"caller missing -> a http call x1"},
		},
		{
			"T4: no virtual node while the wait is not over",
			[]span{{service: "a", kind: KindClient, id: 1, attrs: to("api.example.com")}},
			9 * time.Second,
			[]string{},
		},
		{
			"T5 case 5: a client of which only the address is known",
			[]span{{service: "a", kind: KindClient, id: 1, attrs: to("api.example.com")}},
			later,
			[]string{"a -> api.example.com http call x1"},
		},
		{
			"T5 case 6: a database by its namespace",
			[]span{{service: "a", kind: KindClient, id: 1, attrs: postgres}},
			later,
			[]string{"a -> postgresql:payments db.postgresql call x1"},
		},
		{
			"T5: a database without a namespace is told apart by its address",
			[]span{{service: "a", kind: KindClient, id: 1, attrs: Attributes{DBSystem: "redis", ServerAddress: "cache"}}},
			later,
			[]string{"a -> redis:cache db.redis call x1"},
		},
		{
			"T5: an earlier spelling of the database system",
			[]span{{service: "a", kind: KindClient, id: 1, attrs: Attributes{DBSystem: "mssql", DBNamespace: "x"}}},
			later,
			[]string{"a -> microsoft.sql_server:x db.microsoft.sql_server call x1"},
		},
		{
			"T5 case 7: service.peer.name",
			[]span{{service: "a", kind: KindClient, id: 1, attrs: Attributes{RPCSystem: "grpc", PeerService: "legacy", ServerAddress: "10.0.0.1"}}},
			later,
			[]string{"a -> legacy grpc call x1"},
		},
		{
			"T5: service.peer.name of a service that is known in the caller's namespace",
			[]span{
				{service: "shop/b", kind: KindInternal, id: 9},
				{service: "shop/a", kind: KindClient, id: 1, attrs: Attributes{PeerService: "b"}},
			},
			later,
			[]string{"shop/a -> shop/b unknown call x1"},
		},
		{
			"T5: nothing is known of the callee",
			[]span{{service: "a", kind: KindClient, id: 1}},
			later,
			[]string{"a -> unknown unknown call x1"},
		},
		{
			"case 8: the outer of nested client spans is suppressed",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: to("outer")},
				{service: "a", kind: KindClient, id: 2, parent: 1, attrs: http},
				{service: "b", kind: KindServer, id: 3, parent: 2, attrs: http},
			},
			later,
			[]string{"a -> b http call x1"},
		},
		{
			"case 8: with an internal span between outer and inner, innermost first",
			[]span{
				{service: "b", kind: KindServer, id: 4, parent: 3, attrs: http},
				{service: "a", kind: KindClient, id: 3, parent: 2, attrs: http},
				{service: "a", kind: KindInternal, id: 2, parent: 1},
				{service: "a", kind: KindClient, id: 1, attrs: to("outer")},
			},
			later,
			[]string{"a -> b http call x1"},
		},
		{
			"case 8: the inner span inherits what the outer knows of the destination",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: Attributes{DBSystem: "dynamodb", DBNamespace: "carts"}},
				{service: "a", kind: KindClient, id: 2, parent: 1, attrs: to("dynamodb.eu-west-1.amazonaws.com")},
			},
			later,
			[]string{"a -> aws.dynamodb:carts db.aws.dynamodb call x1"},
		},
		{
			"T3 case 9: one producer, three consumers",
			[]span{
				{service: "a", kind: KindProducer, id: 1, attrs: kafka},
				{service: "b", kind: KindConsumer, id: 2, parent: 1, attrs: kafka},
				{service: "c", kind: KindConsumer, id: 3, parent: 1, attrs: kafka},
				{service: "d", kind: KindConsumer, id: 4, parent: 1, attrs: kafka},
			},
			6 * time.Minute,
			[]string{"a -> b kafka message x1", "a -> c kafka message x1", "a -> d kafka message x1"},
		},
		{
			"T3 case 10: a consumer in another trace, tied by a link",
			[]span{
				{service: "a", kind: KindProducer, trace: 1, id: 1, attrs: kafka},
				{service: "b", kind: KindConsumer, trace: 2, id: 2, attrs: kafka, links: [][2]int{{1, 1}}},
			},
			time.Minute,
			[]string{"a -> b kafka message x1"},
		},
		{
			"T3 case 10: the linked producer arrives after its consumer",
			[]span{
				{service: "b", kind: KindConsumer, trace: 2, id: 2, attrs: kafka, links: [][2]int{{1, 1}}},
				{service: "a", kind: KindProducer, trace: 1, id: 1, attrs: kafka, at: time.Minute},
			},
			7 * time.Minute,
			[]string{"a -> b kafka message x1"},
		},
		{
			"case 11: a batch consumer with five links to two producers",
			[]span{
				{service: "a", kind: KindProducer, trace: 1, id: 1, attrs: kafka},
				{service: "b", kind: KindProducer, trace: 2, id: 2, attrs: kafka},
				{service: "c", kind: KindConsumer, trace: 3, id: 3, attrs: kafka, links: [][2]int{{1, 1}, {1, 1}, {2, 2}, {1, 1}, {2, 2}}},
			},
			time.Minute,
			[]string{"a -> c kafka message x3", "b -> c kafka message x2"},
		},
		{
			"T3: a link to the parent is the parent's message, not another",
			[]span{
				{service: "a", kind: KindProducer, id: 1, attrs: kafka},
				{service: "b", kind: KindConsumer, id: 2, parent: 1, attrs: kafka, links: [][2]int{{1, 1}}},
			},
			time.Minute,
			[]string{"a -> b kafka message x1"},
		},
		{
			"T3: a consumer under its own service's receive span pairs by link",
			[]span{
				{service: "b", kind: KindConsumer, trace: 2, id: 3, parent: 2, attrs: kafka, links: [][2]int{{1, 1}}},
				{service: "b", kind: KindInternal, trace: 2, id: 2},
				{service: "a", kind: KindProducer, trace: 1, id: 1, attrs: kafka},
			},
			time.Minute,
			[]string{"a -> b kafka message x1"},
		},
		{
			"T3: a server span that a merge tied to its caller by a link",
			[]span{
				{service: "a", kind: KindClient, trace: 1, id: 1, attrs: http},
				{service: "b", kind: KindServer, trace: 2, id: 2, attrs: http, links: [][2]int{{1, 1}}, evidence: EvidenceJoined},
				{service: "b", kind: KindServer, trace: 3, id: 3, parent: 99, attrs: http, links: [][2]int{{1, 1}}, evidence: EvidenceJoined},
			},
			later,
			[]string{"a -> b http call x2 joined=2"},
		},
		{
			"T4: a server span whose linked caller never comes is not the user's call",
			[]span{{service: "b", kind: KindServer, trace: 2, id: 2, links: [][2]int{{1, 1}}, evidence: EvidenceJoined}},
			later,
			[]string{"caller missing -> b unknown call x1 joined=1"},
		},
		{
			"case 12: polling or settling messages is no call",
			[]span{{service: "a", kind: KindClient, id: 1, attrs: Attributes{MessagingSystem: "kafka", Operation: OperationTake}}},
			later,
			[]string{},
		},
		{
			"T4: a client span that sends is a producer; unpaired it goes to the broker",
			[]span{{service: "a", kind: KindClient, id: 1, attrs: Attributes{MessagingSystem: "nats", Destination: "orders", Operation: OperationSend}}},
			6 * time.Minute,
			[]string{"a -> nats:orders nats message x1"},
		},
		{
			"T3: a root consumer without links takes from the broker, at once",
			[]span{{service: "b", kind: KindConsumer, id: 2, attrs: kafka}},
			0,
			[]string{"kafka:orders -> b kafka message x1"},
		},
		{
			"T4: a consumer whose linked producer never comes takes from the broker",
			[]span{{service: "b", kind: KindConsumer, trace: 2, id: 2, attrs: kafka, links: [][2]int{{1, 1}}}},
			6 * time.Minute,
			[]string{"kafka:orders -> b kafka message x1"},
		},
		{
			"T3 case 13: a server under a server span of another service",
			[]span{
				{service: "a", kind: KindServer, id: 1, parent: 0, attrs: http},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: grpc},
			},
			later,
			[]string{"a -> b grpc call x1 inferred=1", "user -> a http call x1"},
		},
		{
			"T3 case 13: a server under an internal span, callee first",
			[]span{
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: grpc},
				{service: "a", kind: KindInternal, id: 1},
			},
			later,
			[]string{"a -> b grpc call x1 inferred=1"},
		},
		{
			"T3: through internal spans to the client span above",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: grpc},
				{service: "a", kind: KindInternal, id: 2, parent: 1},
				{service: "a", kind: KindInternal, id: 3, parent: 2},
				{service: "b", kind: KindServer, id: 4, parent: 3},
			},
			later,
			[]string{"a -> b grpc call x1"},
		},
		{
			"T3: through internal spans, the client span last",
			[]span{
				{service: "b", kind: KindServer, id: 4, parent: 3, attrs: grpc},
				{service: "a", kind: KindInternal, id: 3, parent: 2},
				{service: "a", kind: KindInternal, id: 2, parent: 1},
				{service: "a", kind: KindClient, id: 1, attrs: to("b")},
			},
			later,
			[]string{"a -> b grpc call x1"},
		},
		{
			"T3: a server under an internal span of its own service is no call",
			[]span{
				{service: "a", kind: KindInternal, id: 1},
				{service: "a", kind: KindServer, id: 2, parent: 1, attrs: http},
			},
			later,
			[]string{},
		},
		{
			"T3: an entry that is no server: client of another service, of no kind",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http},
				{service: "b", kind: KindUnspecified, id: 2, parent: 1},
			},
			later,
			[]string{"a -> b http call x1"},
		},
		{
			"case 14: a gateway that only has client spans",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http},
				{service: "gateway", kind: KindClient, id: 2, parent: 1, attrs: http},
				{service: "b", kind: KindServer, id: 3, parent: 2, attrs: http},
			},
			later,
			[]string{"a -> gateway http call x1", "gateway -> b http call x1"},
		},
		{
			"T2 case 15: the same spans delivered again",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http},
				{service: "a", kind: KindClient, id: 1, attrs: http},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http},
			},
			later,
			[]string{"a -> b http call x1"},
		},
		{
			"T2: a root server delivered twice",
			[]span{{service: "a", kind: KindServer, id: 1}, {service: "a", kind: KindServer, id: 1}},
			0,
			[]string{"user -> a unknown call x1"},
		},
		{
			"T2: one client half, several server children",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http},
				{service: "b", kind: KindServer, id: 3, parent: 1, attrs: http, at: 5 * time.Second},
			},
			later,
			[]string{"a -> b http call x2"},
		},
		{
			"case 16: a database proxy with a server span",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: postgres},
				{service: "pgproxy", kind: KindServer, id: 2, parent: 1},
			},
			later,
			[]string{"a -> pgproxy db.postgresql call x1"},
		},
		{
			"case 17: no service.name",
			[]span{{kind: KindServer, id: 1, attrs: http}},
			0,
			[]string{"user -> unidentified http call x1"},
		},
		{
			"case 18: the consumer comes minutes after the producer",
			[]span{
				{service: "a", kind: KindProducer, id: 1, attrs: kafka},
				{service: "b", kind: KindConsumer, id: 2, parent: 1, start: 4 * 60_000, attrs: kafka, at: 4 * time.Minute},
			},
			4 * time.Minute,
			[]string{"a -> b kafka message x1"},
		},
		{
			"case 19: a service calls itself",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http},
				{service: "a", kind: KindServer, id: 2, parent: 1, attrs: http},
			},
			later,
			[]string{"a -> a http call x1"},
		},
		{
			"T6: failed when either end failed",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http, failed: true},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http},
				{service: "b", kind: KindServer, id: 3, parent: 4, attrs: http},
				{service: "a", kind: KindClient, id: 4, attrs: http},
			},
			later,
			[]string{"a -> b http call x2 failed=0.5"},
		},
		{
			"T10: a call weighs what its callee's threshold says",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http, weight: 2},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http, weight: 4},
			},
			later,
			[]string{"a -> b http call x4"},
		},
		{
			"evidence of the callee: joined and inferred",
			[]span{
				{service: "a", kind: KindClient, id: 1, attrs: http},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http, evidence: EvidenceJoined},
				{service: "b", kind: KindServer, id: 3, parent: 1, attrs: http, evidence: EvidenceInferred},
				{service: "b", kind: KindServer, id: 4, parent: 1, attrs: http},
			},
			later,
			[]string{"a -> b http call x3 joined=1 inferred=1"},
		},
		{
			"its own parent: not the user's call",
			[]span{{service: "a", kind: KindServer, id: 1, parent: 1}},
			later,
			[]string{"caller missing -> a unknown call x1"},
		},
		{
			"a cycle of two",
			[]span{
				{service: "a", kind: KindClient, id: 1, parent: 2, attrs: http},
				{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http},
			},
			later,
			// Each span is the parent of the other, and each is an entry from another service.
			[]string{"a -> b http call x1", "b -> a http call x1 inferred=1"},
		},
		{
			"a cycle of internal spans under a call",
			[]span{
				{service: "a", kind: KindInternal, id: 1, parent: 2},
				{service: "a", kind: KindInternal, id: 2, parent: 1},
				{service: "b", kind: KindServer, id: 3, parent: 2, attrs: http},
			},
			later,
			[]string{"a -> b http call x1 inferred=1"},
		},
		{
			"ids of zero pair nothing",
			[]span{
				{service: "a", kind: KindClient, id: 1, zeroTrace: true, attrs: http},
				{service: "b", kind: KindServer, id: 2, parent: 1, zeroTrace: true, attrs: http},
				{service: "c", kind: KindServer, id: 0, attrs: http},
			},
			later,
			[]string{},
		},
		{
			"equal span ids in different traces do not meet",
			[]span{
				{service: "a", kind: KindClient, trace: 1, id: 1, attrs: to("x")},
				{service: "b", kind: KindServer, trace: 2, id: 2, parent: 1},
			},
			later,
			[]string{"a -> x http call x1", "caller missing -> b unknown call x1"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limits := DefaultLimits()
			limits.Window = 12 * time.Minute // so that what is counted at the end of the message wait is still drawn
			w := newWorld(t, limits)
			w.add(tt.spans...)
			assert.Equal(t, tt.want, w.drawn(tt.after))
		})
	}
}
