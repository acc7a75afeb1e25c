package multilangbridgeprocessor

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/storagetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/metadata"
)

// lostContext is a shop whose thread pool loses the context: the call that a request
// makes, with what it calls, is a trace of its own. The frontend also runs a job of
// its own that calls nobody's request.
type lostContext struct {
	r      *rand.Rand
	now    time.Time
	parent map[pcommon.SpanID]pcommon.SpanID // of every root call; empty for the job's
}

func (l *lostContext) id() (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], l.r.Uint64())
	return id
}

func (l *lostContext) trace() (id pcommon.TraceID) {
	binary.BigEndian.PutUint64(id[:], l.r.Uint64())
	binary.BigEndian.PutUint64(id[8:], l.r.Uint64())
	return id
}

// second makes the spans of n requests that start within a second, in random order.
func (l *lostContext) second(n int) ptrace.Traces {
	td := ptrace.NewTraces()
	frontend, backend := td.ResourceSpans().AppendEmpty(), td.ResourceSpans().AppendEmpty()
	frontend.Resource().Attributes().PutStr("service.name", "frontend")
	backend.Resource().Attributes().PutStr("service.name", "backend")
	in, out := frontend.ScopeSpans().AppendEmpty().Spans(), backend.ScopeSpans().AppendEmpty().Spans()
	add := func(to ptrace.SpanSlice, name string, kind ptrace.SpanKind, trace pcommon.TraceID, parent pcommon.SpanID, from, until time.Duration) pcommon.SpanID {
		span := to.AppendEmpty()
		span.SetName(name)
		span.SetKind(kind)
		span.SetTraceID(trace)
		span.SetSpanID(l.id())
		span.SetParentSpanID(parent)
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(l.now.Add(from)))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(l.now.Add(until)))
		return span.SpanID()
	}
	const ms = time.Millisecond
	for range n {
		start := time.Duration(l.r.Int64N(int64(time.Second)))
		work := 2*ms + time.Duration(l.r.Int64N(int64(4*ms)))
		took := 5*ms + time.Duration(l.r.Int64N(int64(20*ms)))
		request := add(in, "GET /", ptrace.SpanKindServer, l.trace(), pcommon.SpanID{}, start, start+work+took+ms)
		lost := l.trace()
		call := add(in, "GET /stock", ptrace.SpanKindClient, lost, pcommon.SpanID{}, start+work, start+work+took)
		l.parent[call] = request
		add(out, "GET /stock", ptrace.SpanKindServer, lost, call, start+work+ms/2, start+work+took-ms/2)
	}
	return td
}

// What carries no evidence is joined by time, says how sure that is, and keeps its
// roots; and no more spans leave than came.
func TestInference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, _ := start(t, next, func(cfg *Config) {
			cfg.Wait = 2 * time.Second
			cfg.Infer.Enabled = true
		})
		shop := &lostContext{r: rand.New(rand.NewPCG(1, 2)), now: time.Now(), parent: map[pcommon.SpanID]pcommon.SpanID{}}
		sent := 0
		for range 10 {
			td := shop.second(30)
			sent += td.SpanCount()
			require.NoError(t, b.ConsumeTraces(t.Context(), td))
			time.Sleep(time.Second)
			shop.now = time.Now()
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()

		spans := next.spans(t)
		require.Len(t, spans, sent)
		right, wrong := 0, 0
		for call, request := range shop.parent {
			span := spans[call]
			evidence, ok := span.Attributes().Get(contract.AttrMergeEvidence)
			if !ok {
				continue
			}
			assert.Equal(t, string(contract.EvidenceInferredTiming), evidence.Str())
			confidence, _ := span.Attributes().Get(contract.AttrMergeConfidence)
			assert.GreaterOrEqual(t, confidence.Double(), defaultMinConfidence)
			assert.Less(t, confidence.Double(), 1.0)
			if span.ParentSpanID() == request {
				assert.Equal(t, spans[request].TraceID(), span.TraceID())
				right++
			} else {
				wrong++
			}
		}
		assert.Greater(t, right, len(shop.parent)*8/10, "of %d calls", len(shop.parent))
		assert.LessOrEqual(t, wrong, (right+wrong)/20)
	})
}

// What was learned survives a restart; what cannot be read is learned again.
func TestInferenceRemembers(t *testing.T) {
	storage := storagetest.NewFileBackedStorageExtension("models", t.TempDir())
	learn := func(t *testing.T, seconds int) *bridge {
		t.Helper()
		var b *bridge
		synctest.Test(t, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			cfg.Wait = time.Second
			cfg.Infer.Enabled = true
			cfg.Infer.Storage = &storage.ID
			var err error
			b, err = newBridge(processortest.NewNopSettings(metadata.Type), cfg, &sink{})
			require.NoError(t, err)
			require.NoError(t, b.Start(t.Context(), storagetest.NewStorageHost().WithExtension(storage.ID, storage)))
			shop := &lostContext{r: rand.New(rand.NewPCG(5, 6)), parent: map[pcommon.SpanID]pcommon.SpanID{}}
			for range seconds {
				shop.now = time.Now()
				require.NoError(t, b.ConsumeTraces(t.Context(), shop.second(40)))
				time.Sleep(time.Second)
			}
			require.NoError(t, b.Shutdown(t.Context()))
		})
		return b
	}
	learned := learn(t, 5).infer.engine.Stats().Endpoints
	assert.Positive(t, learned)
	assert.Equal(t, learned, learn(t, 0).infer.engine.Stats().Endpoints)
}

// A storage that is none is an error that says what to do.
func TestInferenceStorageErrors(t *testing.T) {
	id := component.MustNewID("file_storage")
	for name, tt := range map[string]struct {
		host component.Host
		want string
	}{
		"absent":     {componenttest.NewNopHost(), `"infer::storage" names "file_storage", which is not among the extensions of the service: add it there`},
		"no storage": {storagetest.NewStorageHost().WithNonStorageExtension("file_storage"), `which stores nothing`},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			cfg.Infer.Enabled = true
			cfg.Infer.Storage = &id
			if name == "no storage" {
				other := storagetest.NewNonStorageID("file_storage")
				cfg.Infer.Storage = &other
			}
			b, err := newBridge(processortest.NewNopSettings(metadata.Type), cfg, &sink{})
			require.NoError(t, err)
			require.ErrorContains(t, b.Start(t.Context(), tt.host), tt.want)
			require.NoError(t, b.Shutdown(t.Context()))
		})
	}
}

// At overload inference is told less; the spans go on.
func TestInferenceOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &sink{}
		b, tel := start(t, next, func(cfg *Config) {
			cfg.Wait = time.Second
			cfg.Infer = InferConfig{Enabled: true, MinConfidence: 0.95, MaxSpans: 50}
		})
		shop := &lostContext{r: rand.New(rand.NewPCG(3, 4)), now: time.Now(), parent: map[pcommon.SpanID]pcommon.SpanID{}}
		require.NoError(t, b.ConsumeTraces(t.Context(), shop.second(30)))
		require.NoError(t, b.ConsumeTraces(t.Context(), shop.second(10)))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, 120, next.SpanCount())
		assert.Equal(t, map[string]int{"overload": 90}, byCause(t, tel, "uninferred_spans"), "the batch that is larger than the bound")
	})
}
