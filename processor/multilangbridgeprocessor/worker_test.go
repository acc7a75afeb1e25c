package multilangbridgeprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// What is held is counted by its size when encoded, wherever in the batch the bytes
// are: nearly, and never much less.
func TestReadCountsBytes(t *testing.T) {
	const large = 10_000
	value := string(make([]byte, large))
	tests := []struct {
		name string
		put  func(ptrace.ResourceSpans)
	}{
		{"resource", func(rs ptrace.ResourceSpans) { rs.Resource().Attributes().PutStr("k", value) }},
		{"resource, in a list of maps", func(rs ptrace.ResourceSpans) {
			rs.Resource().Attributes().PutEmptySlice("k").AppendEmpty().SetEmptyMap().PutStr("k", value)
		}},
		{"resource, bytes", func(rs ptrace.ResourceSpans) {
			rs.Resource().Attributes().PutEmptyBytes("k").FromRaw([]byte(value))
		}},
		{"resource, numbers", func(rs ptrace.ResourceSpans) {
			list := rs.Resource().Attributes().PutEmptySlice("k")
			for range large {
				list.AppendEmpty().SetInt(1 << 60)
			}
		}},
		{"resource schema", func(rs ptrace.ResourceSpans) { rs.SetSchemaUrl(value) }},
		{"scope", func(rs ptrace.ResourceSpans) { rs.ScopeSpans().At(0).Scope().Attributes().PutStr(value, "") }},
		{"scope name", func(rs ptrace.ResourceSpans) { rs.ScopeSpans().At(0).Scope().SetName(value) }},
		{"scope version", func(rs ptrace.ResourceSpans) { rs.ScopeSpans().At(0).Scope().SetVersion(value) }},
		{"scope schema", func(rs ptrace.ResourceSpans) { rs.ScopeSpans().At(0).SetSchemaUrl(value) }},
		{"span", func(rs ptrace.ResourceSpans) {
			rs.ScopeSpans().At(0).Spans().At(0).Events().AppendEmpty().Attributes().PutStr("k", value)
		}},
	}
	cfg := createDefaultConfig().(*Config)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			td := ptrace.NewTraces()
			rs := td.ResourceSpans().AppendEmpty()
			rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName("s")
			tt.put(rs)
			batch, bytes, rewritten := newWorker(cfg).read(td)
			require.Len(t, batch.Spans, 1)
			assert.Zero(t, rewritten)
			want := (&ptrace.ProtoMarshaler{}).TracesSize(td)
			assert.InDelta(t, want, bytes, 0.5*float64(want))
			assert.GreaterOrEqual(t, bytes, large)
		})
	}
}

// What takes next to nothing when encoded counts nearly what it takes in memory, a
// third of it: a span of nothing but empty events cannot pass the bound by twenty times.
func TestSmallPartsCount(t *testing.T) {
	const parts = 1000
	tests := []struct {
		name string
		each int // bytes
		put  func(ptrace.ResourceSpans)
	}{
		{"events", partSize, func(rs ptrace.ResourceSpans) {
			for range parts {
				rs.ScopeSpans().At(0).Spans().At(0).Events().AppendEmpty()
			}
		}},
		{"links", partSize, func(rs ptrace.ResourceSpans) {
			for range parts {
				rs.ScopeSpans().At(0).Spans().At(0).Links().AppendEmpty()
			}
		}},
		{"values of a resource", valuePart, func(rs ptrace.ResourceSpans) {
			list := rs.Resource().Attributes().PutEmptySlice("k")
			for range parts {
				list.AppendEmpty().SetStr("")
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			td := ptrace.NewTraces()
			rs := td.ResourceSpans().AppendEmpty()
			rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
			tt.put(rs)
			_, bytes, _ := newWorker(createDefaultConfig().(*Config)).read(td)
			assert.GreaterOrEqual(t, bytes, parts*tt.each)
		})
	}
}
