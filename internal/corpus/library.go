package corpus

import (
	"strconv"

	"github.com/polyspan/polyspan/contract"
)

// broker is a messaging system, as messaging.system names it.
type broker string

const (
	brokerKafka  broker = "kafka"
	brokerRabbit broker = "rabbitmq"
	brokerSQS    broker = "aws_sqs"
	brokerJMS    broker = "jms"
	brokerPulsar broker = "pulsar"
	brokerCelery broker = "celery"
	brokerNATS   broker = "nats"
	brokerRedis  broker = "redis"
)

// facts are what an instrumentation records of a message.
type facts uint8

const (
	factPartition facts = 1 << iota
	factOffset
	factKey
	factGroup
	factID         // the broker's or the application's message id, if there is one
	factMadeUpID   // topic.partition.offset as message id
	factTextOffset // the offset is a string
)

// library is a messaging client with its instrumentation, and what it records by
// default when it sends and when it receives.
type library struct {
	broker         broker
	languages      []contract.Language
	names          *spelling
	sent, received facts
}

// aiokafkaNames is the mixture of generations that aiokafka's instrumentation writes.
var aiokafkaNames = func() *spelling {
	s := *spelling27
	s.offset = spelling17.offset
	return &s
}()

var (
	javaOnly   = []contract.Language{contract.LanguageJava}
	pythonOnly = []contract.Language{contract.LanguagePython}
	nodeOnly   = []contract.Language{contract.LanguageNode}
	// plain are the languages whose instrumentations were not read: they get the least.
	plain = []contract.Language{
		contract.LanguageGo, contract.LanguageRust, contract.LanguageCPP, contract.LanguageDotnet, contract.LanguagePHP,
	}
)

// Kafka clients. Only Java's knows the offset when it sends.
var (
	kafkaJava = &library{
		broker: brokerKafka, languages: javaOnly, names: spelling27,
		sent: factPartition | factOffset | factKey, received: factPartition | factOffset | factKey | factGroup,
	}
	kafkaJavaOld = &library{
		broker: brokerKafka, languages: javaOnly, names: spelling17,
		sent: factPartition | factOffset | factKey, received: factPartition | factOffset | factKey | factGroup,
	}
	kafkaAIO = &library{
		broker: brokerKafka, languages: pythonOnly, names: aiokafkaNames,
		sent: factPartition | factKey, received: factPartition | factOffset | factKey | factGroup | factMadeUpID,
	}
	kafkaConfluent = &library{
		broker: brokerKafka, languages: pythonOnly, names: spelling14, received: factPartition | factMadeUpID,
	}
	kafkaPython = &library{
		broker: brokerKafka, languages: pythonOnly, names: spelling14, sent: factPartition, received: factPartition,
	}
	kafkaJS = &library{
		broker: brokerKafka, languages: nodeOnly, names: spelling27,
		sent: factKey, received: factPartition | factOffset | factTextOffset | factKey,
	}
	kafkaPlain = &library{
		broker: brokerKafka, languages: plain, names: spelling17,
		sent: factPartition | factKey, received: factPartition | factOffset | factKey | factGroup,
	}
)

// Clients of the other brokers. RabbitMQ ids exist only where the application set
// them; NATS and Redis streams have none.
var (
	rabbitJava  = &library{broker: brokerRabbit, languages: javaOnly, names: spelling27}
	rabbitNode  = &library{broker: brokerRabbit, languages: nodeOnly, names: spelling14, sent: factID, received: factID}
	rabbitPika  = &library{broker: brokerRabbit, languages: pythonOnly, names: spelling17, sent: factID, received: factID}
	rabbitPlain = &library{broker: brokerRabbit, languages: plain, names: spelling17}
	sqsJava     = &library{broker: brokerSQS, languages: javaOnly, names: spelling27, sent: factID, received: factID}
	sqsNode     = &library{broker: brokerSQS, languages: nodeOnly, names: spelling17, sent: factID, received: factID}
	jmsJava     = &library{broker: brokerJMS, languages: javaOnly, names: spelling27, sent: factID, received: factID}
	pulsarJava  = &library{broker: brokerPulsar, languages: javaOnly, names: spelling27, sent: factID, received: factID}
	celeryTask  = &library{broker: brokerCelery, languages: pythonOnly, names: spelling17, sent: factID, received: factID}
	natsJava    = &library{broker: brokerNATS, languages: javaOnly, names: spelling27}
	natsPlain   = &library{broker: brokerNATS, languages: plain, names: spelling27}
	redisOwn    = &library{broker: brokerRedis, languages: append(append([]contract.Language{}, nodeOnly...), plain...), names: spelling27}
)

// libraries by broker; a system draws from them.
var libraries = [][]*library{
	{kafkaJava, kafkaJavaOld, kafkaAIO, kafkaConfluent, kafkaPython, kafkaJS, kafkaPlain},
	{rabbitJava, rabbitNode, rabbitPika, rabbitPlain},
	{sqsJava, sqsNode},
	{jmsJava},
	{pulsarJava},
	{celeryTask},
	{natsJava, natsPlain},
	{redisOwn},
}

// message is one message of a broker.
type message struct {
	broker    broker
	topic     string
	cluster   string // Kafka's cluster id; "" if the clients are too old to know it
	address   string // of the broker
	partition int64
	offset    int64
	id        string // the broker's or the application's; "" is none
	key       string
}

// records appends what a library writes about a message, in the given names.
func records(dst []attr, names *spelling, f facts, m *message, group string) []attr {
	dst = append(dst, text("messaging.system", string(m.broker)), text(names.destination, m.topic), text("server.address", m.address))
	if m.cluster != "" {
		dst = append(dst, text("messaging.kafka.cluster.id", m.cluster))
	}
	if f&factPartition != 0 {
		if names.partitionText {
			dst = append(dst, text(names.partition, strconv.FormatInt(m.partition, 10)))
		} else {
			dst = append(dst, number(names.partition, m.partition))
		}
	}
	switch {
	case f&factTextOffset != 0:
		dst = append(dst, text(names.offset, strconv.FormatInt(m.offset, 10)))
	case f&factOffset != 0:
		dst = append(dst, number(names.offset, m.offset))
	}
	if f&factKey != 0 && m.key != "" {
		dst = append(dst, text(names.messageKey, m.key))
	}
	if f&factGroup != 0 && group != "" {
		dst = append(dst, text(names.group, group))
	}
	switch {
	case f&factMadeUpID != 0:
		id := m.topic + "." + strconv.FormatInt(m.partition, 10) + "." + strconv.FormatInt(m.offset, 10)
		dst = append(dst, text(names.messageID, id))
	case f&factID != 0 && m.id != "":
		dst = append(dst, text(names.messageID, m.id))
	}
	return dst
}
