package e2e

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/internal/polyglot"
)

// wire is a way to send spans in another format than OTLP, through the format's own
// receiver.
type wire struct {
	name   string
	breaks []string // which it can express
	send   func(ctx context.Context, t *testing.T, to wireRig, td ptrace.Traces)
}

func wires() []wire {
	return []wire{
		{"zipkin json v2", wireBreaks, sendZipkin},
		{"jaeger thrift over http", slices.Concat(wireBreaks, linkBreaks), sendJaegerThrift},
		{"jaeger grpc", slices.Concat(wireBreaks, linkBreaks), sendJaegerGRPC},
	}
}

// wireRig is a rig with the receivers of the other formats.
type wireRig struct {
	*rig
	zipkin, jaegerHTTP, jaegerGRPC string // host:port
}

// newWireRig starts a collector that holds spans until it is stopped.
func newWireRig(ctx context.Context, t *testing.T) wireRig {
	t.Helper()
	w := wireRig{}
	env := []string{"POLYSPAN_WAIT=10m"}
	for key, to := range map[string]*string{
		"POLYSPAN_ZIPKIN": &w.zipkin, "POLYSPAN_JAEGER_HTTP": &w.jaegerHTTP, "POLYSPAN_JAEGER_GRPC": &w.jaegerGRPC,
	} {
		address, err := polyglot.FreeAddress()
		require.NoError(t, err)
		*to = address
		env = append(env, key+"="+address)
	}
	w.rig = newRigWith(ctx, t, []string{"wire.yaml"}, env...)
	return w
}

// kinds are the span kinds as the other formats write them, in lower case.
var kinds = map[ptrace.SpanKind]string{
	ptrace.SpanKindServer: "server", ptrace.SpanKindClient: "client",
	ptrace.SpanKindProducer: "producer", ptrace.SpanKindConsumer: "consumer",
}

// eachTag visits what a span says of itself as the other formats' libraries would
// write it: numbers as numbers, of a list its only element.
func eachTag(attributes pcommon.Map, text func(key, value string), whole func(key string, value int64)) {
	for key, v := range attributes.All() {
		switch v.Type() {
		case pcommon.ValueTypeInt:
			whole(key, v.Int())
		case pcommon.ValueTypeSlice:
			text(key, v.Slice().At(0).AsString())
		default:
			text(key, v.AsString())
		}
	}
}

// whole is the value of a number that may have become text on its way.
func whole(t *testing.T, attributes pcommon.Map, key string) int64 {
	t.Helper()
	v, ok := attributes.Get(key)
	require.True(t, ok, "attribute %q is there", key)
	n, err := strconv.ParseInt(v.AsString(), 10, 64)
	require.NoError(t, err)
	return n
}
