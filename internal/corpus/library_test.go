package corpus

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What each instrumentation records of a message by default, beside system,
// destination and address.
func TestLibrariesRecordTheirDefaults(t *testing.T) {
	m := &message{
		broker: brokerKafka, topic: "orders", address: "kafka:9092", partition: 3, offset: 42, id: "id-1", key: "k",
	}
	const topic, system, address = "orders", "kafka", "kafka:9092"
	all := func(destination string, extra map[string]any) map[string]any {
		extra["messaging.system"], extra[destination], extra["server.address"] = system, topic, address
		return extra
	}
	kafka27 := map[string]any{"messaging.destination.partition.id": "3", "messaging.kafka.offset": int64(42), "messaging.kafka.message.key": "k"}
	with := func(base map[string]any, key string, value any) map[string]any {
		out := maps.Clone(base)
		out[key] = value
		return out
	}
	tests := []struct {
		name           string
		library        *library
		sent, received map[string]any
	}{
		{
			"java", kafkaJava,
			all("messaging.destination.name", maps.Clone(kafka27)),
			all("messaging.destination.name", with(kafka27, "messaging.consumer.group.name", "g")),
		},
		{
			"aiokafka", kafkaAIO,
			all("messaging.destination.name", map[string]any{"messaging.destination.partition.id": "3", "messaging.kafka.message.key": "k"}),
			all("messaging.destination.name", map[string]any{
				"messaging.destination.partition.id": "3", "messaging.kafka.message.offset": int64(42), "messaging.kafka.message.key": "k",
				"messaging.consumer.group.name": "g", "messaging.message.id": "orders.3.42",
			}),
		},
		{
			"confluent-kafka", kafkaConfluent,
			all("messaging.destination", map[string]any{}),
			all("messaging.destination", map[string]any{"messaging.kafka.partition": int64(3), "messaging.message_id": "orders.3.42"}),
		},
		{
			"kafka-python", kafkaPython,
			all("messaging.destination", map[string]any{"messaging.kafka.partition": int64(3)}),
			all("messaging.destination", map[string]any{"messaging.kafka.partition": int64(3)}),
		},
		{
			"kafkajs", kafkaJS,
			all("messaging.destination.name", map[string]any{"messaging.kafka.message.key": "k"}),
			all("messaging.destination.name", map[string]any{
				"messaging.destination.partition.id": "3", "messaging.kafka.offset": "42", "messaging.kafka.message.key": "k",
			}),
		},
		{"rabbitmq java", rabbitJava, all("messaging.destination.name", map[string]any{}), all("messaging.destination.name", map[string]any{})},
		{
			"amqplib", rabbitNode,
			all("messaging.destination", map[string]any{"messaging.message_id": "id-1"}),
			all("messaging.destination", map[string]any{"messaging.message_id": "id-1"}),
		},
		{
			"pika", rabbitPika,
			all("messaging.destination.name", map[string]any{"messaging.message.id": "id-1"}),
			all("messaging.destination.name", map[string]any{"messaging.message.id": "id-1"}),
		},
		{
			"celery", celeryTask,
			all("messaging.destination.name", map[string]any{"messaging.message.id": "id-1"}),
			all("messaging.destination.name", map[string]any{"messaging.message.id": "id-1"}),
		},
		{"nats", natsJava, all("messaging.destination.name", map[string]any{}), all("messaging.destination.name", map[string]any{})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.sent, values(records(nil, tt.library.names, tt.library.sent, m, "g")))
			assert.Equal(t, tt.received, values(records(nil, tt.library.names, tt.library.received, m, "g")))
		})
	}
}

func values(attrs []attr) map[string]any {
	out := map[string]any{}
	for _, a := range attrs {
		out[a.key] = a.text
		if a.form == formNumber {
			out[a.key] = a.number
		}
	}
	return out
}
