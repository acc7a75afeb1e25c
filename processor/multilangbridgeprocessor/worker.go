package multilangbridgeprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// worker is the scratch memory of one ConsumeTraces call.
type worker struct {
	normalizer *normalizer // nil if attributes stay as they are
	scanner    *scanner
}

func newWorker(cfg *Config) *worker {
	w := &worker{scanner: newScanner(&cfg.Join)}
	if cfg.Normalize.Enabled {
		w.normalizer = newNormalizer(cfg.Normalize.KeepOriginal)
	}
	return w
}

// What counts beside content, in bytes: an empty event takes two when encoded, but
// three times this in memory.
const (
	partSize  = 24 // of an event or link
	valuePart = 8  // of an attribute's value, or a number
)

// sizer tells what spans take when they are encoded.
var sizer ptrace.ProtoMarshaler

// read normalises and scans a batch in one pass: what a span refers to lies all over
// the memory, and it is fetched once. The batch is valid until the next read. It
// also gives the size of everything in it when encoded, but for some bytes of
// framing, and the number of attributes rewritten.
func (w *worker) read(td ptrace.Traces) (batch *merge.Batch, bytes int, rewritten int64) {
	w.scanner.batch.Reset()
	for _, rs := range td.ResourceSpans().All() {
		if w.normalizer != nil {
			w.normalizer.resource(rs)
		}
		from := sourceOf(rs.Resource())
		bytes += sizeOf(rs.Resource().Attributes()) + len(rs.SchemaUrl())
		for _, ss := range rs.ScopeSpans().All() {
			scope := ss.Scope()
			bytes += sizeOf(scope.Attributes()) + len(scope.Name()) + len(scope.Version()) + len(ss.SchemaUrl())
			for _, span := range ss.Spans().All() {
				if w.normalizer != nil {
					w.normalizer.span(span)
				}
				w.scanner.span(span, from)
				bytes += sizer.SpanSize(span) + partSize*(span.Events().Len()+span.Links().Len())
			}
		}
	}
	if w.normalizer != nil {
		rewritten = w.normalizer.taken()
	}
	return &w.scanner.batch, bytes, rewritten
}

// sizeOf is what attributes take when encoded, nearly.
func sizeOf(attrs pcommon.Map) int {
	bytes := 0
	for name, value := range attrs.All() {
		bytes += len(name) + valueSize(value)
	}
	return bytes
}

func valueSize(value pcommon.Value) int {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return valuePart + len(value.Str())
	case pcommon.ValueTypeBytes:
		return valuePart + value.Bytes().Len()
	case pcommon.ValueTypeMap:
		return valuePart + sizeOf(value.Map())
	case pcommon.ValueTypeSlice:
		bytes := valuePart
		for _, v := range value.Slice().All() {
			bytes += valueSize(v)
		}
		return bytes
	default:
		return valuePart
	}
}
