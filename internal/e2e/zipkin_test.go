package e2e

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// TestZipkinWire sends what two services with Zipkin's libraries send: 64-bit ids,
// and one span id for both ends of a call. Their caller speaks OTLP and 128 bits.
func TestZipkinWire(t *testing.T) {
	ctx := bounded(t)
	r := newWireRig(ctx, t)

	now := time.Now().UnixMicro()
	postZipkin(ctx, t, r.zipkin, `[
		{"traceId":"463ac35c9f6413ad","id":"a2fb4a1d1a96d312","parentId":"0020000000000001","kind":"SERVER","shared":true,"name":"get /stock",
		 "timestamp":`+micros(now+2000)+`,"duration":5000,"localEndpoint":{"serviceName":"stock"}},
		{"traceId":"463ac35c9f6413ad","id":"b7ad6b7169203331","parentId":"a2fb4a1d1a96d312","name":"look up",
		 "timestamp":`+micros(now+3000)+`,"duration":1000,"localEndpoint":{"serviceName":"stock"}}]`)
	postZipkin(ctx, t, r.zipkin, `[
		{"traceId":"463ac35c9f6413ad","id":"a2fb4a1d1a96d312","parentId":"0020000000000001","kind":"CLIENT","name":"get",
		 "timestamp":`+micros(now+1000)+`,"duration":8000,"localEndpoint":{"serviceName":"shop"}}]`)

	full := pcommon.TraceID{0x48, 0x48, 0x5a, 0x39, 0x53, 0xbb, 0x61, 0x24, 0x46, 0x3a, 0xc3, 0x5c, 0x9f, 0x64, 0x13, 0xad}
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "shop")
	root := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	root.SetTraceID(full)
	root.SetSpanID(pcommon.SpanID{0, 0x20, 0, 0, 0, 0, 0, 1})
	root.SetKind(ptrace.SpanKindServer)
	root.SetName("post /orders")
	root.SetStartTimestamp(pcommon.Timestamp(now * 1000))
	root.SetEndTimestamp(pcommon.Timestamp((now + 10_000) * 1000))
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	post(ctx, t, "http://"+r.collector.OTLPHTTP+"/v1/traces", "application/x-protobuf", body)

	require.NoError(t, r.collector.Stop())
	byName := map[string]span{}
	for _, s := range r.after.all() {
		assert.Equal(t, full, s.TraceID(), "%s: one trace, in full width", s.Name())
		byName[s.Name()] = s
	}
	require.Len(t, byName, 4)
	shared := pcommon.SpanID{0xa2, 0xfb, 0x4a, 0x1d, 0x1a, 0x96, 0xd3, 0x12}
	assert.Equal(t, shared, byName["get"].SpanID(), "the calling half keeps the id")
	assert.Equal(t, root.SpanID(), byName["get"].ParentSpanID())
	assert.NotEqual(t, shared, byName["get /stock"].SpanID(), "the serving half gets one of its own")
	assert.Equal(t, shared, byName["get /stock"].ParentSpanID())
	assert.Equal(t, byName["get /stock"].SpanID(), byName["look up"].ParentSpanID(), "and its child follows")
}

func micros(us int64) string { return strconv.FormatInt(us, 10) }

func postZipkin(ctx context.Context, t *testing.T, address, body string) {
	t.Helper()
	post(ctx, t, "http://"+address+"/api/v2/spans", "application/json", []byte(body))
}

func post(ctx context.Context, t *testing.T, url, contentType string, body []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", contentType)
	answer, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Less(t, answer.StatusCode, 300, "%s: %s", url, text)
}
