package contract

// SemconvVersion is the release of the OpenTelemetry semantic conventions whose
// names Polyspan writes. Every spelling since 1.4 is read ([Renames]).
const SemconvVersion = "1.40.0"

// KindSet is a set of OTLP span kinds: bit k stands for SpanKind k.
type KindSet uint8

// Kind sets used by the table. The numbers are OTLP's: 1 internal, 2 server,
// 3 client, 4 producer, 5 consumer.
const (
	KindsServer KindSet = 1 << 2
	// KindsCalling are the kinds on which net.peer.* named the called side. A
	// consumer's peer is the broker, so it counts as calling.
	KindsCalling KindSet = 1<<1 | 1<<3 | 1<<4 | 1<<5
)

// Has reports whether the set holds the OTLP span kind. The zero set holds all kinds.
func (k KindSet) Has(kind int32) bool {
	return k == 0 || kind >= 0 && kind < 8 && k&(1<<uint(kind)) != 0
}

// RenameOp says how the value moves from the old to the new name.
type RenameOp uint8

// Operations.
const (
	// OpMove moves the value; string values found in Rename.Values are translated.
	OpMove RenameOp = iota
	// OpString moves the value in its string form (a partition number, a database index).
	OpString
	// OpSplitTarget splits http.target at the first "?" into url.path and url.query.
	OpSplitTarget
	// OpMergeMethod makes rpc.method "service/method" of rpc.service and rpc.method.
	OpMergeMethod
	// OpGRPCStatus turns the number of rpc.grpc.status_code into its name ("DEADLINE_EXCEEDED").
	OpGRPCStatus
	// OpOperation splits messaging.operation into messaging.operation.type (translated) and .name.
	OpOperation
)

// Rename is one row of the table: an attribute name of an earlier semantic
// convention and the name it has in [SemconvVersion].
type Rename struct {
	Old, New string
	Op       RenameOp
	// Kinds are the span kinds the row applies to; 0 means all. Some names meant another
	// thing by kind: net.peer.name is the server on a client span, the client on a server span.
	Kinds  KindSet
	Values map[string]string
}

// Renames returns the table for span attributes, with the
// kind-dependent and many-to-one rows that the conventions' schema files leave
// out. Rows that share an old name differ in Kinds. The caller must not change it.
func Renames() []Rename { return renames }

// ResourceRenames returns the table for resource attributes.
func ResourceRenames() []Rename { return resourceRenames }

// EventRenames returns the table for span event attributes.
func EventRenames() []Rename { return eventRenames }

// PrefixRename moves every attribute under one prefix to another (captured metadata).
type PrefixRename struct{ Old, New string }

// PrefixRenames returns the prefixes of span attributes that changed.
func PrefixRenames() []PrefixRename { return prefixRenames }

var transportValues = map[string]string{"ip_tcp": "tcp", "ip_udp": "udp"}

var rpcSystemValues = map[string]string{"apache_dubbo": "dubbo", "connect_rpc": "connectrpc"}

var dbSystemValues = map[string]string{
	"adabas":             "softwareag.adabas",
	"cache":              "intersystems.cache",
	"cosmosdb":           "azure.cosmosdb",
	"db2":                "ibm.db2",
	"dynamodb":           "aws.dynamodb",
	"firebird":           "firebirdsql",
	"h2":                 "h2database",
	"hanadb":             "sap.hana",
	"informix":           "ibm.informix",
	"ingres":             "actian.ingres",
	"intersystems_cache": "intersystems.cache",
	"maxdb":              "sap.maxdb",
	"mssql":              "microsoft.sql_server",
	"mssqlcompact":       "microsoft.sql_server",
	"netezza":            "ibm.netezza",
	"oracle":             "oracle.db",
	"redshift":           "aws.redshift",
	"spanner":            "gcp.spanner",
}

var operationValues = map[string]string{"publish": "send", "deliver": "process"}

