package e2e

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

const malformedPayloads = 1000

// TestMalformedPayloads sends what no SDK should, beside good spans: nothing
// crashes, and what the receiver took in leaves, once.
func TestMalformedPayloads(t *testing.T) {
	ctx := bounded(t)
	r := newRig(ctx, t)
	rng := rand.New(rand.NewPCG(11, 12)) //nolint:gosec // repeatable on purpose
	good := 0
	for n := range malformedPayloads {
		body, goodSpans := malformed(t, rng, n)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.collector.OTLPHTTP+"/v1/traces", bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-protobuf")
		answer, err := http.DefaultClient.Do(req)
		require.NoError(t, err, "payload %d: the collector answers", n)
		_, _ = io.Copy(io.Discard, answer.Body)
		require.NoError(t, answer.Body.Close())
		if answer.StatusCode == http.StatusOK {
			good += goodSpans
		} else {
			assert.Equal(t, http.StatusBadRequest, answer.StatusCode, "payload %d", n)
		}
	}
	require.Eventually(t, func() bool { return r.topology(ctx, t).Version == 1 }, arrivalTimeout, time.Second, "the exporter still answers")
	require.NoError(t, r.collector.Stop())

	before, after := r.before.all(), r.after.all()
	assert.Len(t, after, len(before), "spans out = spans in")
	left := 0
	for _, s := range after {
		if s.Name() == goodName {
			left++
		}
	}
	assert.Equal(t, good, left, "no good span is lost")
	assert.Positive(t, good)
}

const goodName = "good"

// malformed is one payload with two good spans, and how many good ones it has.
func malformed(t *testing.T, rng *rand.Rand, n int) ([]byte, int) {
	t.Helper()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", []string{"shop", "", "\xff\xfe", strings.Repeat("s", 64<<10)}[n%4])
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	trace := pcommon.TraceID{15: 1, 14: byte(n), 13: byte(n >> 8), 0: 1}
	add := func(name string, trace pcommon.TraceID, id, parent byte) ptrace.Span {
		s := spans.AppendEmpty()
		s.SetName(name)
		s.SetTraceID(trace)
		s.SetSpanID(pcommon.SpanID{7: id})
		s.SetParentSpanID(pcommon.SpanID{7: parent})
		s.SetKind(ptrace.SpanKind(rng.IntN(9)))
		s.SetStartTimestamp(pcommon.Timestamp(rng.Uint64()))
		s.SetEndTimestamp(pcommon.Timestamp(rng.Uint64()))
		return s
	}
	add(goodName, trace, 1, 0)
	add(goodName, trace, 2, 1)
	switch n % 7 {
	case 0:
		add("zero ids", pcommon.TraceID{}, 0, 0)
	case 1:
		add("self parent", trace, 3, 3)
	case 2:
		add("cycle", trace, 4, 5)
		add("cycle", trace, 5, 4)
	case 3:
		add("64 KiB", trace, 6, 1).Attributes().PutStr("http.request.header.b3", strings.Repeat("a", 64<<10))
	case 4:
		s := add("not \xc3\x28 UTF-8", trace, 7, 1)
		s.Attributes().PutStr("x-trace-id", "\xff\xff\xff\xff\xff\xff")
		s.TraceState().FromRaw("\xff=,=\x00,,")
	case 5:
		add("link to itself", trace, 8, 1).Links().AppendEmpty().SetTraceID(trace)
	}
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	if n%7 == 6 { // cut in the middle: the receiver refuses the whole request
		return body[:len(body)-7], 0
	}
	return body, 2
}
