package multilangbridgeprocessor

import (
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// builtinKeys are the indexes of the keys that are not configured one by one,
// behind those of the custom keys; -1 if off.
type builtinKeys struct{ requestID, offset, messageID int }

func keysOf(cfg *JoinConfig) builtinKeys {
	b := builtinKeys{-1, -1, -1}
	next := len(cfg.CustomKeys)
	if cfg.RequestID {
		b.requestID = next
		next++
	}
	if cfg.MessageKeys {
		b.offset, b.messageID = next, next+1
	}
	return b
}

// message is what a span says about the one message it sent or received, in any
// spelling of the semantic conventions.
type message struct {
	system, destination, id, partition, offset, cluster string
	any                                                 bool
}

// read takes an attribute in if it is one of a message.
func (m *message) read(name string, value pcommon.Value) bool {
	var field *string
	switch name {
	case "messaging.system":
		field = &m.system
	case "messaging.destination.name", "messaging.destination", "messaging.source.name":
		field = &m.destination
	case "messaging.message.id", "messaging.message_id":
		field = &m.id
	case "messaging.destination.partition.id", "messaging.kafka.destination.partition", "messaging.kafka.partition":
		field = &m.partition
	case "messaging.kafka.offset", "messaging.kafka.message.offset":
		field = &m.offset
	case "messaging.kafka.cluster.id":
		field = &m.cluster
	default:
		return false
	}
	switch value.Type() {
	case pcommon.ValueTypeStr:
		*field = value.Str()
	case pcommon.ValueTypeInt:
		*field = strconv.FormatInt(value.Int(), 10)
	default: // a list of ids is a batch: it names no single message
		return true
	}
	m.any = true
	return true
}

// markMessage marks the span with its message's key. In Kafka that is topic,
// partition and offset; message ids there are made of them. Elsewhere it is the
// broker's or application's message id at its destination.
func (s *scanner) markMessage(index int32) {
	m := &s.message
	if s.builtin.offset < 0 || len(m.id) > maxKeyValueLen || len(m.destination) > maxKeyValueLen {
		return
	}
	if m.system == "kafka" {
		if m.offset == "" || m.partition == "" {
			m.offsetFromID()
		}
		if m.destination == "" || !number(m.partition) || !number(m.offset) {
			return
		}
		s.batch.Marks = append(s.batch.Marks, merge.Mark{
			Span: index, Key: uint8(s.builtin.offset), Scope: scope(m.cluster),
			Value: m.destination + "\x00" + m.partition + "\x00" + m.offset,
		})
		return
	}
	if m.id == "" {
		return
	}
	mark := merge.Mark{Span: index, Key: uint8(s.builtin.messageID), Value: m.id}
	if m.system == "pulsar" { // the broker's ids are short and unique in their topic
		mark.Value = m.destination + "\x00" + m.id
	}
	if m.system != "rabbitmq" { // there the producer names the exchange, the consumer the queue
		mark.Scope = scope(m.destination)
	}
	s.batch.Marks = append(s.batch.Marks, mark)
}

// offsetFromID reads the id topic.partition.offset that Python's instrumentation makes.
func (m *message) offsetFromID() {
	rest, offset, ok := cutLast(m.id)
	if !ok {
		return
	}
	topic, partition, ok := cutLast(rest)
	if !ok || topic != m.destination {
		return
	}
	m.partition, m.offset = partition, offset
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// number reports whether the string is a decimal number as brokers count.
func number(s string) bool {
	if s == "" || len(s) > 20 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// scope is a number for a name, 0 for none.
func scope(name string) uint64 {
	if name == "" {
		return 0
	}
	return max(xxhash.Sum64String(name), 1)
}

// uuidVersion is the index of the digit of a UUID that Envoy changes in x-request-id.
const uuidVersion = 14

// requestID marks the span with its x-request-id.
func (s *scanner) requestID(name string, value pcommon.Value, index int32) {
	if name != "x-request-id" && name != "x_request_id" {
		return
	}
	id := strings.ToLower(keyString(value))
	if id == "" || len(id) > maxKeyValueLen {
		return
	}
	if len(id) == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-' {
		id = id[:uuidVersion] + "_" + id[uuidVersion+1:]
	}
	s.batch.Marks = append(s.batch.Marks, merge.Mark{Span: index, Key: uint8(s.builtin.requestID), Value: id})
}
