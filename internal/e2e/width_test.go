package e2e

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// TestIDsOfBadWidth sends requests in which one id is too short or too long. OTLP's
// decoder refuses the whole request, and its sender learns so; the requests before
// and behind it are unaffected.
func TestIDsOfBadWidth(t *testing.T) {
	ctx := bounded(t)
	r := newRig(ctx, t)
	const traceField, spanField = 1, 2
	want := 0
	sendGood := func(n byte) {
		answer := r.postTraces(ctx, t, goodRequest(t, n))
		require.Equal(t, http.StatusOK, answer, "good request %d", n)
		want += 2
	}
	for n, bad := range []struct{ field, width int }{
		{traceField, 8}, {traceField, 15}, {traceField, 17}, {spanField, 4}, {spanField, 7}, {spanField, 9},
	} {
		sendGood(byte(2*n + 1))
		body := append(goodRequest(t, byte(2*n+2)), oneSpan(bad.field, bad.width)...)
		assert.Equal(t, http.StatusBadRequest, r.postTraces(ctx, t, body), "field %d of %d bytes", bad.field, bad.width)
	}
	sendGood(0xff)
	require.NoError(t, r.collector.Stop())
	assert.Len(t, r.after.all(), want, "the good requests' spans, each once")
}

func (r *rig) postTraces(ctx context.Context, t *testing.T, body []byte) (status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.collector.OTLPHTTP+"/v1/traces", bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-protobuf")
	answer, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode
}

// goodRequest is a request of two spans.
func goodRequest(t *testing.T, n byte) []byte {
	t.Helper()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "shop")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for i := range byte(2) {
		s := spans.AppendEmpty()
		s.SetTraceID(pcommon.TraceID{0: 1, 15: n})
		s.SetSpanID(pcommon.SpanID{0: n, 7: i + 1})
		s.SetName("span " + strconv.Itoa(int(i)))
	}
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	return body
}

// oneSpan is the wire form of resource spans with one span, of which one field has
// that many bytes. Two of them one after the other are one request, as protobuf has it.
func oneSpan(field, width int) []byte {
	message := func(field int, content []byte) []byte {
		return append([]byte{byte(field<<3 | 2), byte(len(content))}, content...)
	}
	return message(1, message(2, message(2, message(field, bytes.Repeat([]byte{1}, width)))))
}
