package pairing

import (
	"encoding/binary"
	"maps"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// pairingCase is spans, and the graph that they should give.
type pairingCase struct {
	name string
	// issues are where users missed it, or rows of our own lists of what a graph must do.
	issues string
	spans  []span
	// load makes more spans than a table can hold.
	load func() []span
	// want is the graph, an edge a line.
	want []string
}

// span is a span as the cases write it: small numbers for ids, milliseconds for times.
type span struct {
	service   string // "" has no service.name
	kind      ptrace.SpanKind
	trace     int // 0 is trace 1
	id        int
	parent    int
	start     int
	end       int // 0: start + 10
	attrs     map[string]any
	links     [][2]int // trace, span
	failed    bool
	state     string // tracestate
	noIDs     bool
	linkAttrs map[string]any
	// at is when the span is delivered, with the default waits of both: ours 10 s, and 5
	// minutes for messages.
	at time.Duration
}

const (
	client   = ptrace.SpanKindClient
	server   = ptrace.SpanKindServer
	producer = ptrace.SpanKindProducer
	taker    = ptrace.SpanKindConsumer
	internal = ptrace.SpanKindInternal
	noKind   = ptrace.SpanKindUnspecified
)

// traces is one delivery, a resource and batch of its own.
func (s *span) traces(now time.Time) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	if s.service != "" {
		rs.Resource().Attributes().PutStr("service.name", s.service)
	}
	to := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	if !s.noIDs {
		to.SetTraceID(traceID(max(s.trace, 1)))
		to.SetSpanID(spanID(s.id))
	}
	if s.parent != 0 {
		to.SetParentSpanID(spanID(s.parent))
	}
	to.SetKind(s.kind)
	to.SetName("work")
	to.TraceState().FromRaw(s.state)
	end := s.end
	if end == 0 {
		end = s.start + 10
	}
	to.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(time.Duration(s.start) * time.Millisecond)))
	to.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(time.Duration(end) * time.Millisecond)))
	_ = to.Attributes().FromRaw(s.attrs)
	if s.failed {
		to.Status().SetCode(ptrace.StatusCodeError)
	}
	for _, l := range s.links {
		link := to.Links().AppendEmpty()
		link.SetTraceID(traceID(l[0]))
		link.SetSpanID(spanID(l[1]))
		_ = link.Attributes().FromRaw(s.linkAttrs)
	}
	return td
}

func traceID(n int) (id pcommon.TraceID) {
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

func spanID(n int) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], uint64(n))
	return id
}

type attrs = map[string]any

// Attributes that cases use often.
var (
	get      = attrs{"http.request.method": "GET"}
	kafka    = attrs{"messaging.system": "kafka", "messaging.destination.name": "orders"}
	postgres = attrs{"db.system.name": "postgresql", "db.namespace": "payments"}
	merged   = attrs{contract.AttrMergeEvidence: string(contract.EvidenceHeaderB3)}
)

func to(host string) attrs {
	return attrs{"http.request.method": "GET", "server.address": host, "server.port": 8080}
}

func with(base, more attrs) attrs {
	all := maps.Clone(base)
	maps.Copy(all, more)
	return all
}
