package corpus

import (
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// A queue's delay.
const (
	minDelay, moreDelay = time.Millisecond, 60 * time.Millisecond
)

// publish sends a message to every consumer of a queue. Consumers run after the
// sender went on.
func (w *walker) publish(st *step, up int32, t int64) int64 {
	i := w.stepSpan(st, up, ptrace.SpanKindProducer, t)
	q := st.queue
	w.c.messages = append(w.c.messages, w.newMessage(q, t))
	m := int32(len(w.c.messages))
	s := &w.c.Spans[i]
	s.message, s.library = m, q.sender
	s.end = t + w.latency()
	sent := s.end
	for n, o := range q.consumers {
		if n > 0 && len(w.c.Spans) >= w.budget && !st.sure {
			break
		}
		c := w.serve(o, i, sent+int64(minDelay)+w.r.Int64N(int64(moreDelay)))
		s := &w.c.Spans[c]
		s.message, s.library, s.group = m, o.library, o.group
	}
	return sent
}

// newMessage makes a message that no other message of the generator is like.
func (w *walker) newMessage(q *queue, at int64) message {
	*w.sent++
	n, partition := *w.sent, w.r.IntN(len(q.offsets))
	m := message{
		broker: q.broker, topic: q.topic, cluster: q.cluster, address: q.address,
		partition: int64(partition), offset: q.offsets[partition], key: "key-" + strconv.FormatInt(n%5000, 10),
	}
	q.offsets[partition]++
	switch q.broker {
	case brokerRabbit:
		if w.r.IntN(2) == 0 { // ids are the application's choice
			m.id = newUUID(w.r)
		}
	case brokerSQS, brokerCelery:
		m.id = newUUID(w.r)
	case brokerJMS:
		m.id = "ID:broker-1-41523-" + strconv.FormatInt(at/1e6, 10) + "-1:1:1:1:" + strconv.FormatInt(n, 10)
	case brokerPulsar:
		m.id = strconv.FormatInt(100+n>>12, 10) + ":" + strconv.FormatInt(n&0xfff, 10) + ":" + strconv.FormatInt(m.partition, 10)
	case brokerRedis:
		m.id = strconv.FormatInt(at/1e6, 10) + "-" + strconv.FormatInt(n, 10)
	case brokerKafka, brokerNATS: // no ids
	}
	return m
}