var renames = []Rename{
	// HTTP, 1.21 unless said.
	{Old: "http.method", New: "http.request.method"},
	{Old: "http.status_code", New: "http.response.status_code"},
	{Old: "http.scheme", New: "url.scheme"},
	{Old: "http.url", New: "url.full"},
	{Old: "http.target", New: "url.path", Op: OpSplitTarget},
	{Old: "http.client_ip", New: "client.address"},
	{Old: "http.user_agent", New: "user_agent.original"},                                                     // 1.19
	{Old: "http.retry_count", New: "http.request.resend_count"},                                              // 1.15
	{Old: "http.resend_count", New: "http.request.resend_count"},                                             // 1.22
	{Old: "http.flavor", New: "network.protocol.version", Values: map[string]string{"2.0": "2", "3.0": "3"}}, // 1.20

	// Network: what the name means depends on the span kind.
	{Old: "net.peer.name", New: "server.address", Kinds: KindsCalling},
	{Old: "net.peer.port", New: "server.port", Kinds: KindsCalling},
	{Old: "net.peer.name", New: "client.address", Kinds: KindsServer},
	{Old: "net.peer.port", New: "client.port", Kinds: KindsServer},
	{Old: "net.host.name", New: "server.address", Kinds: KindsServer},
	{Old: "net.host.port", New: "server.port", Kinds: KindsServer},
	{Old: "net.peer.ip", New: "network.peer.address"},        // 1.13
	{Old: "net.sock.peer.addr", New: "network.peer.address"}, // 1.21
	{Old: "net.sock.peer.port", New: "network.peer.port"},
	{Old: "server.socket.address", New: "network.peer.address", Kinds: KindsCalling}, // 1.22
	{Old: "server.socket.port", New: "network.peer.port", Kinds: KindsCalling},
	{Old: "client.socket.address", New: "network.peer.address", Kinds: KindsServer},
	{Old: "client.socket.port", New: "network.peer.port", Kinds: KindsServer},
	{Old: "net.host.ip", New: "network.local.address"},
	{Old: "net.sock.host.addr", New: "network.local.address"},
	{Old: "net.sock.host.port", New: "network.local.port"},
	{Old: "net.app.protocol.name", New: "network.protocol.name"}, // 1.20
	{Old: "net.app.protocol.version", New: "network.protocol.version"},
	{Old: "net.protocol.name", New: "network.protocol.name"}, // 1.21
	{Old: "net.protocol.version", New: "network.protocol.version"},
	{Old: "net.transport", New: "network.transport", Values: transportValues},
	{Old: "net.sock.family", New: "network.type", Values: map[string]string{"inet": "ipv4", "inet6": "ipv6"}},
	{Old: "peer.service", New: "service.peer.name"}, // 1.39

	// RPC, 1.39. The status code is renamed once more after 1.44; it is read, too.
	{Old: "rpc.system", New: "rpc.system.name", Values: rpcSystemValues},
	{Old: "rpc.service", New: "rpc.method", Op: OpMergeMethod},
	{Old: "rpc.grpc.status_code", New: "rpc.response.status_code", Op: OpGRPCStatus},
	{Old: "rpc.status_code", New: "rpc.response.status_code"},

	// Databases, 1.25–1.30.
	{Old: "db.system", New: "db.system.name", Values: dbSystemValues},
	{Old: "db.name", New: "db.namespace"},
	{Old: "db.redis.database_index", New: "db.namespace", Op: OpString},
	{Old: "db.statement", New: "db.query.text"},
	{Old: "db.operation", New: "db.operation.name"},
	{Old: "db.sql.table", New: "db.collection.name"},
	{Old: "db.mongodb.collection", New: "db.collection.name"},
	{Old: "db.cassandra.table", New: "db.collection.name"},

	// Messaging.
	{Old: "messaging.destination", New: "messaging.destination.name"}, // 1.17
	{Old: "messaging.source.name", New: "messaging.destination.name"}, // 1.21
	{Old: "messaging.message_id", New: "messaging.message.id"},
	{Old: "messaging.conversation_id", New: "messaging.message.conversation_id"},
	{Old: "messaging.kafka.partition", New: "messaging.destination.partition.id", Op: OpString},
	{Old: "messaging.kafka.destination.partition", New: "messaging.destination.partition.id", Op: OpString}, // 1.25
	{Old: "messaging.kafka.message.offset", New: "messaging.kafka.offset"},                                  // 1.28
	{Old: "messaging.kafka.message_key", New: "messaging.kafka.message.key"},
	{Old: "messaging.kafka.consumer_group", New: "messaging.consumer.group.name"},
	{Old: "messaging.kafka.consumer.group", New: "messaging.consumer.group.name"}, // 1.27
	{Old: "messaging.kafka.client_id", New: "messaging.client.id"},
	{Old: "messaging.client_id", New: "messaging.client.id"}, // 1.26
	{Old: "messaging.rabbitmq.routing_key", New: "messaging.rabbitmq.destination.routing_key"},
	{Old: "messaging.operation", New: "messaging.operation.type", Op: OpOperation, Values: operationValues},

	{Old: "enduser.id", New: "user.id"}, // 1.26
}

var resourceRenames = []Rename{
	{Old: "deployment.environment", New: "deployment.environment.name"}, // 1.27
}

var eventRenames = []Rename{
	{Old: "message.id", New: "rpc.message.id"}, // 1.26
	{Old: "message.type", New: "rpc.message.type"},
}

var prefixRenames = []PrefixRename{
	{Old: "rpc.grpc.request.metadata.", New: "rpc.request.metadata."},
	{Old: "rpc.grpc.response.metadata.", New: "rpc.response.metadata."},
}

// grpcStatus holds the names of the gRPC status codes by number.
var grpcStatus = [...]string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
	"ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
	"ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

// GRPCStatusName is the name of a gRPC status code ("NOT_FOUND" for 5), false if there is none.
func GRPCStatusName(code int64) (string, bool) {
	if code < 0 || code >= int64(len(grpcStatus)) {
		return "", false
	}
	return grpcStatus[code], true
}
