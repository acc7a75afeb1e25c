package multilangbridgeprocessor

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/metadatatest"
)

// One request that arrives as five traces leaves as one, every parent right.
func TestRewriteMergesTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, tel := start(t, next, nil)
		for _, td := range order(t) {
			require.NoError(t, b.ConsumeTraces(t.Context(), td))
		}
		time.Sleep(defaultWait - time.Millisecond)
		require.Zero(t, next.SpanCount(), "nothing leaves before its time")
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()

		spans := next.spans(t)
		require.Len(t, spans, 10)
		parents := map[byte]byte{1: 0, 2: 1, 3: 2, 4: 3, 5: 3, 6: 5, 7: 6, 8: 7, 9: 8, 10: 4}
		for id, parent := range parents {
			span := spans[sid(id)]
			assert.Equal(t, tidGateway, span.TraceID(), "span %d", id)
			want := pcommon.SpanID{}
			if parent != 0 {
				want = sid(parent)
			}
			assert.Equal(t, want, span.ParentSpanID(), "span %d", id)
		}
		evidence := map[byte]contract.Evidence{3: contract.EvidenceHeaderB3, 5: "custom.x-trace-id", 7: contract.EvidenceWidth, 10: contract.EvidenceLink}
		for id := range parents {
			got, ok := spans[sid(id)].Attributes().Get(contract.AttrMergeEvidence)
			want, joined := evidence[id]
			if assert.Equal(t, joined, ok, "span %d", id) && joined {
				assert.Equal(t, string(want), got.Str(), "span %d", id)
				confidence, _ := spans[sid(id)].Attributes().Get(contract.AttrMergeConfidence)
				assert.InDelta(t, 1, confidence.Double(), 0)
			}
		}
		original, _ := spans[sid(9)].Attributes().Get(contract.AttrMergeOriginalTraceID)
		assert.Equal(t, tidEngine.String(), original.Str())
		assert.Equal(t, tidGateway, spans[sid(10)].Links().At(0).TraceID(), "the link follows its target")
		assert.Equal(t, "x-trace-id="+xTraceID, spans[sid(1)].TraceState().AsRaw())

		sum := func(n int64) []metricdata.DataPoint[int64] { return []metricdata.DataPoint[int64]{{Value: n}} }
		ignore := metricdatatest.IgnoreTimestamp()
		metadatatest.AssertEqualProcessorMultiLanguageBridgeTracesIn(t, tel, sum(5), ignore)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeTracesOut(t, tel, sum(1), ignore)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeSpansIn(t, tel, sum(10), ignore)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeSpansOut(t, tel, sum(10), ignore)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeHeldSpans(t, tel, sum(0), ignore)
		join := func(e contract.Evidence) metricdata.DataPoint[int64] {
			return metricdata.DataPoint[int64]{Value: 1, Attributes: attribute.NewSet(attribute.String("evidence", string(e)))}
		}
		metadatatest.AssertEqualProcessorMultiLanguageBridgeJoins(t, tel, []metricdata.DataPoint[int64]{
			join(contract.EvidenceWidth), join(contract.EvidenceHeaderB3), join(contract.EvidenceLink), join("custom.x-trace-id"),
		}, ignore)
	})
}

// M14: link mode keeps ids and adds links and attributes only.
func TestLinkModeKeepsIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, _ := start(t, next, func(c *Config) { c.Mode = ModeLink })
		before := &sink{}
		for _, td := range order(t) {
			cp := ptrace.NewTraces()
			td.CopyTo(cp)
			require.NoError(t, before.ConsumeTraces(t.Context(), cp))
			require.NoError(t, b.ConsumeTraces(t.Context(), td))
		}
		time.Sleep(2 * defaultWait)
		was, is := before.spans(t), next.spans(t)
		require.Len(t, is, len(was))
		for id, span := range is {
			assert.Equal(t, was[id].TraceID(), span.TraceID())
			assert.Equal(t, was[id].ParentSpanID(), span.ParentSpanID())
		}
		for id, target := range map[byte]struct {
			trace pcommon.TraceID
			span  byte
		}{3: {tidGateway, 2}, 5: {tidPre, 3}, 7: {tidPool, 6}, 10: {tidPre, 4}} {
			links := is[sid(id)].Links()
			require.Equal(t, 1, links.Len(), "span %d", id)
			assert.Equal(t, target.trace, links.At(0).TraceID(), "span %d", id)
			assert.Equal(t, sid(target.span), links.At(0).SpanID(), "span %d", id)
		}
	})
}

// M14: observe mode changes nothing, byte for byte, holds nothing back and counts.
func TestObserveChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, tel := start(t, next, func(c *Config) { c.Mode = ModeObserve })
		assert.False(t, b.Capabilities().MutatesData)
		marshaler := ptrace.ProtoMarshaler{}
		for i, td := range order(t) {
			before, err := marshaler.MarshalTraces(td)
			require.NoError(t, err)
			td.MarkReadOnly() // writing would panic
			require.NoError(t, b.ConsumeTraces(t.Context(), td))
			require.Len(t, next.AllTraces(), i+1, "passed on at once")
			after, err := marshaler.MarshalTraces(next.AllTraces()[i])
			require.NoError(t, err)
			assert.Equal(t, before, after)
		}
		time.Sleep(2 * defaultWait)
		synctest.Wait()
		metadatatest.AssertEqualProcessorMultiLanguageBridgeTracesOut(t, tel, []metricdata.DataPoint[int64]{{Value: 1}}, metricdatatest.IgnoreTimestamp())
	})
}

