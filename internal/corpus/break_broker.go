package corpus

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// brokerBreaks are messages of the other brokers: with an id on both sides the
// parent is certain, without one nothing is.
func brokerBreaks() []*Break {
	byID := func(name, note string, libraries ...*library) *Break {
		return &Break{
			Name: name, Note: note, plain: true,
			site: site{relation: relationMessage, from: libraries, to: libraries},
			open: severed,
			mark: func(x *surgery, b *broken) { x.edge(b, JoinParent, contract.EvidenceMessageID) },
		}
	}
	return []*Break{
		{
			Name: "amqp.message_id", Note: "the application set AMQP's message-id; Node and Python record it, in different spellings",
			site: site{relation: relationMessage, from: []*library{rabbitNode, rabbitPika}, to: []*library{rabbitNode, rabbitPika}},
			open: func(x *surgery, b *broken) bool {
				x.message(b.at).id = newUUID(x.r)
				return severed(x, b)
			},
			mark: func(x *surgery, b *broken) { x.edge(b, JoinParent, contract.EvidenceMessageID) },
		},
		{
			Name: "amqp.no_id", Note: "Java and others record no message id: order within the queue is no identity", plain: true,
			site: site{relation: relationMessage, from: []*library{rabbitJava, rabbitPlain}, to: []*library{rabbitJava, rabbitPlain}},
			open: severed, mark: unjoinable,
		},
		byID("jms.id", "JMSMessageID on both sides", jmsJava),
		byID("pulsar.id", "ledger, entry and partition on both sides", pulsarJava),
		byID("sqs.id", "the id that SQS assigned, on both sides", sqsJava, sqsNode),
		{
			Name: "celery.task", Note: "the task id is on the publish span and on every worker span, also of a retried task",
			site: site{relation: relationMessage, from: []*library{celeryTask}, to: []*library{celeryTask}},
			open: func(x *surgery, b *broken) bool {
				x.sever(b.at)
				if x.r.IntN(2) == 0 {
					b.more = []int32{x.again(b.at, int64(3*time.Second))}
				}
				return true
			},
			mark: func(x *surgery, b *broken) {
				x.edge(b, JoinParent, contract.EvidenceMessageID)
				for _, i := range b.more {
					x.edgeAt(b, i, JoinParent, contract.EvidenceMessageID)
				}
			},
		},
		{
			Name: "redis.entry_id", Note: "the application recorded the stream entry's id on the XADD span and on its consumer span",
			site: site{relation: relationMessage, from: []*library{redisOwn}, to: []*library{redisOwn}},
			open: func(x *surgery, b *broken) bool {
				if x.r.IntN(2) == 0 { // as a database call
					x.parent(b.at).Kind = ptrace.SpanKindClient
					x.put(x.span(b.at).Up, text(spelling27.dbSystem, "redis"), text(spelling27.dbOp, "XADD"))
				}
				return severed(x, b)
			},
			mark: func(x *surgery, b *broken) {
				id := text(spelling27.messageID, x.message(b.at).id)
				x.put(b.at, id)
				x.put(x.span(b.at).Up, id)
				x.edge(b, JoinParent, contract.EvidenceMessageID)
			},
		},
		{
			Name: "nats.header", Note: "the consumer's instrumentation was told to capture the message's traceparent", plain: true,
			site: site{relation: relationMessage, from: []*library{natsJava, natsPlain}, to: []*library{natsJava, natsPlain}},
			open: severed,
			mark: func(x *surgery, b *broken) {
				p := x.parent(b.at)
				x.put(b.at, list("messaging.header.traceparent", traceparent(p.TraceID, p.ID)))
				x.edge(b, JoinParent, contract.EvidenceHeaderW3C)
			},
		},
		{
			Name: "nats.none", Note: "NATS gives a message no id: subject and time are no identity", plain: true,
			site: site{relation: relationMessage, from: []*library{natsJava, natsPlain}, to: []*library{natsJava, natsPlain}},
			open: severed, mark: unjoinable,
		},
		{
			Name: "semconv.mixed", Note: "producer and consumer write different generations of the names, or both at once",
			site: site{
				relation: relationMessage, from: []*library{kafkaJava, kafkaJavaOld, sqsJava, sqsNode},
				to: []*library{kafkaJava, kafkaJavaOld, kafkaPlain, sqsJava, sqsNode},
			},
			open: func(x *surgery, b *broken) bool {
				order := x.r.Perm(len(mixtures))
				x.parent(b.at).names, x.span(b.at).names = mixtures[order[0]], mixtures[order[1]]
				return severed(x, b)
			},
			mark: func(x *surgery, b *broken) {
				evidence := contract.EvidenceMessageID
				if x.message(b.at).broker == brokerKafka {
					evidence = contract.EvidenceMessageOffset
				}
				x.edge(b, JoinParent, evidence)
			},
		},
	}
}

// mixtures are the names that the two ends of semconv.mixed draw from.
var mixtures = [][]*spelling{{spelling14}, {spelling17}, {spelling27}, {spelling14, spelling27}}
