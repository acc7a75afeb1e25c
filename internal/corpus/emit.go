package corpus

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// sampledFlags say that the span is sampled, and that whether its parent is remote is known.
const sampledFlags = 0x101

// writeTo writes the span as it is sent.
func (s *Span) writeTo(dst ptrace.Span) {
	dst.SetTraceID(s.TraceID)
	dst.SetSpanID(s.ID)
	dst.SetParentSpanID(s.Parent)
	dst.SetName(s.name)
	dst.SetKind(s.Kind)
	dst.SetFlags(sampledFlags)
	dst.SetStartTimestamp(pcommon.Timestamp(s.Start))
	dst.SetEndTimestamp(pcommon.Timestamp(s.End))
	dst.TraceState().FromRaw(s.state)
	attrs := dst.Attributes()
	attrs.EnsureCapacity(len(s.attrs) + 1)
	put(attrs, s.attrs)
	for _, l := range s.links {
		to := dst.Links().AppendEmpty()
		to.SetTraceID(l.trace)
		to.SetSpanID(l.span)
		put(to.Attributes(), l.attrs)
	}
	if s.failed {
		dst.Status().SetCode(ptrace.StatusCodeError)
		e := dst.Events().AppendEmpty()
		e.SetName("exception")
		e.SetTimestamp(pcommon.Timestamp(s.End))
		e.Attributes().PutStr("exception.type", "UpstreamError")
	}
}

// schema is the schema URL that the service's SDK claims; old ones claim none.
func (s *service) schema() string {
	switch s.names[len(s.names)-1] {
	case spelling27:
		return "https://opentelemetry.io/schemas/1.37.0"
	case spelling17:
		return "https://opentelemetry.io/schemas/1.20.0"
	default:
		return ""
	}
}

// Describe says in a line whose span it is, and when it ran by its own clock.
func (s *Span) Describe() string {
	return fmt.Sprintf("%s@%s [%d +%dµs]", s.process.service.name, s.process.host.name, s.Start/1000, (s.End-s.Start)/1000)
}

// Records lists what the span says of how it belongs to others.
func (s *Span) Records() string {
	var b strings.Builder
	for _, a := range s.attrs {
		switch {
		case a.key == "" || !telling(a.key):
		case a.form == formNumber:
			fmt.Fprintf(&b, " %s=%d", a.key, a.number)
		default:
			fmt.Fprintf(&b, " %s=%q", a.key, a.text)
		}
	}
	for _, l := range s.links {
		fmt.Fprintf(&b, " link=%v/%v", l.trace, l.span)
	}
	if s.state != "" {
		fmt.Fprintf(&b, " tracestate=%q", s.state)
	}
	return b.String()
}

// telling reports whether an attribute says anything of how spans belong together.
func telling(key string) bool {
	for _, part := range [...]string{"messaging.", "header.", "metadata.", "x-trace-id", "client", "net.peer.name", "_dd", "sw8", "message.id", "request.id"} {
		if strings.Contains(key, part) {
			return true
		}
	}
	return false
}
