package topologyexporter

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/topology"
)

// outcome is what a span's attributes say besides what is called: how it went, and
// what the merge processor found.
type outcome struct {
	evidence   string
	httpStatus int64
	rpcStatus  string
	// rpcCode is a numeric status code plus one; 0 is none.
	rpcCode int64
}

// readAttributes reads a span's attributes into the observation, in any spelling.
func readAttributes(m pcommon.Map, o *topology.Observation) outcome {
	var out outcome
	a := &o.Attributes
	for name, v := range m.All() {
		if k := keys.find(name, v.Type(), o.Kind); k != nil {
			readAttribute(k, v, a, &out)
		}
	}
	return out
}

// readAttribute reads the value of a key, a string or a number as the key allows.
func readAttribute(k *key, v pcommon.Value, a *topology.Attributes, out *outcome) {
	if v.Type() == pcommon.ValueTypeInt {
		readNumber(k, v.Int(), a, out)
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
	case fieldHTTPMethod:
		a.Protocols |= topology.ProtocolHTTP
	case fieldServerAddress:
		set(&a.ServerAddress, s, k)
	case fieldPeerService:
		set(&a.PeerService, s, k)
	}
}

func readNumber(k *key, n int64, a *topology.Attributes, out *outcome) {
	switch k.field {
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
