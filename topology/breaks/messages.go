package breaks

import (
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// topicKey is a broker's destination in one minute of span time.
type topicKey struct {
	transport   contract.Transport
	destination string
	minute      int64
}

// topic counts the halves of messages that did not find each other. They cannot be
// told apart one by one: a message may be consumed long after it was sent.
type topic struct {
	key     topicKey
	sides   [2]map[topology.Party]*half // senders, receivers
	crowded float64                     // beyond maxParties
}

// Sides of a topic.
const (
	senders = iota
	receivers
)

// half is what one service did alone: n spans that stand for weight messages.
type half struct {
	n, weight float64
	first     topology.Unmatched // of them, the example
	carriers  topology.Carriers
	refused   string
}

const (
	// maxTopics bounds the minutes of all topics, maxParties the services told apart in one.
	maxTopics  = 1024
	maxParties = 16
	// lagMinutes is how long after it was sent a message may be consumed to be counted.
	lagMinutes = 5
)

// messageTable holds topics until both sides of their minute must have come.
// Constructor: newMessageTable.
type messageTable struct {
	byKey map[topicKey]*topic
	queue []*topic // in order of arrival, so nearly by minute
}

func newMessageTable() messageTable { return messageTable{byKey: map[topicKey]*topic{}} }

func (t *messageTable) sent(u *topology.Unmatched) {
	t.topic(u).add(senders, u)
}

func (t *messageTable) received(u *topology.Unmatched) {
	t.topic(u).add(receivers, u)
}

func (t *messageTable) topic(u *topology.Unmatched) *topic {
	key := topicKey{transport: u.Transport, destination: destinationOf(u), minute: u.Start / int64(time.Minute)}
	m := t.byKey[key]
	if m == nil {
		m = &topic{key: key, sides: [2]map[topology.Party]*half{{}, {}}}
		t.byKey[key] = m
		t.queue = append(t.queue, m)
	}
	return m
}

// destinationOf is the topic or queue of a message; its broker where that is not told.
func destinationOf(u *topology.Unmatched) string {
	if u.Target.Kind == contract.NodeMessaging {
		return u.Target.Name
	}
	return u.Address
}

func (m *topic) add(side int, u *topology.Unmatched) {
	h := m.sides[side][u.Party]
	if h == nil {
		if len(m.sides[side]) >= maxParties {
			m.crowded += weightOf(u.Weight)
			return
		}
		h = &half{first: *u}
		m.sides[side][u.Party] = h
	}
	h.n++
	h.weight += weightOf(u.Weight)
	h.carriers |= u.Carriers
	if u.Refused != "" {
		h.refused = u.Refused
	}
}

// due takes out a topic whose minute was over before a time, or the oldest when there
// are too many; nil if there is none.
func (t *messageTable) due(before int64) *topic {
	if len(t.queue) == 0 {
		return nil
	}
	m := t.queue[0]
	if (m.key.minute+1)*int64(time.Minute) > before && len(t.queue) <= maxTopics {
		return nil
	}
	t.queue[0] = nil
	t.queue = t.queue[1:]
	delete(t.byKey, m.key)
	return m
}

// decideMessages says what the lone senders of a topic's minute are. They belong to
// receivers without a sender on the same destination, in this minute or the next ones,
// as far as the numbers go: each receiving service takes every message once.
func (d *Detector) decideMessages(m *topic) {
	d.groups.overflow += m.crowded
	for _, s := range m.sides[senders] {
		shares := d.take(m, s.n)
		if len(shares) == 0 {
			cause := contract.BreakNotInstrumented
			if len(d.addresses.services(m.key.destination)) > 0 {
				cause = contract.BreakUndecided
			}
			d.explained.count(s.finding(cause, m.key, s.weight))
		}
		for _, r := range shares {
			d.messagesLost(m, s, r)
		}
	}
}

// share is what one receiving service took of a sender's messages.
type share struct {
	half    *half
	n, seen float64
}

// take gives each receiving service up to n of its spans from the topic's minute and
// the next ones, and takes them out.
func (d *Detector) take(m *topic, n float64) map[topology.Party]*share {
	shares := map[topology.Party]*share{}
	for lag := range int64(lagMinutes + 1) {
		later := m
		if lag > 0 {
			key := m.key
			key.minute += lag
			later = d.messages.byKey[key]
		}
		if later == nil {
			continue
		}
		for party, r := range later.sides[receivers] {
			s := shares[party]
			if s == nil && r.n > 0 {
				s = &share{half: r}
				shares[party] = s
			}
			if s == nil || s.n >= n {
				continue
			}
			taken := min(n-s.n, r.n)
			s.seen += r.n
			s.n += taken
			r.n -= taken
		}
	}
	return shares
}

// messagesLost counts the messages of a sender that a receiving service took.
func (d *Detector) messagesLost(m *topic, s *half, r *share) {
	p := d.pairOf(pairKey{caller: s.first.Party.NodeName, callee: r.half.first.Party.NodeName, transport: m.key.transport})
	p.lastSeen = d.now
	p.messages = true
	p.senders += s.n
	p.receivers += r.seen
	p.received += r.n
	f := s.finding(contract.BreakMessage, m.key, s.weight*r.n/s.n)
	f.key.callee = r.half.first.Party
	f.received, f.refused = r.half.carriers, r.half.refused
	f.example.CalleeTraceID, f.example.CalleeSpanID = hexOf(r.half.first.Trace[:]), hexOf(r.half.first.Span[:])
	d.groups.count(f)
}

func (h *half) finding(cause contract.BreakCause, key topicKey, weight float64) *finding {
	return &finding{
		key:    groupKey{cause: cause, caller: h.first.Party, transport: key.transport, address: key.destination},
		weight: weight, at: h.first.Start, sent: h.carriers,
		example: contract.BreakExample{CallerTraceID: hexOf(h.first.Trace[:]), CallerSpanID: hexOf(h.first.Span[:])},
	}
}
