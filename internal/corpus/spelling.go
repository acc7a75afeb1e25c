package corpus

// spelling is what a generation of the semantic conventions calls things. An
// empty name means that the generation does not record it.
type spelling struct {
	method, status, resend               string // HTTP
	fullURL, path, scheme, userAgent     string
	serverAddress, serverPort            string // the called side, on calling spans
	hostAddress                          string // the called side, on its own spans
	clientAddress                        string // the calling side, on serving spans
	peerAddress, peerPort                string // the other end of the socket
	rpcSystem, rpcService, rpcMethod     string
	rpcStatus                            string
	rpcStatusText                        bool // "OK" instead of 0
	headerPrefix, metadataPrefix         string
	headerUnderscores                    bool // captured headers have "_" for "-"
	dbSystem, dbNamespace, dbQuery, dbOp string

	destination, messageID, conversationID string
	partition, offset, messageKey, group   string
	partitionText                          bool // the partition is a string
	operation, operationName               string
}

// Three generations: as it was until 1.16, until 1.25, and since 1.27.
var (
	spelling14 = &spelling{
		method: "http.method", status: "http.status_code", resend: "http.retry_count",
		fullURL: "http.url", path: "http.target", scheme: "http.scheme", userAgent: "http.user_agent",
		serverAddress: "net.peer.name", serverPort: "net.peer.port", hostAddress: "net.host.name",
		clientAddress: "http.client_ip", peerAddress: "net.peer.ip", peerPort: "net.peer.port",
		rpcSystem: "rpc.system", rpcService: "rpc.service", rpcMethod: "rpc.method", rpcStatus: "rpc.grpc.status_code",
		headerPrefix: "http.request.header.", metadataPrefix: "rpc.grpc.request.metadata.", headerUnderscores: true,
		dbSystem: "db.system", dbNamespace: "db.name", dbQuery: "db.statement", dbOp: "db.operation",
		destination: "messaging.destination", messageID: "messaging.message_id", conversationID: "messaging.conversation_id",
		partition: "messaging.kafka.partition", offset: "messaging.kafka.message.offset",
		messageKey: "messaging.kafka.message_key", group: "messaging.kafka.consumer_group",
		operation: "messaging.operation",
	}
	spelling17 = &spelling{
		method: "http.method", status: "http.status_code", resend: "http.resend_count",
		fullURL: "http.url", path: "http.target", scheme: "http.scheme", userAgent: "user_agent.original",
		serverAddress: "net.peer.name", serverPort: "net.peer.port", hostAddress: "net.host.name",
		clientAddress: "http.client_ip", peerAddress: "net.sock.peer.addr", peerPort: "net.sock.peer.port",
		rpcSystem: "rpc.system", rpcService: "rpc.service", rpcMethod: "rpc.method", rpcStatus: "rpc.grpc.status_code",
		headerPrefix: "http.request.header.", metadataPrefix: "rpc.grpc.request.metadata.", headerUnderscores: true,
		dbSystem: "db.system", dbNamespace: "db.name", dbQuery: "db.statement", dbOp: "db.operation",
		destination: "messaging.destination.name", messageID: "messaging.message.id", conversationID: "messaging.message.conversation_id",
		partition: "messaging.kafka.destination.partition", offset: "messaging.kafka.message.offset",
		messageKey: "messaging.kafka.message.key", group: "messaging.kafka.consumer.group",
		operation: "messaging.operation",
	}
	spelling27 = &spelling{
		method: "http.request.method", status: "http.response.status_code", resend: "http.request.resend_count",
		fullURL: "url.full", path: "url.path", scheme: "url.scheme", userAgent: "user_agent.original",
		serverAddress: "server.address", serverPort: "server.port", hostAddress: "server.address",
		clientAddress: "client.address", peerAddress: "network.peer.address", peerPort: "network.peer.port",
		rpcSystem: "rpc.system.name", rpcMethod: "rpc.method", rpcStatus: "rpc.response.status_code", rpcStatusText: true,
		headerPrefix: "http.request.header.", metadataPrefix: "rpc.request.metadata.",
		dbSystem: "db.system.name", dbNamespace: "db.namespace", dbQuery: "db.query.text", dbOp: "db.operation.name",
		destination: "messaging.destination.name", messageID: "messaging.message.id", conversationID: "messaging.message.conversation_id",
		partition: "messaging.destination.partition.id", offset: "messaging.kafka.offset", partitionText: true,
		messageKey: "messaging.kafka.message.key", group: "messaging.consumer.group.name",
		operation: "messaging.operation.type", operationName: "messaging.operation.name",
	}
)

// generations are the spellings that HTTP, RPC and database instrumentations use;
// the last is both at once (OTEL_SEMCONV_STABILITY_OPT_IN=http/dup).
var generations = [][]*spelling{
	{spelling14}, {spelling17}, {spelling27}, {spelling27}, {spelling17, spelling27},
}
