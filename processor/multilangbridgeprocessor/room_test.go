package multilangbridgeprocessor

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/metadatatest"
)

// many makes n traces of two spans, the second piece in 64 bits.
func many(tb testing.TB, from, n int) ptrace.Traces {
	specs := make([]spec, 0, 2*n)
	for i := from; i < from+n; i++ {
		full := pcommon.TraceID{9, 9, 9, 9, 9, 9, 9, 9, 1, byte(i >> 16), byte(i >> 8), byte(i), 1, 1, 1, 1}
		half := full
		copy(half[:8], make([]byte, 8))
		a, c := pcommon.SpanID{1, byte(i >> 16), byte(i >> 8), byte(i)}, pcommon.SpanID{2, byte(i >> 16), byte(i >> 8), byte(i)}
		specs = append(specs,
			spec{service: "a", trace: full, id: a, kind: ptrace.SpanKindClient, end: 2},
			spec{service: "b", trace: half, id: c, parent: a, kind: ptrace.SpanKindServer, end: 1})
	}
	return traces(tb, specs...)
}

// M11, M12: at the bound the oldest leave early, joined; nothing is lost.
func TestOverflowReleasesTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, tel := start(t, next, func(c *Config) { c.MaxHeldSpans = 100 })
		for i := range 25 {
			require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 10*i, 10)))
		}
		synctest.Wait()
		assert.Equal(t, 400, next.SpanCount(), "500 came, 100 may be held")
		metadatatest.AssertEqualProcessorMultiLanguageBridgeReleasedEarly(t, tel, []metricdata.DataPoint[int64]{{Value: 400}}, metricdatatest.IgnoreTimestamp())
		time.Sleep(2 * defaultWait)
		spans := next.spans(t)
		assert.Len(t, spans, 500)
		for _, s := range spans {
			assert.Equal(t, byte(9), s.TraceID()[0], "joined all the same")
		}
	})
}

// The bound counts bytes as well: a few enormous spans leave early.
func TestBytesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, tel := start(t, next, func(c *Config) { c.MaxHeldMiB = 1 })
		large := strings.Repeat("x", 300<<10)
		for i := range byte(10) {
			td := traces(t, spec{service: "a", trace: pcommon.TraceID{0: 1, 15: i + 1}, id: sid(i), attrs: map[string]any{"k": large}})
			require.NoError(t, b.ConsumeTraces(t.Context(), td))
		}
		synctest.Wait()
		assert.Equal(t, 7, next.SpanCount(), "three of 300 KiB fit into 1 MiB")
		time.Sleep(2 * defaultWait)
		synctest.Wait()
		assert.Len(t, next.spans(t), 10)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeHeldBytes(t, tel, []metricdata.DataPoint[int64]{{Value: 0}}, metricdatatest.IgnoreTimestamp())
	})
}

func TestBatchLargerThanTheBoundPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, tel := start(t, next, func(c *Config) { c.MaxHeldSpans = 10 })
		require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 0, 50)))
		assert.Len(t, next.spans(t), 100)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeReleasedEarly(t, tel, []metricdata.DataPoint[int64]{{Value: 100}}, metricdatatest.IgnoreTimestamp())
	})
}

// M13: what the next component refuses is retried; at the bound senders learn it.
func TestRefusedDeliveryIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		next.refuse(errors.New("busy"))
		b, tel := start(t, next, func(c *Config) { c.MaxHeldSpans = 40 })
		require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 0, 10)))
		require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 10, 10)))
		time.Sleep(2 * defaultWait)
		require.ErrorIs(t, b.ConsumeTraces(t.Context(), many(t, 20, 10)), errFull)
		next.refuse(nil)
		time.Sleep(2 * maxRetry)
		assert.Len(t, next.spans(t), 40)
		require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 20, 10)), "there is room again")
		time.Sleep(2 * defaultWait)
		assert.Len(t, next.spans(t), 60)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeSpansIn(t, tel, []metricdata.DataPoint[int64]{{Value: 60}}, metricdatatest.IgnoreTimestamp())
		metadatatest.AssertEqualProcessorMultiLanguageBridgeSpansOut(t, tel, []metricdata.DataPoint[int64]{{Value: 60}}, metricdatatest.IgnoreTimestamp())
	})
}

func TestPermanentRefusalIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		next.refuse(consumererror.NewPermanent(errors.New("never")))
		b, tel := start(t, next, nil)
		require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 0, 10)))
		time.Sleep(2 * defaultWait)
		synctest.Wait()
		metadatatest.AssertEqualProcessorMultiLanguageBridgeSpansUndelivered(t, tel, []metricdata.DataPoint[int64]{
			{Value: 20, Attributes: attribute.NewSet(attribute.String("cause", "permanent"))},
		}, metricdatatest.IgnoreTimestamp())
	})
}

// A sender that waits for room stops waiting when its context ends.
func TestWaitForRoomEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		block := make(chan struct{})
		b, _ := start(t, blocking{block}, func(c *Config) { c.MaxHeldSpans = 20 })
		require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 0, 10)))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, b.ConsumeTraces(ctx, many(t, 10, 10)), context.DeadlineExceeded)
		close(block)
	})
}
