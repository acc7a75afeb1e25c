package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/internal/corpus"
)

// M10: what leaves the component, in its default configuration, is the same for the
// same spans whatever their order, their batches, and how often they are sent.
func TestOrderAndBatchesDoNotMatter(t *testing.T) {
	for seed := range uint64(orderSeeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			sent := manyBroken(t, seed)
			want := leaves(t, sent)
			r := rand.New(rand.NewPCG(seed, streamShuffle))
			for range orderTrials {
				got := leaves(t, rearranged(r, sent))
				for tag, o := range want {
					require.Equal(t, o, got[tag], "span %d", tag)
				}
				require.Len(t, got, len(want))
			}
		})
	}
}

const (
	orderSeeds  = 4
	orderTrials = 8
	// orderCases is how many cases a seed mixes, each with two breaks.
	orderCases = 120
)

// manyBroken are the batches of cases with two breaks each.
func manyBroken(t *testing.T, seed uint64) []ptrace.Traces {
	t.Helper()
	g := corpus.New(corpus.Options{Seed: 100 + seed, Start: start})
	b := corpus.NewTaggedBatcher(seed)
	r := rand.New(rand.NewPCG(seed, streamShuffle))
	all := corpus.Breaks()
	for n := 0; n < orderCases; {
		one, two := all[r.IntN(len(all))], all[r.IntN(len(all))]
		if one.Late() || two.Late() {
			continue
		}
		c, err := g.Next(one, two)
		if err != nil {
			continue // they do not fit one request
		}
		b.Add(c)
		n++
	}
	onTime, late := b.Take()
	require.Empty(t, late)
	return onTime
}

// rearranged are the same spans in another order, in batches of random sizes, some of
// them sent twice.
func rearranged(r *rand.Rand, sent []ptrace.Traces) []ptrace.Traces {
	type placed struct {
		resource ptrace.ResourceSpans
		scope    ptrace.ScopeSpans
		span     ptrace.Span
	}
	var spans []placed
	for _, td := range sent {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					spans = append(spans, placed{rs, ss, s})
					if r.IntN(10) == 0 {
						spans = append(spans, placed{rs, ss, s})
					}
				}
			}
		}
	}
	r.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
	var out []ptrace.Traces
	for len(spans) > 0 {
		n := min(1+r.IntN(200), len(spans))
		td := ptrace.NewTraces()
		for _, p := range spans[:n] {
			rs := td.ResourceSpans().AppendEmpty()
			p.resource.Resource().CopyTo(rs.Resource())
			rs.SetSchemaUrl(p.resource.SchemaUrl())
			ss := rs.ScopeSpans().AppendEmpty()
			p.scope.Scope().CopyTo(ss.Scope())
			p.span.CopyTo(ss.Spans().AppendEmpty())
		}
		out = append(out, td)
		spans = spans[n:]
	}
	return out
}

// left is a span as it left; those sent with one id, kind and time are told apart by
// their tag.
type left struct {
	trace      pcommon.TraceID
	id, parent pcommon.SpanID
	attributes string // those that the processor wrote
}

// leaves sends copies of the batches through the component.
func leaves(t *testing.T, sent []ptrace.Traces) map[int64]left {
	t.Helper()
	copies := make([]ptrace.Traces, len(sent))
	for i, td := range sent {
		copies[i] = ptrace.NewTraces()
		td.CopyTo(copies[i])
	}
	received, err := send(t.Context(), nil, wave{batches: copies}, nil)
	require.NoError(t, err)
	out := map[int64]left{}
	for _, td := range received {
		eachSpan(td, func(_ uint64, span ptrace.Span) {
			tag, ok := span.Attributes().Get(corpus.TagKey)
			require.True(t, ok)
			l := left{span.TraceID(), span.SpanID(), span.ParentSpanID(), writtenBy(span)}
			if before, again := out[tag.Int()]; again {
				require.Equal(t, before, l, "two copies of span %d", tag.Int())
			}
			out[tag.Int()] = l
		})
	}
	return out
}

// writtenBy are the attributes that the processor wrote, but for the offsets of
// clocks: those are learned from what has left before.
func writtenBy(span ptrace.Span) string {
	m := pcommon.NewMap()
	for _, key := range writtenKeys {
		if v, ok := span.Attributes().Get(key); ok {
			v.CopyTo(m.PutEmpty(key))
		}
	}
	return fmt.Sprint(m.AsRaw())
}

var writtenKeys = [...]string{
	contract.AttrMergeEvidence, contract.AttrMergeConfidence, contract.AttrMergeOriginalTraceID,
	contract.AttrMergeOriginalParentSpanID, contract.AttrMergeRefused, contract.AttrMergeSuspect,
}
