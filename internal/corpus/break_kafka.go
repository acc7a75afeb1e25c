package corpus

import (
	"time"

	"github.com/polyspan/polyspan/contract"
)

// Libraries by what they know of a Kafka message.
var (
	knowOffsetWhenSending = []*library{kafkaJava, kafkaJavaOld}
	knowOffsetReceiving   = []*library{kafkaJava, kafkaJavaOld, kafkaAIO, kafkaPlain}
	ignoreOffsetSending   = []*library{kafkaAIO, kafkaConfluent, kafkaPython, kafkaJS, kafkaPlain}
)

// kafkaBreaks are messages whose context was not carried on, between a sender that
// knows the offset and others.
func kafkaBreaks() []*Break {
	joined := func(x *surgery, b *broken) { x.edge(b, JoinParent, contract.EvidenceMessageOffset) }
	return []*Break{
		{
			Name: "kafka.offset", Note: "topic, partition and offset are on both spans, in whatever spelling", plain: true,
			site: site{relation: relationMessage, from: knowOffsetWhenSending, to: knowOffsetReceiving},
			open: severed, mark: joined,
		},
		{
			Name: "kafka.offset.string", Note: "kafkajs writes the offset as a string", plain: true,
			site: site{relation: relationMessage, from: knowOffsetWhenSending, to: []*library{kafkaJS}},
			open: severed, mark: joined,
		},
		{
			Name: "kafka.message_id", Note: "confluent-kafka has the offset only in an id of its own making, topic.partition.offset", plain: true,
			site: site{relation: relationMessage, from: knowOffsetWhenSending, to: []*library{kafkaConfluent}},
			open: severed, mark: joined,
		},
		{
			Name: "kafka.groups", Note: "several consumer groups read one message: all are its children (M8)",
			site:  site{relation: relationMessage, from: knowOffsetWhenSending, to: knowOffsetReceiving, readers: 2},
			takes: func(c *Case, at int32) []int32 { return c.readers(c.Spans[at].Up) },
			open:  openGroups, mark: markGroups,
		},
		{
			Name: "kafka.replay",
			Note: "the group reads the message again a little later. The first reading is its child; for the second the model is silent, so nothing is asked",
			site: site{relation: relationMessage, from: knowOffsetWhenSending, to: knowOffsetReceiving},
			open: openReplay, mark: markReplay,
		},
		{
			Name: "kafka.reset",
			Note: "the topic was made anew and its offsets began again: two messages hours apart have one key, each consumer has its own sender (M7, M8)",
			site: site{relation: relationMessage, from: knowOffsetWhenSending, to: knowOffsetReceiving},
			open: openReset, mark: markTwo(JoinParent, contract.EvidenceMessageOffset),
		},
		{
			Name: "kafka.clusters", Note: "one topic, partition and offset on two clusters, whose ids are known",
			site: site{relation: relationMessage, from: []*library{kafkaJava}, to: []*library{kafkaJava}},
			open: openClusters, mark: markTwo(JoinParent, contract.EvidenceMessageOffset),
		},
		{
			Name: "kafka.no_offset", Note: "the sender does not know the offset: what is left, partition and key, is no identity", plain: true,
			site: site{relation: relationMessage, from: ignoreOffsetSending, to: knowOffsetReceiving},
			open: severed, mark: unjoinable,
		},
	}
}

// unjoinable is the mark of a break that leaves nothing.
func unjoinable(x *surgery, b *broken) { x.edge(b, JoinNone, "") }

func openGroups(x *surgery, b *broken) bool {
	b.more = x.c.readers(x.span(b.at).Up)
	for _, i := range b.more {
		x.sever(i)
	}
	return true
}

func markGroups(x *surgery, b *broken) {
	for _, i := range b.more {
		want, evidence := JoinNone, contract.Evidence("")
		if l := x.span(i).library; l.received&factOffset != 0 || l.received&factMadeUpID != 0 {
			want, evidence = JoinParent, contract.EvidenceMessageOffset
		}
		x.edgeAt(b, i, want, evidence)
	}
}

// openReplay adds a second reading of the message by the same group.
func openReplay(x *surgery, b *broken) bool {
	x.sever(b.at)
	b.more = []int32{x.again(b.at, int64(2*time.Second))}
	return true
}

// again adds a consumer span that reads the message of another once more, so many
// nanoseconds later, in a trace of its own.
func (x *surgery) again(at int32, after int64) int32 {
	first := *x.span(at)
	i := x.add(first.Up, first.process, first.Kind, first.name, first.begin+after)
	s := x.span(i)
	s.end, s.scope = first.end+after, first.scope
	s.message, s.library, s.group, s.names = first.message, first.library, first.group, first.names
	s.Request, s.Home = first.Request, first.Home
	x.segments++
	s.segment = x.segments
	x.sever(i)
	return i
}

func markReplay(x *surgery, b *broken) {
	x.edge(b, JoinParent, contract.EvidenceMessageOffset)
	x.edgeAt(b, b.more[0], JoinNone, "")
}

const hoursApart = int64(3 * time.Hour)

func openReset(x *surgery, b *broken) bool { return x.twice(b, hoursApart) }

// twice adds a request in which a message with the same key is sent, so many
// nanoseconds later, and cuts both consumers off.
func (x *surgery) twice(b *broken, after int64) bool {
	other := x.another(b, after)
	m := *x.message(b.at)
	*x.message(other) = m
	b.more = []int32{other}
	x.sever(b.at)
	x.sever(other)
	return true
}

// markTwo says what the evidence allows of both consumers.
func markTwo(want Join, evidence contract.Evidence) func(*surgery, *broken) {
	return func(x *surgery, b *broken) {
		x.edge(b, want, evidence)
		x.edgeAt(b, b.more[0], want, evidence)
	}
}

func openClusters(x *surgery, b *broken) bool {
	x.twice(b, int64(time.Second))
	x.message(b.at).cluster = newUUID(x.r)[:22]
	x.message(b.more[0]).cluster = newUUID(x.r)[:22]
	return true
}
