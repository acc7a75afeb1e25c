package topologyexporter

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// field is what an attribute key means to the graph.
type field uint8

const (
	fieldLane field = iota + 1
	fieldEvidence
	fieldRPCSystem
	fieldRPCStatus
	fieldMessagingSystem
	fieldDestination
	fieldDestinationTemplate
	fieldOperation
	fieldDBSystem
	fieldDBNamespace
	fieldNetworkTransport
	fieldProtocol
	fieldHTTPMethod
	fieldHTTPStatus
	fieldServerAddress
	fieldServerPort
	fieldHost
	fieldPeerAddress
	fieldClientAddress
	fieldURL
	fieldPeerService
	fieldRequestSize
	fieldResponseSize
	fieldRoute
	fieldRefused
	fieldCarrier
)

// Kinds of spans on which a field is read.
const (
	kindsAll      contract.KindSet = 0
	kindsCalls    contract.KindSet = 1<<2 | 1<<3        // server, client
	kindsServer   contract.KindSet = 1 << 2             // server
	kindsClient   contract.KindSet = 1 << 3             // client
	kindsOutgoing contract.KindSet = 1<<3 | 1<<4        // client, producer
	kindsAsked    contract.KindSet = 1<<2 | 1<<3 | 1<<4 // server, client, producer
	kindsEntries  contract.KindSet = 1<<2 | 1<<5        // server, consumer
	kindsEnds     contract.KindSet = 1<<2 | 1<<3 | 1<<4 | 1<<5
	kindsPeers    contract.KindSet = 1<<3 | 1<<4 | 1<<5 // client, producer, consumer
)

// presentKeys are the names of the semantic conventions that are written now;
// earlier spellings come from contract.Renames.
var presentKeys = []key{
	{name: contract.AttrLane, field: fieldLane, kinds: kindsAll},
	{name: contract.AttrMergeEvidence, field: fieldEvidence, kinds: kindsAll},
	{name: "rpc.system.name", field: fieldRPCSystem, kinds: kindsCalls},
	{name: "rpc.response.status_code", field: fieldRPCStatus, kinds: kindsCalls},
	{name: "messaging.system", field: fieldMessagingSystem, kinds: kindsPeers},
	{name: "messaging.destination.name", field: fieldDestination, kinds: kindsPeers},
	{name: "messaging.destination.template", field: fieldDestinationTemplate, kinds: kindsPeers},
	{name: "messaging.operation.type", field: fieldOperation, kinds: kindsOutgoing},
	{name: "messaging.message.body.size", field: fieldRequestSize, kinds: kindsPeers},
	{name: "db.system.name", field: fieldDBSystem, kinds: kindsClient},
	{name: "db.namespace", field: fieldDBNamespace, kinds: kindsClient},
	{name: "network.transport", field: fieldNetworkTransport, kinds: kindsCalls},
	{name: "network.protocol.name", field: fieldProtocol, kinds: kindsCalls},
	{name: "http.request.method", field: fieldHTTPMethod, kinds: kindsCalls},
	{name: "http.response.status_code", field: fieldHTTPStatus, kinds: kindsCalls},
	{name: "http.request.body.size", field: fieldRequestSize, kinds: kindsCalls},
	{name: "http.response.body.size", field: fieldResponseSize, kinds: kindsCalls},
	{name: "http.route", field: fieldRoute, kinds: kindsServer},
	{name: "rpc.method", field: fieldRoute, kinds: kindsServer},
	{name: "server.address", field: fieldServerAddress, kinds: kindsAsked},
	{name: "server.port", field: fieldServerPort, kinds: kindsAsked},
	{name: "network.peer.address", field: fieldPeerAddress, kinds: kindsAsked},
	{name: "client.address", field: fieldClientAddress, kinds: kindsServer},
	{name: "url.full", field: fieldURL, kinds: kindsClient},
	{name: "service.peer.name", field: fieldPeerService, kinds: kindsEnds},
	{name: contract.AttrMergeRefused, field: fieldRefused, kinds: kindsEntries},
}

// earlierKeys are earlier spellings that contract.Renames does not have: what they
// meant has no name of its own now, or nobody else reads it.
var earlierKeys = []key{
	{name: "http.host", field: fieldHost, kinds: kindsClient, earlier: true},
	{name: "http.request_content_length", field: fieldRequestSize, kinds: kindsCalls, earlier: true},
	{name: "http.response_content_length", field: fieldResponseSize, kinds: kindsCalls, earlier: true},
	{name: "messaging.message.payload_size_bytes", field: fieldRequestSize, kinds: kindsPeers, earlier: true},
	{name: "messaging.message_payload_size_bytes", field: fieldRequestSize, kinds: kindsPeers, earlier: true},
}

// carrierHeaders are the headers by which context formats travel.
var carrierHeaders = map[string]topology.Carriers{
	"traceparent":           topology.CarrierW3C,
	"b3":                    topology.CarrierB3,
	"x-b3-traceid":          topology.CarrierB3,
	"uber-trace-id":         topology.CarrierJaeger,
	"x-amzn-trace-id":       topology.CarrierXRay,
	"x-datadog-trace-id":    topology.CarrierDatadog,
	"sw8":                   topology.CarrierSW8,
	"ot-tracer-traceid":     topology.CarrierOT,
	"x-cloud-trace-context": topology.CarrierGoogle,
}

