package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/internal/polyglot"
)

const (
	mergeRequests    = 200
	mergeConcurrency = 4
	// fragmentsBefore is in how many traces the services send one request.
	fragmentsBefore = 5
	// mergedShare is the part of the requests that must leave as one trace: a piece
	// may come later than the processor waits when the machine is busy.
	mergedShare = 0.99
	// arrivalTimeout bounds the way of the last span through batches and processor.
	arrivalTimeout = time.Minute
)

func TestOneTracePerRequest(t *testing.T) {
	ctx := bounded(t)
	r := newRig(ctx, t)
	r.startSystem(ctx, t)
	sent := r.sendAll(ctx, t, mergeRequests)
	require.NoError(t, r.system.Stop())
	require.Eventually(t, func() bool { return len(r.after.all()) >= len(r.before.all()) }, arrivalTimeout, 100*time.Millisecond,
		"the processor still holds spans")
	require.NoError(t, r.collector.Stop())
	before, after := r.before.all(), r.after.all()

	assertSameSpans(t, before, after)
	origin := requestsByTrace(before)
	merged, treesRight, fragments := 0, true, map[requestID]int{}
	for _, id := range origin {
		fragments[id]++
	}
	assert.Equal(t, sent, keys(fragments), "the requests that were sent are those that arrived")
	requestOf := requestsOfSpans(before, origin)
	assertNoFalseMerge(t, after, requestOf)
	for id, spans := range groupByRequest(after, requestOf) {
		assert.Equal(t, fragmentsBefore, fragments[id], "traces of request %s before the merge", id)
		if len(traceIDs(spans)) == 1 {
			merged++
			treesRight = treesRight && assertTree(t, id, spans) // one wrong tree says enough
		}
	}
	t.Logf("%d requests: %d traces before, %d after, %d requests in one trace",
		len(sent), len(origin), len(traceIDs(ofRequests(after, requestOf))), merged)
	assert.GreaterOrEqual(t, float64(merged), mergedShare*mergeRequests, "requests that left as one trace")
}

// sendAll sends n orders, all of which must succeed, waits until the last service's
// spans of all of them have arrived, and returns the requests' ids.
func (r *rig) sendAll(ctx context.Context, t *testing.T, n int) map[requestID]bool {
	t.Helper()
	sent := map[requestID]bool{}
	for _, result := range r.system.Send(ctx, n, mergeConcurrency) {
		require.NoError(t, result.Err)
		sent[requestID(result.TraceID)] = true
	}
	require.Len(t, sent, n, "ids of the requests differ")
	require.Eventually(t, func() bool { return countOf(r.before.all(), polyglot.Console) >= n }, arrivalTimeout, 100*time.Millisecond,
		"spans of the console")
	return sent
}

func countOf(spans []span, service polyglot.ServiceName) int {
	consumed := map[pcommon.SpanID]bool{}
	for _, s := range spans {
		if s.service == string(service) && s.Kind() == consumer.kind {
			consumed[s.SpanID()] = true
		}
	}
	return len(consumed)
}

func requestsOfSpans(before []span, origin map[pcommon.TraceID]requestID) map[spanKey]requestID {
	out := make(map[spanKey]requestID, len(before))
	for _, s := range before {
		out[s.key()] = origin[s.TraceID()]
	}
	return out
}

func groupByRequest(spans []span, requestOf map[spanKey]requestID) map[requestID][]span {
	out := map[requestID][]span{}
	for _, s := range ofRequests(spans, requestOf) {
		out[requestOf[s.key()]] = append(out[requestOf[s.key()]], s)
	}
	return out
}

// ofRequests leaves out the spans of no request.
func ofRequests(spans []span, requestOf map[spanKey]requestID) []span {
	var out []span
	for _, s := range spans {
		if requestOf[s.key()] != "" {
			out = append(out, s)
		}
	}
	return out
}

func traceIDs(spans []span) map[pcommon.TraceID]bool {
	out := map[pcommon.TraceID]bool{}
	for _, s := range spans {
		out[s.TraceID()] = true
	}
	return out
}

func keys(m map[requestID]int) map[requestID]bool {
	out := make(map[requestID]bool, len(m))
	for id := range m {
		out[id] = true
	}
	return out
}
