package contract

// Transport says over what a call or message travels. Databases are DBTransport(system).
type Transport string

// Transports of the topology. The zero value is not valid: use TransportUnknown.
const (
	TransportHTTP         Transport = "http"
	TransportGRPC         Transport = "grpc"
	TransportUnix         Transport = "unix"
	TransportSharedMemory Transport = "shared_memory"
	TransportArrowIPC     Transport = "arrow_ipc"
	TransportWasm         Transport = "wasm"
	TransportCgo          Transport = "cgo"
	TransportWebSocket    Transport = "websocket"
	TransportThrift       Transport = "thrift"
	TransportKafka        Transport = "kafka"
	TransportAMQP         Transport = "amqp"
	TransportNATS         Transport = "nats"
	TransportRedisStreams Transport = "redis_streams"
	TransportOTLP         Transport = "otlp"
	TransportRemoteWrite  Transport = "remote_write"
	TransportUnknown      Transport = "unknown"
)

// DBTransport is the transport of a call to a database of the given
// db.system.name, e.g. "db.postgresql".
func DBTransport(system string) Transport { return Transport("db." + system) }

var transportTitles = map[Transport]string{
	TransportHTTP:         "HTTP",
	TransportGRPC:         "gRPC",
	TransportUnix:         "Unix socket",
	TransportSharedMemory: "shared memory",
	TransportArrowIPC:     "Arrow IPC",
	TransportWasm:         "Wasm",
	TransportCgo:          "cgo",
	TransportWebSocket:    "WebSocket",
	TransportThrift:       "Thrift",
	TransportKafka:        "Kafka",
	TransportAMQP:         "AMQP",
	TransportNATS:         "NATS",
	TransportRedisStreams: "Redis Streams",
	TransportOTLP:         "OTLP",
	TransportRemoteWrite:  "remote write",
	TransportUnknown:      "unknown transport",
}

// Title is the transport as a person writes it, e.g. "Arrow IPC"; a transport
// without a title of its own is returned as it is.
func (t Transport) Title() string {
	if s, ok := transportTitles[t]; ok {
		return s
	}
	return string(t)
}