// M2: what arrives after a join is rewritten at once.
func TestLateSpansAreRewrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, _ := start(t, next, nil)
		for _, td := range order(t) {
			require.NoError(t, b.ConsumeTraces(t.Context(), td))
		}
		time.Sleep(2 * defaultWait)
		late := traces(t, spec{service: "engine", trace: tidEngine, id: sid(20), parent: sid(7), kind: ptrace.SpanKindInternal, start: 33, end: 34})
		require.NoError(t, b.ConsumeTraces(t.Context(), late))
		span, ok := next.spans(t)[sid(20)]
		require.True(t, ok, "it does not wait")
		assert.Equal(t, tidGateway, span.TraceID())
		original, _ := span.Attributes().Get(contract.AttrMergeOriginalTraceID)
		assert.Equal(t, tidEngine.String(), original.Str())
	})
}

// M2: an entry whose piece has left keeps its id and gets a link to its parent.
func TestLateEntryGetsALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, _ := start(t, next, nil)
		require.NoError(t, b.ConsumeTraces(t.Context(), traces(t,
			spec{service: "gateway", trace: tidGateway, id: sid(2), kind: ptrace.SpanKindClient, start: 10, end: 90},
			spec{service: "preprocessing", trace: tidPre, id: sid(4), parent: sid(3), kind: ptrace.SpanKindInternal, start: 61, end: 70})))
		time.Sleep(2 * defaultWait)
		require.NoError(t, b.ConsumeTraces(t.Context(), traces(t, spec{
			service: "preprocessing", trace: tidPre, id: sid(3), kind: ptrace.SpanKindServer, start: 20, end: 80,
			attrs: map[string]any{"http.request.header.b3": tidGateway.String() + "-" + sid(2).String() + "-1"},
		})))
		entry := next.spans(t)[sid(3)]
		assert.Equal(t, tidPre, entry.TraceID())
		require.Equal(t, 1, entry.Links().Len())
		assert.Equal(t, tidGateway, entry.Links().At(0).TraceID())
		assert.Equal(t, sid(2), entry.Links().At(0).SpanID())
		refused, _ := entry.Attributes().Get(contract.AttrMergeRefused)
		assert.Equal(t, string(contract.RefusedLate), refused.Str())
	})
}

// M11: at shutdown all leave, merged; afterwards the sender gets an error.
func TestShutdownReleasesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, _ := start(t, next, nil)
		for _, td := range order(t) {
			require.NoError(t, b.ConsumeTraces(t.Context(), td))
		}
		require.NoError(t, b.Shutdown(t.Context()))
		spans := next.spans(t)
		require.Len(t, spans, 10)
		for _, s := range spans {
			assert.Equal(t, tidGateway, s.TraceID())
		}
		require.ErrorIs(t, b.ConsumeTraces(t.Context(), many(t, 0, 1)), errStopped)
		require.NoError(t, b.Shutdown(t.Context()), "a second time")
	})
}

// A next component that refuses for ever does not hold shutdown up for ever.
func TestShutdownGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		next.refuse(errors.New("busy"))
		b, tel := start(t, next, nil)
		for i := range 10 {
			require.NoError(t, b.ConsumeTraces(t.Context(), many(t, 10*i, 10)))
		}
		began := time.Now()
		require.NoError(t, b.Shutdown(context.Background()))
		assert.LessOrEqual(t, time.Since(began), 2*shutdownRetry)
		metadatatest.AssertEqualProcessorMultiLanguageBridgeSpansUndelivered(t, tel, []metricdata.DataPoint[int64]{
			{Value: 200, Attributes: attribute.NewSet(attribute.String("cause", "shutdown"))},
		}, metricdatatest.IgnoreTimestamp())
	})
}

// blocking is a next component that takes its time.
type blocking struct{ until chan struct{} }

func (blocking) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (b blocking) ConsumeTraces(context.Context, ptrace.Traces) error {
	<-b.until
	return nil
}

