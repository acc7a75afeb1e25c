package corpus

import (
	"time"
)

// messageDecoys are messages of two senders that have one key.
func messageDecoys() []*Break {
	return []*Break{
		{
			Name: "decoy.two_producers", Note: "two messages within the key's age have one id or offset: which is meant is unknown (M8)",
			site: site{
				relation: relationMessage, from: []*library{kafkaJava, kafkaJavaOld, jmsJava, sqsNode}, to: []*library{kafkaJava, kafkaAIO, jmsJava, sqsNode},
			},
			open: func(x *surgery, b *broken) bool { return x.twice(b, int64(2*time.Second)) },
			mark: markTwo(JoinNone, ""),
		},
		{
			Name: "decoy.two_clusters", Note: "one topic, partition and offset on two clusters, whose ids are not recorded: their addresses are no identity",
			site: site{relation: relationMessage, from: knowOffsetWhenSending, to: knowOffsetReceiving},
			open: func(x *surgery, b *broken) bool {
				x.twice(b, int64(time.Second))
				x.message(b.at).cluster, x.message(b.more[0]).cluster = "", ""
				x.message(b.more[0]).address = "kafka.other-site.shop.svc"
				return true
			},
			mark: markTwo(JoinNone, ""),
		},
		{
			Name: "decoy.business_key", Note: "the application sets a business key as message id, and sends two messages about one order (M8)",
			site: site{relation: relationMessage, from: []*library{rabbitNode, rabbitPika}, to: []*library{rabbitNode, rabbitPika}},
			open: func(x *surgery, b *broken) bool {
				x.message(b.at).id = "order-" + newHex(x.r, 4)
				return x.twice(b, int64(4*time.Second))
			},
			mark: markTwo(JoinNone, ""),
		},
		{
			Name: "decoy.other_queue",
			Note: "two applications number their messages alike, on two exchanges: some instrumentations name the queue instead, so nothing is asked",
			site: site{relation: relationMessage, from: []*library{rabbitNode, rabbitPika}, to: []*library{rabbitNode, rabbitPika}},
			open: func(x *surgery, b *broken) bool {
				x.message(b.at).id = newHex(x.r, 6)
				x.twice(b, int64(time.Second))
				x.message(b.more[0]).topic += "-other"
				return true
			},
			mark: markTwo(JoinNone, ""),
		},
	}
}
