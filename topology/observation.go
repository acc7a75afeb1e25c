package topology

// TraceID is the id of a trace; the zero value is not valid.
type TraceID [16]byte

// SpanID is the id of a span in its trace; the zero value is not valid.
type SpanID [8]byte

// Kind is a span kind, with the numbers of OTLP.
type Kind uint8

// Span kinds. Unspecified is treated as internal.
const (
	KindUnspecified Kind = iota
	KindInternal
	KindServer
	KindClient
	KindProducer
	KindConsumer
)

// outgoing reports whether a span of the kind stands for a call or message that leaves its service.
func (k Kind) outgoing() bool { return k == KindClient || k == KindProducer }

// incoming reports whether a span of the kind is the entry of a call or message into its service.
func (k Kind) incoming() bool { return k == KindServer || k == KindConsumer }

// passing reports whether a call can be followed upwards through a span of the kind:
// everything between an outgoing span and the entry of its service.
func (k Kind) passing() bool { return !k.incoming() }

// Evidence says how a span came to be in the trace of its parent.
type Evidence uint8

// Evidence kinds.
const (
	// EvidencePropagated: the SDKs propagated the context.
	EvidencePropagated Evidence = iota
	// EvidenceJoined: an exact key tied two pieces together.
	EvidenceJoined
	// EvidenceInferred: timing or the like made it probable.
	EvidenceInferred

	evidenceKinds
)

// Operation is what a messaging span does (messaging.operation.type).
type Operation uint8

// Operations. Only those that change the meaning of a CLIENT span are told apart.
const (
	OperationNone Operation = iota
	// OperationSend makes a CLIENT span a producer (send, create, publish).
	OperationSend
	// OperationTake makes a CLIENT span neither caller nor producer: it polls or
	// settles messages (receive, process, settle), which is no call to the broker.
	OperationTake
)

// Protocols is the set of protocols that a span's attributes name.
type Protocols uint8

// Protocols.
const (
	ProtocolHTTP Protocols = 1 << iota
	ProtocolWebSocket
	ProtocolUnix
)

// Attributes are the semantic conventions of one span that say what is called and
// over what. Strings are read during [Graph.Add] only; what must stay is copied.
type Attributes struct {
	// Lane is the value of polyspan.lane; it wins over all below.
	Lane            string
	RPCSystem       string
	MessagingSystem string
	Destination     string // of messages
	Operation       Operation
	Protocols       Protocols
	DBSystem        string
	DBNamespace     string
	// PeerService is service.peer.name: the callee as the caller's configuration knows it.
	PeerService   string
	ServerAddress string
	ServerPort    uint16 // 0: not told
	// ClientAddress is where an entry was called from.
	ClientAddress string
}

// Link is a span link: another span that caused this one.
type Link struct {
	Trace TraceID
	Span  SpanID
}

// Observation is one span as the graph needs it.
type Observation struct {
	Trace  TraceID
	Span   SpanID
	Parent SpanID // zero: the span is a root
	// Service is where the span comes from, as [Graph.Service] numbered it. The number
	// is good until the next [Graph.Advance].
	Service ServiceID
	// Scope is the instrumentation that made the span, as [Graph.Scope] numbered it.
	Scope    ScopeID
	Kind     Kind
	Evidence Evidence
	Failed   bool
	// Weight is how many calls the span stands for (rule T10); 0 means 1.
	Weight float64
	// Start and End are Unix nanoseconds.
	Start, End int64
	Attributes Attributes
	// RequestBytes and ResponseBytes are payload sizes; 0 is not known.
	RequestBytes, ResponseBytes int64
	// NotSampled: the span says that its parent was not recorded.
	NotSampled bool
	// Carriers, Operation (route, method or span name), MergeEvidence and MergeRefused
	// are read for a [Watcher] only.
	Carriers                    Carriers
	Operation                   string
	MergeEvidence, MergeRefused string
	// Links are the spans that called this one or sent what it consumes: all links of a
	// consumer, of other spans those that a merge vouches for.
	Links []Link

	// hash and parentHash are those of the ids in the graph's index; Add sets them.
	hash, parentHash uint32
}
