package multilangbridgeprocessor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

const behindMs = 3000 // how far the callee's clock is behind in these tests

// calls makes n traces of one call between two hosts whose clocks are apart.
func calls(tb testing.TB, n int) ptrace.Traces {
	tb.Helper()
	specs := make([]spec, 0, 2*n)
	for i := range n {
		trace := pcommon.TraceID{0: 1, 14: byte(i >> 8), 15: byte(i), 8: 1}
		at := 10_000 + 100*i
		specs = append(specs,
			spec{service: "a", trace: trace, id: pcommon.SpanID{1, 1, byte(i >> 8), byte(i)}, kind: ptrace.SpanKindClient, start: at, end: at + 50},
			spec{service: "b", trace: trace, id: pcommon.SpanID{2, 1, byte(i >> 8), byte(i)}, parent: pcommon.SpanID{1, 1, byte(i >> 8), byte(i)}, kind: ptrace.SpanKindServer, start: at + 10 - behindMs, end: at + 40 - behindMs})
	}
	td := traces(tb, specs...)
	for _, rs := range td.ResourceSpans().All() {
		name, _ := rs.Resource().Attributes().Get("service.name")
		rs.Resource().Attributes().PutStr("host.name", "host-of-"+name.Str())
	}
	return td
}

// 1.19: the offset is estimated over many calls, recorded on called spans, and
// applied only when asked for.
func TestClockSkew(t *testing.T) {
	tests := []struct {
		name     string
		skew     ClockSkew
		recorded bool
		shifted  bool
	}{
		{"off", ClockSkewOff, false, false},
		{"estimate", ClockSkewEstimate, true, false},
		{"apply", ClockSkewApply, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &sink{}
				b, _ := start(t, next, func(c *Config) { c.Repair.ClockSkew = tt.skew })
				require.NoError(t, b.ConsumeTraces(t.Context(), calls(t, 50)))
				time.Sleep(2 * defaultWait) // the first batch teaches
				next.Reset()
				require.NoError(t, b.ConsumeTraces(t.Context(), renamed(calls(t, 50))))
				time.Sleep(2 * defaultWait)
				for id, span := range next.spans(t) {
					offset, ok := span.Attributes().Get(contract.AttrClockOffset)
					called := id[0] == 2
					require.Equal(t, tt.recorded && called, ok, "span %v", id)
					if ok {
						assert.EqualValues(t, -behindMs*1_000_000, offset.Int())
					}
					at := 10_000 + 100*(int(id[2])<<8|int(id[3]))
					if called {
						at += 10
						if !tt.shifted {
							at -= behindMs
						}
					}
					assert.EqualValues(t, at*1_000_000, span.StartTimestamp(), "span %v", id)
				}
			})
		})
	}
}

// renamed gives the traces other ids.
func renamed(td ptrace.Traces) ptrace.Traces {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				id := span.TraceID()
				id[1] = 0xee
				span.SetTraceID(id)
			}
		}
	}
	return td
}
