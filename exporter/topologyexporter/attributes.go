package topologyexporter

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/topology"
)

// outcome is what a span's attributes say besides what is called: how it went, and
// what the merge processor found.
type outcome struct {
	evidence string
	// peerAddress and url tell the callee's address where nothing better does.
	peerAddress string
	url         pcommon.Value
	hasURL      bool
	httpStatus  int64
	rpcStatus   string
	// rpcCode is a numeric status code plus one; 0 is none.
	rpcCode int64
}

// readAttributes reads a span's attributes into the observation, in any spelling.
func readAttributes(m pcommon.Map, o *topology.Observation) outcome {
	var out outcome
	a := &o.Attributes
	lengths := keys.lengthsFor(o)
	var found [maxFound]candidate
	n := uint64(0)
	for name, v := range m.All() {
		found[n] = candidate{name, v}
		n += mayBeRead(lengths, name, v.Type())
		if n == maxFound {
			readFound(found[:], o, &out)
			n = 0
		}
	}
	readFound(found[:n], o, &out)
	switch {
	case o.Kind == topology.KindServer:
		a.ClientAddress = cmp.Or(out.peerAddress, a.ClientAddress)
	case a.ServerAddress == "" && out.hasURL:
		a.ServerAddress, a.ServerPort = hostOf(out.url.Str())
	case a.ServerAddress == "":
		a.ServerAddress = out.peerAddress
	}
	return out
}

// maxFound is how many attributes are found before they are read: more than most spans have.
const maxFound = 16

// candidate is an attribute that may be read, by its length and type.
type candidate struct {
	name  string
	value pcommon.Value
}

func readFound(found []candidate, o *topology.Observation, out *outcome) {
	for i := range found {
		if k := keys.lookUp(found[i].name, o.Kind); k != nil {
			readAttribute(k, found[i].value, o, out)
		}
	}
}

// hostOf is the host and port of an absolute URL; "" when it is none.
func hostOf(url string) (host string, port uint16) {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return "", 0
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	return splitHost(rest)
}

// splitHost takes "host:port" apart; the port may be missing.
func splitHost(s string) (host string, port uint16) {
	if colon := strings.LastIndexByte(s, ':'); colon > strings.LastIndexByte(s, ']') {
		n, err := strconv.ParseUint(s[colon+1:], 10, 16)
		if err == nil {
			port = uint16(n)
		}
		s = s[:colon]
	}
	return strings.Trim(s, "[]"), port
}

// readAttribute reads the value of a key, of a type that the key allows.
func readAttribute(k *key, v pcommon.Value, o *topology.Observation, out *outcome) {
	a := &o.Attributes
	if v.Type() == pcommon.ValueTypeInt {
		readNumber(k, v.Int(), o, out)
		return
	}
	// Values are seldom in the cache: some are not looked at.
	switch k.field {
	case fieldCarrier:
		o.Carriers |= k.carrier
		return
	case fieldHTTPMethod:
		a.Protocols |= topology.ProtocolHTTP
		return
	case fieldURL:
		if !k.earlier || !out.hasURL {
			out.url, out.hasURL = v, true
		}
		return
	}
	s := v.Str()
	switch k.field {
	case fieldLane:
		a.Lane = s
	case fieldEvidence:
		out.evidence = s
	case fieldRPCSystem:
		set(&a.RPCSystem, s, k)
	case fieldRPCStatus:
		out.rpcStatus = s
	case fieldMessagingSystem:
		a.MessagingSystem = s
	case fieldDestination, fieldDestinationTemplate:
		set(&a.Destination, s, k)
	case fieldOperation:
		a.Operation = operationOf(s)
	case fieldDBSystem:
		set(&a.DBSystem, s, k)
	case fieldDBNamespace:
		set(&a.DBNamespace, s, k)
	case fieldNetworkTransport:
		if s == "unix" {
			a.Protocols |= topology.ProtocolUnix
		}
	case fieldProtocol:
		a.Protocols |= protocolOf(s)
	case fieldHost:
		if a.ServerAddress == "" {
			a.ServerAddress, a.ServerPort = splitHost(s)
		}
	case fieldServerAddress:
		set(&a.ServerAddress, s, k)
	case fieldPeerService:
		set(&a.PeerService, s, k)
	case fieldPeerAddress:
		set(&out.peerAddress, s, k)
	case fieldClientAddress:
		set(&a.ClientAddress, s, k)
	case fieldRoute:
		set(&o.Operation, s, k)
	case fieldRefused:
		o.MergeRefused = s
	}
}

func readNumber(k *key, n int64, o *topology.Observation, out *outcome) {
	a := &o.Attributes
	switch k.field {
	case fieldServerPort:
		if n > 0 && n <= math.MaxUint16 && (!k.earlier || a.ServerPort == 0) {
			a.ServerPort = uint16(n)
		}
	case fieldRequestSize:
		setNumber(&o.RequestBytes, n, k)
	case fieldResponseSize:
		setNumber(&o.ResponseBytes, n, k)
	case fieldHTTPStatus:
		a.Protocols |= topology.ProtocolHTTP
		out.httpStatus = n
	case fieldRPCStatus:
		out.rpcCode = n + 1
	case fieldDBNamespace:
		if a.DBNamespace == "" {
			a.DBNamespace = strconv.FormatInt(n, 10)
		}
	}
}

// set lets the present spelling win over earlier ones, in either order.
func set(to *string, value string, k *key) {
	if !k.earlier || *to == "" {
		*to = value
	}
}

func setNumber(to *int64, value int64, k *key) {
	if !k.earlier || *to == 0 {
		*to = value
	}
}

func operationOf(s string) topology.Operation {
	switch s {
	case "send", "publish", "create":
		return topology.OperationSend
	case "receive", "process", "deliver", "settle":
		return topology.OperationTake
	}
	return topology.OperationNone
}

func protocolOf(s string) topology.Protocols {
	switch s {
	case "websocket":
		return topology.ProtocolWebSocket
	case "http":
		return topology.ProtocolHTTP
	}
	return 0
}

// failed reports whether a span failed: its status first, then the status codes of
// the conventions (rule T6).
func failed(code ptrace.StatusCode, out *outcome) bool {
	switch code {
	case ptrace.StatusCodeError:
		return true
	case ptrace.StatusCodeOk:
		return false
	}
	return out.httpStatus >= 500 || rpcFailed(out)
}

// rpcFailed: the gRPC status codes that are the server's fault.
func rpcFailed(out *outcome) bool {
	switch out.rpcStatus {
	case "UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS":
		return true
	}
	switch out.rpcCode - 1 {
	case 2, 4, 12, 13, 14, 15:
		return true
	}
	return false
}
