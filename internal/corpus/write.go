package corpus

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// write gives every span the times that its process's clock showed, and what its
// library records of its message.
func (c *Case) write() {
	for i := range c.Spans {
		s := &c.Spans[i]
		s.Start, s.End = s.clock(s.begin), s.clock(s.end)
		if s.unstamped {
			s.Start = 0
		}
		if s.message > 0 {
			s.record(&c.messages[s.message-1])
		}
		if s.Kind == ptrace.SpanKindServer {
			c.vouch(s)
		}
	}
}

// vouch records what services say of their context also when nothing is wrong:
// the header that they captured and believed, and Datadog's own tags.
func (c *Case) vouch(s *Span) {
	svc := s.process.service
	if svc.captures && s.Up >= 0 && c.Spans[s.Up].ID == s.Parent && c.Spans[s.Up].TraceID == s.TraceID {
		s.attrs = append(s.attrs, list(svc.header(s.rpc, "traceparent"), traceparent(s.TraceID, s.Parent)))
	}
	if svc.ids != idDatadog {
		return
	}
	if !s.Parent.IsEmpty() {
		s.attrs = append(s.attrs, text("_dd.parent_id", s.Parent.String()))
		return
	}
	s.attrs = append(s.attrs, text("_dd.parent_id", "0000000000000000"))
	if highHalf(s.TraceID) != 0 {
		s.attrs = append(s.attrs, text("_dd.p.tid", s.TraceID.String()[:16]))
	}
}

// clock is a true time as the span's process reads it.
func (s *Span) clock(at int64) int64 {
	grid := s.grid
	if grid == 0 {
		grid = s.process.service.profile.grid
	}
	at += s.process.host.skew
	return at - at%int64(max(grid, time.Nanosecond))
}

func (s *Span) record(m *message) {
	names := s.names
	if names == nil {
		names = []*spelling{s.library.names}
	}
	known, operation := s.library.received, "process"
	if s.Kind != ptrace.SpanKindConsumer {
		known, operation = s.library.sent, "send"
	}
	for _, n := range names {
		s.attrs = records(s.attrs, n, known, m, s.group)
		s.attrs = append(s.attrs, text(n.operation, operation), text(n.operationName, operation))
	}
}

// addState adds a member to the span's tracestate, newest first.
func (s *Span) addState(member string) {
	if s.state != "" {
		member += "," + s.state
	}
	s.state = member
}
