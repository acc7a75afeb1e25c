package multilangbridgeprocessor

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/metadatatest"
)

// The behaviour tests hold the processor to the situations in which the components
// that do the nearest job lose, wedge or forget; the README's table "Behaviour under
// failure" names the test of each.

// Burst: ten times the room at once. All leave, and those that leave before their
// time are counted.
func TestBehaviourRoomFullBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const room, spans = 200, 2000
		next := &sink{}
		b, tel := start(t, next, func(c *Config) { c.MaxHeldSpans = room })
		for i := range spans / 20 {
			require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 10*i, 10)))
		}
		require.NoError(t, b.Shutdown(t.Context()))
		assertAllJoined(t, next, spans)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeReleasedEarly(t, tel, []metricdata.DataPoint[int64]{{Value: spans - room}}, metricdatatest.IgnoreTimestamp())
	})
}

// Steady: twice the room in flight. The oldest leave early, joined; what came last
// has its whole time.
func TestBehaviourRoomFullSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const every, perBatch, batches = 20 * time.Millisecond, 8, 100
		next := &sink{}
		b, tel := start(t, next, func(c *Config) {
			c.Wait = 500 * time.Millisecond // 25 batches
			c.MaxHeldSpans = 12*perBatch + 1
		})
		for i := range batches {
			time.Sleep(every)
			require.NoError(t, b.ConsumeTraces(t.Context(), many(t, perBatch/2*i, perBatch/2)))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		assertAllJoined(t, next, batches*perBatch)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeReleasedEarly(t, tel, []metricdata.DataPoint[int64]{{Value: (batches - 12) * perBatch}}, metricdatatest.IgnoreTimestamp())
	})
}

// Saturated: eight senders as fast as they can, each batch a tenth of the room. It
// never wedges, and a shutdown in full load ends within ten seconds.
func TestBehaviourSaturated(t *testing.T) {
	const senders, room = 8, 200
	next := &sink{}
	b, _ := start(t, next, func(c *Config) { c.Wait, c.MaxHeldSpans = time.Minute, room })
	accepted := make([]int, senders)
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := 0; ; i++ {
				if err := b.ConsumeTraces(context.Background(), many(t, 100_000*s+10*i, 10)); err != nil {
					assert.ErrorIs(t, err, errStopped)
					return
				}
				accepted[s] += 20
			}
		})
	}
	require.Eventually(t, func() bool { return next.SpanCount() >= 100*room }, time.Minute, time.Millisecond, "spans pass at the bound")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(t, b.Shutdown(ctx))
	wg.Wait()
	total := 0
	for _, n := range accepted {
		total += n
	}
	assertAllJoined(t, next, total)
}

// One enormous trace: the room counts its spans and its bytes like any others.
func TestBehaviourOneEnormousTrace(t *testing.T) {
	tests := []struct {
		name  string
		room  func(*Config)
		value string
		spans int
		held  load // the most that may be held
	}{
		{"by spans", func(c *Config) { c.MaxHeldSpans = 2000 }, "", 20_000, load{2000, 256 << 20}},
		{"by bytes", func(c *Config) { c.MaxHeldMiB = 1 }, strings.Repeat("v", 1000), 4_000, load{defaultMaxHeldSpans, 1 << 20}},
		{"values of 64 KiB", func(c *Config) { c.MaxHeldMiB = 1 }, strings.Repeat("v", 64<<10), 200, load{defaultMaxHeldSpans, 1 << 20}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const perBatch = 10
				next := &sink{}
				b, tel := start(t, next, tt.room)
				most := load{}
				for from := 0; from < tt.spans; from += perBatch {
					require.NoError(t, b.ConsumeTraces(t.Context(), oneTrace(t, from, perBatch, tt.value)))
					most.spans = max(most.spans, sum(t, tel, "held_spans"))
					most.bytes = max(most.bytes, sum(t, tel, "held_bytes"))
				}
				assert.True(t, most.within(tt.held), "held %+v at most, bound %+v", most, tt.held)
				require.NoError(t, b.Shutdown(t.Context()))
				spans := next.spans(t)
				require.Len(t, spans, tt.spans)
				for _, s := range spans {
					v, _ := s.Attributes().Get("value")
					if s.TraceID() != tidPre || v.Str() != tt.value {
						t.Fatalf("span %v left in trace %v with a value of %d bytes, want %v and %d", s.SpanID(), s.TraceID(), len(v.Str()), tidPre, len(tt.value))
					}
				}
			})
		})
	}
}

// oneTrace makes spans of tidPre, a tree of ten children a span.
func oneTrace(tb testing.TB, from, n int, value string) ptrace.Traces {
	id := func(i int) pcommon.SpanID {
		if i == 0 {
			return pcommon.SpanID{} // the root has no parent
		}
		return pcommon.SpanID{1, byte(i >> 16), byte(i >> 8), byte(i)}
	}
	specs := make([]spec, n)
	for i := range specs {
		specs[i] = spec{service: "a", trace: tidPre, id: id(from + i + 1), parent: id((from + i) / 10), kind: ptrace.SpanKindInternal, end: 1, attrs: map[string]any{"value": value}}
	}
	return traces(tb, specs...)
}

// assertAllJoined checks that n spans of many left, each once, all in full width.
func assertAllJoined(t *testing.T, next *sink, n int) {
	t.Helper()
	spans := next.spans(t)
	require.Len(t, spans, n)
	for _, s := range spans {
		if s.TraceID()[0] != 9 {
			t.Fatalf("span %v left in trace %v: not joined", s.SpanID(), s.TraceID())
		}
	}
}

// sum is the value of one of the processor's counters, over all attributes.
func sum(tb testing.TB, tel *componenttest.Telemetry, name string) int {
	tb.Helper()
	total := 0
	for _, n := range byCause(tb, tel, name) {
		total += n
	}
	return total
}

// byCause is the value of one of the processor's counters by its attribute "cause".
func byCause(tb testing.TB, tel *componenttest.Telemetry, name string) map[string]int {
	tb.Helper()
	got, err := tel.GetMetric("otelcol_processor_multi_language_bridge_" + name)
	require.NoError(tb, err)
	out := map[string]int{}
	for _, p := range got.Data.(metricdata.Sum[int64]).DataPoints {
		cause, _ := p.Attributes.Value("cause")
		out[cause.AsString()] += int(p.Value)
	}
	return out
}