// Whatever comes, nothing crashes and every span leaves once.
func TestMalformedSpansPass(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	hostile := []string{
		"", strings.Repeat("x", 64<<10), "\xff\xfe\x00", "00-" + strings.Repeat("0", 32) + "-" + strings.Repeat("0", 16) + "-01",
		"4bf92f3577b34da6a3ce929d0e0e4736-f001020304050601-1", "b3=;,=,,", xTraceID, "unknown",
	}
	value := func() string { return hostile[rng.IntN(len(hostile))] }
	id := func() pcommon.SpanID { return pcommon.SpanID{0xf0, 1, 2, 3, 4, 5, 6, byte(rng.IntN(8))} }
	tid := func() pcommon.TraceID {
		return []pcommon.TraceID{{}, tidGateway, tidEngine, tidPool, tidPre, {1, 2, 3, 4, 5, 6, 7, 8}}[rng.IntN(6)]
	}
	for _, mode := range []Mode{ModeRewrite, ModeLink, ModeObserve} {
		t.Run(string(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &sink{}
				b, tel, logs := startLogged(t, next, func(c *Config) {
					c.Mode, c.MaxHeldSpans = mode, 500
					c.Normalize.Enabled = mode != ModeObserve
				})
				const payloads = 1000
				sent := 0
				for n := range payloads {
					if n%10 == 0 { // two spans that are each other's parent
						cyclic := pcommon.TraceID{0: 7, 14: byte(n >> 8), 15: byte(n)}
						sent += 2
						require.NoError(t, b.ConsumeTraces(t.Context(), traces(t,
							spec{trace: cyclic, id: sid(1), parent: sid(2), kind: ptrace.SpanKindServer}, spec{trace: cyclic, id: sid(2), parent: sid(1), kind: ptrace.SpanKindClient})))
						continue
					}
					specs := make([]spec, 1+rng.IntN(4))
					for i := range specs {
						s := &specs[i]
						*s = spec{service: value(), trace: tid(), id: id(), parent: id(), kind: ptrace.SpanKind(rng.IntN(8)), start: rng.IntN(9), end: rng.IntN(9), tracestate: value()}
						switch rng.IntN(4) {
						case 0:
							s.id = pcommon.SpanID{}
						case 1:
							s.parent = s.id
						case 2:
							s.parent = pcommon.SpanID{}
						}
						s.links = make([]spec, rng.IntN(3))
						for j := range s.links {
							s.links[j] = spec{trace: tid(), id: id()}
						}
						s.attrs = map[string]any{
							"http.request.header.b3": value(), "http.request.header.traceparent": []any{value(), value()}, "x-trace-id": value(),
							"client.address": "8.8.8.8", "http.target": value(), "rpc.service": value(), "rpc.method": value(), value(): value(),
						}
					}
					sent += len(specs)
					require.NoError(t, b.ConsumeTraces(t.Context(), traces(t, specs...)))
				}
				require.NoError(t, b.Shutdown(t.Context()))
				assert.Equal(t, sent, next.SpanCount())
				got, err := tel.GetMetric("otelcol_processor_multi_language_bridge_invalid_spans")
				require.NoError(t, err)
				causes := map[string]bool{}
				for _, p := range got.Data.(metricdata.Sum[int64]).DataPoints {
					cause, _ := p.Attributes.Value("cause")
					causes[cause.AsString()] = p.Value > 0
				}
				assert.Equal(t, map[string]bool{"zero_id": true, "self_parent": true, "cycle": true}, causes)
				assert.LessOrEqual(t, logs.Len(), len(causes), "said once each")
			})
		})
	}
}

// Senders in parallel, a bound in the way, a shutdown in the middle: what was
// accepted leaves, once.
func TestShutdownUnderLoad(t *testing.T) {
	next := &sink{}
	b, _ := start(t, next, func(c *Config) { c.Wait, c.MaxHeldSpans = 20*time.Millisecond, 400 })
	var wg sync.WaitGroup
	accepted := make([]int, 4)
	for g := range accepted {
		wg.Go(func() {
			for i := 0; ; i++ {
				err := b.ConsumeTraces(context.Background(), many(t, 1_000_000*g+10*i, 10))
				if err != nil {
					assert.ErrorIs(t, err, errStopped)
					return
				}
				accepted[g] += 20
			}
		})
	}
	for next.SpanCount() < 2000 {
		time.Sleep(time.Millisecond)
	}
	require.NoError(t, b.Shutdown(context.Background()))
	wg.Wait()
	total := 0
	for _, n := range accepted {
		total += n
	}
	assert.Len(t, next.spans(t), total)
}

// wait: 0s normalises and passes on at once.
func TestWaitZeroPassesAtOnce(t *testing.T) {
	next := &sink{}
	b, _ := start(t, next, func(c *Config) { c.Wait, c.Normalize.Enabled = 0, true })
	require.NoError(t, b.ConsumeTraces(t.Context(), traces(t, spec{service: "a", trace: tidPre, id: sid(1), attrs: map[string]any{"http.method": "GET"}})))
	got := next.spans(t)[sid(1)]
	assert.Equal(t, map[string]any{"http.request.method": "GET"}, got.Attributes().AsRaw())
}

// The order of arrival does not matter (M10).
func TestOrderOfArrival(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for round := range 20 {
		t.Run(strconv.Itoa(round), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &sink{}
				b, _ := start(t, next, nil)
				batches := order(t)
				rng.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
				for _, td := range batches {
					require.NoError(t, b.ConsumeTraces(t.Context(), td))
				}
				time.Sleep(2 * defaultWait)
				for id, s := range next.spans(t) {
					assert.Equal(t, tidGateway, s.TraceID(), "span %v", id)
				}
			})
		})
	}
}
