package e2e

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/apache/thrift/lib/go/thrift"
	jaegermodel "github.com/jaegertracing/jaeger-idl/model/v1"
	"github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"
	"github.com/jaegertracing/jaeger-idl/thrift-gen/jaeger"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// sendJaegerThrift reports spans as Jaeger's client libraries do.
func sendJaegerThrift(ctx context.Context, t *testing.T, to wireRig, td ptrace.Traces) {
	t.Helper()
	for _, rs := range td.ResourceSpans().All() {
		batch := &jaeger.Batch{Process: &jaeger.Process{
			ServiceName: text(rs.Resource().Attributes(), "service.name"), Tags: thriftTags(rs.Resource().Attributes()),
		}}
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				batch.Spans = append(batch.Spans, thriftSpan(s))
			}
		}
		body, err := thrift.NewTSerializer().Write(ctx, batch)
		require.NoError(t, err)
		post(ctx, t, "http://"+to.jaegerHTTP+"/api/traces?format=jaeger.thrift", "application/vnd.apache.thrift.binary", body)
	}
}

func thriftSpan(s ptrace.Span) *jaeger.Span {
	low, high := thriftTrace(s.TraceID())
	out := &jaeger.Span{
		TraceIdLow: low, TraceIdHigh: high, SpanId: thriftID(s.SpanID()), ParentSpanId: thriftID(s.ParentSpanID()),
		OperationName: s.Name(), Flags: 1,
		StartTime: int64(s.StartTimestamp() / 1000), Duration: int64((s.EndTimestamp() - s.StartTimestamp()) / 1000), // µs
		Tags: thriftTags(s.Attributes()),
	}
	if kind := kinds[s.Kind()]; kind != "" {
		out.Tags = append(out.Tags, &jaeger.Tag{Key: "span.kind", VType: jaeger.TagType_STRING, VStr: &kind})
	}
	for _, l := range s.Links().All() {
		low, high := thriftTrace(l.TraceID())
		out.References = append(out.References, &jaeger.SpanRef{
			RefType: jaeger.SpanRefType_FOLLOWS_FROM, TraceIdLow: low, TraceIdHigh: high, SpanId: thriftID(l.SpanID()),
		})
	}
	return out
}

func thriftTags(attributes pcommon.Map) []*jaeger.Tag {
	var out []*jaeger.Tag
	eachTag(attributes,
		func(key, value string) {
			out = append(out, &jaeger.Tag{Key: key, VType: jaeger.TagType_STRING, VStr: &value})
		},
		func(key string, value int64) {
			out = append(out, &jaeger.Tag{Key: key, VType: jaeger.TagType_LONG, VLong: &value})
		})
	return out
}

func thriftTrace(id pcommon.TraceID) (low, high int64) {
	return int64(binary.BigEndian.Uint64(id[8:])), int64(binary.BigEndian.Uint64(id[:8]))
}

func thriftID(id pcommon.SpanID) int64 { return int64(binary.BigEndian.Uint64(id[:])) }

// sendJaegerGRPC reports spans as Jaeger's agent does.
func sendJaegerGRPC(ctx context.Context, t *testing.T, to wireRig, td ptrace.Traces) {
	t.Helper()
	conn, err := grpc.NewClient(to.jaegerGRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { assert.NoError(t, conn.Close()) }()
	collector := api_v2.NewCollectorServiceClient(conn)
	for _, rs := range td.ResourceSpans().All() {
		batch := jaegermodel.Batch{Process: &jaegermodel.Process{
			ServiceName: text(rs.Resource().Attributes(), "service.name"), Tags: modelTags(rs.Resource().Attributes()),
		}}
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				batch.Spans = append(batch.Spans, modelSpan(s))
			}
		}
		_, err := collector.PostSpans(ctx, &api_v2.PostSpansRequest{Batch: batch})
		require.NoError(t, err)
	}
}

func modelSpan(s ptrace.Span) *jaegermodel.Span {
	trace := modelTrace(s.TraceID())
	out := &jaegermodel.Span{
		TraceID: trace, SpanID: modelID(s.SpanID()), OperationName: s.Name(), Flags: 1,
		StartTime: s.StartTimestamp().AsTime(), Duration: s.EndTimestamp().AsTime().Sub(s.StartTimestamp().AsTime()),
		Tags: modelTags(s.Attributes()),
	}
	if kind := kinds[s.Kind()]; kind != "" {
		out.Tags = append(out.Tags, jaegermodel.String("span.kind", kind))
	}
	if parent := s.ParentSpanID(); !parent.IsEmpty() {
		out.References = append(out.References, jaegermodel.NewChildOfRef(trace, modelID(parent)))
	}
	for _, l := range s.Links().All() {
		out.References = append(out.References, jaegermodel.NewFollowsFromRef(modelTrace(l.TraceID()), modelID(l.SpanID())))
	}
	return out
}

func modelTags(attributes pcommon.Map) []jaegermodel.KeyValue {
	var out []jaegermodel.KeyValue
	eachTag(attributes,
		func(key, value string) { out = append(out, jaegermodel.String(key, value)) },
		func(key string, value int64) { out = append(out, jaegermodel.Int64(key, value)) })
	return out
}

func modelTrace(id pcommon.TraceID) jaegermodel.TraceID {
	return jaegermodel.NewTraceID(binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:]))
}

func modelID(id pcommon.SpanID) jaegermodel.SpanID {
	return jaegermodel.NewSpanID(binary.BigEndian.Uint64(id[:]))
}
