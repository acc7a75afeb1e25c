package e2e

import (
	"encoding/binary"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/internal/polyglot"
)

// requestID is the x-trace-id under which the services know a request.
type requestID string

// requestsByTrace says to which request each trace belongs that arrived at the
// collector. It trusts nothing that a merge does, only what the services themselves
// put into their spans; traces of no request (a health check) are left out.
func requestsByTrace(before []span) map[pcommon.TraceID]requestID {
	out := map[pcommon.TraceID]requestID{}
	byLowHalf := map[uint64]requestID{}
	for _, s := range before {
		if id := statedRequest(s); id != "" {
			out[s.TraceID()] = id
			byLowHalf[lowHalf(s.TraceID())] = id
		}
	}
	// The engine and the reporter know only the low half of the pool's trace id.
	for _, s := range before {
		if id, ok := byLowHalf[lowHalf(s.TraceID())]; ok && highHalf(s.TraceID()) == 0 {
			out[s.TraceID()] = id
		}
	}
	// The console links to the trace of the producer.
	for _, s := range before {
		for _, link := range s.Links().All() {
			if id, ok := out[link.TraceID()]; ok && s.service == string(polyglot.Console) {
				out[s.TraceID()] = id
			}
		}
	}
	return out
}

// statedRequest is the x-trace-id that the span itself names, "" if none.
func statedRequest(s span) requestID {
	switch polyglot.ServiceName(s.service) {
	case polyglot.Gateway:
		return requestID(traceStateMember(s.TraceState().AsRaw(), "x-trace-id"))
	case polyglot.Preprocessing:
		for _, key := range []string{"x-trace-id", "http.request.header.x-trace-id", "http.request.header.x_trace_id"} {
			if id := text(s.Attributes(), key); id != "" {
				return requestID(id)
			}
		}
	}
	return ""
}

func traceStateMember(state, key string) string {
	for member := range strings.SplitSeq(state, ",") {
		if k, v, ok := strings.Cut(strings.TrimSpace(member), "="); ok && k == key {
			return v
		}
	}
	return ""
}

func lowHalf(id pcommon.TraceID) uint64  { return binary.BigEndian.Uint64(id[8:]) }
func highHalf(id pcommon.TraceID) uint64 { return binary.BigEndian.Uint64(id[:8]) }

// role finds one span of a request.
type role struct {
	service polyglot.ServiceName
	kind    ptrace.SpanKind
	name    string // "" is any
}

// The spans between which the services lose the trace context.
var (
	gatewayServer       = role{polyglot.Gateway, ptrace.SpanKindServer, ""}
	gatewayClient       = role{polyglot.Gateway, ptrace.SpanKindClient, ""}
	preprocessingServer = role{polyglot.Preprocessing, ptrace.SpanKindServer, ""}
	producer            = role{polyglot.Preprocessing, ptrace.SpanKindProducer, ""}
	poolRoot            = role{polyglot.Preprocessing, ptrace.SpanKindInternal, "price order"}
	poolClient          = role{polyglot.Preprocessing, ptrace.SpanKindClient, ""}
	engineServer        = role{polyglot.Engine, ptrace.SpanKindServer, ""}
	engineClient        = role{polyglot.Engine, ptrace.SpanKindClient, ""}
	reporterServer      = role{polyglot.Reporter, ptrace.SpanKindServer, ""}
	consumer            = role{polyglot.Console, ptrace.SpanKindConsumer, ""}
)

// in returns the only span of the role, false if there is none or more than one.
func (r role) in(spans []span) (span, bool) {
	var found []span
	for _, s := range spans {
		if s.service == string(r.service) && s.Kind() == r.kind && (r.name == "" || s.Name() == r.name) {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return span{}, false
	}
	return found[0], true
}