// capturedHeaders are the prefixes under which instrumentations capture headers.
var capturedHeaders = []string{"http.request.header.", "rpc.request.metadata.", "rpc.grpc.request.metadata."}

// key is one attribute name that is read.
type key struct {
	name  string
	field field
	// kinds are the span kinds on which it is read.
	kinds contract.KindSet
	// earlier: the name is of earlier conventions and yields to the present one.
	earlier bool
	carrier topology.Carriers // of fieldCarrier
}

// keyTable finds keys in a few nanoseconds: attributes are most of what a span is,
// and most of them mean nothing to the graph. It is not changed once it is built.
type keyTable struct {
	// lengths have, for each kind and type of value, a bit for each length of a name that
	// is read: most names are passed over without a look at their bytes, which are seldom
	// in the cache.
	lengths [numKinds + 1][numTypes]uint64
	// slots are open-addressed by length and two bytes of the name.
	slots [512]key
}

const (
	numKinds = 6
	// called is, among the kinds, that of a server span with a parent.
	called   = numKinds
	numTypes = 8 // a power of two above the types of values
)

var keys = newKeyTable()

func newKeyTable() *keyTable {
	t := &keyTable{}
	for _, k := range presentKeys {
		t.add(k)
		for _, r := range contract.Renames() {
			if r.New != k.name {
				continue
			}
			if kinds, ok := both(k.kinds, r.Kinds); ok {
				t.add(key{name: r.Old, field: k.field, kinds: kinds, earlier: true})
			}
		}
	}
	for _, k := range earlierKeys {
		t.add(k)
	}
	for header, carrier := range carrierHeaders {
		for _, prefix := range capturedHeaders {
			t.add(key{name: prefix + header, field: fieldCarrier, kinds: kindsCalls, carrier: carrier})
		}
	}
	return t
}

// both is the set of kinds in both sets, where 0 stands for all; false if there are none.
func both(a, b contract.KindSet) (contract.KindSet, bool) {
	if a == 0 || b == 0 {
		return a | b, true
	}
	return a & b, a&b != 0
}

// lengthsFor are the lengths by type of the names that are read on a span.
func (t *keyTable) lengthsFor(o *topology.Observation) *[numTypes]uint64 {
	if o.Kind == topology.KindServer && o.Parent != (topology.SpanID{}) {
		return &t.lengths[called]
	}
	return &t.lengths[o.Kind]
}

// ofRoots are the fields of a server span that say who called it, or what is told of
// it, when it has no parent.
func (f field) ofRoots() bool {
	switch f {
	case fieldServerAddress, fieldServerPort, fieldPeerAddress, fieldClientAddress, fieldPeerService, fieldRoute:
		return true
	}
	return false
}

func (t *keyTable) add(k key) {
	for kind := range t.lengths {
		switch {
		case kind == called && (!k.kinds.Has(int32(topology.KindServer)) || k.field.ofRoots()):
		case kind != called && !k.kinds.Has(int32(kind)):
		case k.field == fieldHTTPStatus, k.field == fieldServerPort, k.field == fieldRequestSize, k.field == fieldResponseSize:
			t.lengths[kind][pcommon.ValueTypeInt] |= 1 << len(k.name)
		case k.field == fieldCarrier:
			t.lengths[kind][pcommon.ValueTypeStr] |= 1 << len(k.name)
			t.lengths[kind][pcommon.ValueTypeSlice] |= 1 << len(k.name)
		case k.field == fieldRPCStatus, k.field == fieldDBNamespace:
			t.lengths[kind][pcommon.ValueTypeInt] |= 1 << len(k.name)
			t.lengths[kind][pcommon.ValueTypeStr] |= 1 << len(k.name)
		default:
			t.lengths[kind][pcommon.ValueTypeStr] |= 1 << len(k.name)
		}
	}
	i := slotOf(k.name)
	for t.slots[i].name != "" {
		i = (i + 1) % uint32(len(t.slots))
	}
	t.slots[i] = k
}

// slotOf wants a name of at least one byte.
func slotOf(name string) uint32 {
	h := uint32(len(name))*0x9E3779B1 ^ uint32(name[len(name)-1])*0x85EBCA6B ^ uint32(name[len(name)/2])*0xC2B2AE35
	return h >> 23
}

// mayBeRead is 1 if a name can be one that is read, by its length and the type of its
// value, else 0: no branch depends on it that could be foreseen wrongly.
func mayBeRead(lengths *[numTypes]uint64, name string, value pcommon.ValueType) uint64 {
	return lengths[value%numTypes] >> len(name) & 1
}

// lookUp gives the key of a name that is read on spans of the kind, or nil.
func (t *keyTable) lookUp(name string, kind topology.Kind) *key {
	for i := slotOf(name); t.slots[i].name != ""; i = (i + 1) % uint32(len(t.slots)) {
		// What a name means may depend on the kind: then it has more than one place.
		if k := &t.slots[i]; k.name == name && k.kinds.Has(int32(kind)) {
			return k
		}
	}
	return nil
}
