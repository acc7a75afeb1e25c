package merge

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestJoins(t *testing.T) {
	tests := []struct {
		name  string
		spans []in
		want  map[uint64]left
	}{
		{
			"M1: a 64-bit piece whose entry has its parent in the full id",
			append(caller(), span(half, 3, 2, kindServer, 2, 20, 80), span(half, 4, 3, kindInternal, 2, 30, 40)),
			map[uint64]left{3: {idA, 2, EvidenceWidth, 0}, 4: {idA, 3, 0, 0}},
		},
		{
			"M1: right-padded by an old exporter",
			append(caller(), span(TraceID{0x1a, 0}, 3, 2, kindServer, 2, 20, 80)),
			map[uint64]left{3: {idA, 2, EvidenceWidth, 0}},
		},
		{
			"M1: the 64-bit piece is the caller",
			[]in{span(half, 1, 0, kindServer, 1, 0, 9), span(half, 2, 1, kindClient, 1, 1, 8), span(idA, 3, 2, kindServer, 2, 2, 7)},
			map[uint64]left{1: {idA, 0, EvidenceWidth, 0}, 2: {idA, 1, 0, 0}, 3: {idA, 2, 0, 0}},
		},
		{
			"M1: two full ids share the low half, the parent decides",
			append(caller(), span(TraceID{0xff, 0x1a}, 8, 0, kindServer, 3, 0, 9), span(half, 3, 2, kindServer, 2, 20, 80)),
			map[uint64]left{3: {idA, 2, EvidenceWidth, 0}, 8: {TraceID{0xff, 0x1a}, 0, 0, 0}},
		},
		{
			"M1: two full ids and no parent: ambiguous",
			append(caller(), span(TraceID{0xff, 0x1a}, 8, 0, kindServer, 3, 0, 9), span(half, 3, 0, kindServer, 2, 20, 80)),
			map[uint64]left{3: {half, 0, 0, RefusedAmbiguous}, 8: {TraceID{0xff, 0x1a}, 0, 0, 0}},
		},
		{
			"M1: a parent that is not in the full id refuses the join",
			append(caller(), span(half, 3, 77, kindServer, 2, 20, 80)),
			map[uint64]left{3: {half, 77, 0, RefusedAmbiguous}},
		},
		{
			"M1: different non-zero high halves are never one",
			append(caller(), span(TraceID{0xff, 0x1a}, 3, 2, kindServer, 2, 20, 80)),
			map[uint64]left{3: {TraceID{0xff, 0x1a}, 2, 0, 0}},
		},
		{
			"header: the exact parent, the whole piece follows",
			append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2), span(idB, 4, 3, kindInternal, 2, 30, 40)),
			map[uint64]left{3: {idA, 2, EvidenceHeaderB3, 0}, 4: {idA, 3, 0, 0}},
		},
		{
			"header of 64 bits",
			append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, half, 2)),
			map[uint64]left{3: {idA, 2, EvidenceHeaderB3, 0}},
		},
		{
			"header of a trace that never came: alone",
			append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idC, 2)),
			map[uint64]left{3: {idB, 0, 0, 0}},
		},
		{
			"header naming a span that was not exported: the trace is right all the same",
			append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 99)),
			map[uint64]left{3: {idA, 99, EvidenceHeaderB3, 0}},
		},
		{
			"M4: a present parent is not replaced",
			append(caller(), span(idA, 3, 1, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idB, 4), span(idB, 4, 0, kindClient, 3, 0, 99)),
			map[uint64]left{3: {idA, 1, 0, 0}, 4: {idB, 0, 0, 0}},
		},
		{
			"header on an entry whose parent is unknown (a proxy replaced traceparent)",
			append(caller(), span(idB, 3, 55, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2)),
			map[uint64]left{3: {idA, 2, EvidenceHeaderB3, 0}},
		},
		{
			"chain: B under A, C under B: all A",
			append(caller(),
				span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2), span(idB, 4, 3, kindClient, 2, 30, 40),
				span(idC, 5, 0, kindServer, 3, 31, 39).claim(EvidenceHeaderJaeger, idB, 4)),
			map[uint64]left{3: {idA, 2, EvidenceHeaderB3, 0}, 4: {idA, 3, 0, 0}, 5: {idA, 4, EvidenceHeaderJaeger, 0}},
		},
		{
			"M5: stronger evidence wins",
			append(caller(), span(idC, 6, 0, kindProducer, 4, 0, 9),
				span(idB, 3, 0, kindConsumer, 2, 20, 80).claim(EvidenceLink, idC, 6).claim(EvidenceHeaderB3, idA, 2)),
			map[uint64]left{3: {idA, 2, EvidenceHeaderB3, 0}, 6: {idC, 0, 0, 0}},
		},
		{
			"M5: two different parents of equal strength: neither",
			append(caller(), span(idC, 6, 0, kindClient, 4, 0, 9),
				span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderW3C, idC, 6).claim(EvidenceHeaderB3, idA, 2)),
			map[uint64]left{3: {idB, 0, 0, RefusedConflict}, 6: {idC, 0, 0, 0}},
		},
		{
			"M6, M7: two pieces that claim each other: the claim whose times fit stands, the other would close a cycle",
			[]in{
				span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2),
				span(idA, 2, 0, kindServer, 1, 10, 90).claim(EvidenceHeaderB3, idB, 3),
			},
			map[uint64]left{2: {idA, 0, 0, RefusedTime}, 3: {idA, 2, EvidenceHeaderB3, 0}},
		},
		{
			"M7: nor one that seems to start after its child by clocks that have not been compared, and calls nobody",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).at(5), span(idA, 2, 1, kindServer, 1, 50, 90).at(5),
				span(idB, 3, 0, kindServer, 2, 20, 50).at(6).claim(EvidenceHeaderB3, idA, 2),
			},
			map[uint64]left{3: {idB, 0, 0, RefusedTime}},
		},
		{
			"M7: but a call may, for its clock may be apart by any amount",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).at(5), span(idA, 2, 1, kindClient, 1, 50, 90).at(5),
				span(idB, 3, 0, kindServer, 2, 20, 50).at(6).claim(EvidenceHeaderB3, idA, 2),
			},
			map[uint64]left{3: {idA, 2, EvidenceHeaderB3, 0}},
		},
		{
			"M7: a parent that starts after its child by the same clock is none",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).at(5), span(idA, 2, 1, kindClient, 1, 50, 90).at(5),
				span(idB, 3, 0, kindServer, 2, 20, 80).at(5).claim(EvidenceHeaderB3, idA, 2),
			},
			map[uint64]left{3: {idB, 0, 0, RefusedTime}},
		},
		{
			"a header that names what is missing in its own trace teaches nothing",
			[]in{span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90), span(idA, 3, 77, kindServer, 2, 20, 80).claim(EvidenceHeaderW3C, idA, 77)},
			map[uint64]left{3: {idA, 77, 0, 0}},
		},
		{
			"custom key: a called span is not hung under its own process",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).origin(), span(idA, 2, 1, kindClient, 1, 10, 40).origin(), span(idA, 5, 1, kindClient, 1, 41, 90).origin(),
				span(idA, 6, 2, kindServer, 2, 11, 39).mark(key), // the same replica served the first call
				span(idB, 3, 0, kindServer, 2, 42, 80).mark(key),
			},
			map[uint64]left{3: {idA, 0, EvidenceCustom, 0}, 5: {idA, 1, 0, 0}, 6: {idA, 2, 0, 0}},
		},
		{
			"custom key: who has only received the value is nobody's parent",
			[]in{span(idA, 1, 0, kindServer, 1, 0, 100).mark(key), span(idB, 3, 0, kindServer, 2, 20, 80).mark(key)},
			map[uint64]left{1: {idA, 0, 0, 0}, 3: {idA, 0, EvidenceCustom, 0}},
		},
		{
			"custom key: the second of two calls that can have caused it counts wherever its clock is",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90).mark(key),
				span(idB, 3, 0, kindServer, 2, 20, 80).mark(key), span(idB, 4, 3, kindClient, 2, 30, 70).mark(key),
				span(idC, 5, 0, kindServer, 3, 19, 60).mark(key), // its clock is behind
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}, 4: {idA, 3, 0, 0}, 5: {idA, 0, EvidenceCustom, 0}},
		},
		{
			"custom key: an entry with a parent that is nowhere",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90).mark(key),
				span(idB, 3, 55, kindServer, 2, 20, 80).mark(key),
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}},
		},
		{
			"a tracestate member that nobody recorded ties nothing",
			[]in{span(idA, 1, 0, kindServer, 1, 0, 100).origin(), span(idB, 3, 0, kindServer, 2, 20, 80).origin()},
			map[uint64]left{1: {idA, 0, 0, 0}, 3: {idB, 0, 0, 0}},
		},
		{
			"one piece claimed by two traces is never pulled apart: the second is a conflict",
			append(caller(), span(idC, 6, 0, kindClient, 4, 0, 9),
				span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2),
				span(idB, 5, 0, kindServer, 2, 30, 80).claim(EvidenceHeaderB3, idC, 6)),
			map[uint64]left{3: {idA, 2, EvidenceHeaderB3, 0}, 5: {idA, 0, 0, RefusedConflict}, 6: {idC, 0, 0, 0}},
		},
		{
			"link: a consumer with one link",
			append(caller(), span(idB, 3, 0, kindConsumer, 2, 120, 180).claim(EvidenceLink, idA, 2)),
			map[uint64]left{3: {idA, 2, EvidenceLink, 0}},
		},
		{
			"M8: more links to one span than max_fan_in",
			append(caller(),
				span(TraceID{1, 1}, 11, 0, kindConsumer, 2, 0, 1).claim(EvidenceLink, idA, 2), span(TraceID{2, 2}, 12, 0, kindConsumer, 2, 0, 1).claim(EvidenceLink, idA, 2),
				span(TraceID{3, 3}, 13, 0, kindConsumer, 2, 0, 1).claim(EvidenceLink, idA, 2), span(TraceID{4, 4}, 14, 0, kindConsumer, 2, 0, 1).claim(EvidenceLink, idA, 2),
				span(TraceID{5, 5}, 15, 0, kindConsumer, 2, 0, 1).claim(EvidenceLink, idA, 2)),
			map[uint64]left{
				11: {TraceID{1, 1}, 0, 0, RefusedKeyFlood}, 12: {TraceID{2, 2}, 0, 0, RefusedKeyFlood}, 13: {TraceID{3, 3}, 0, 0, RefusedKeyFlood},
				14: {TraceID{4, 4}, 0, 0, RefusedKeyFlood}, 15: {TraceID{5, 5}, 0, 0, RefusedKeyFlood},
			},
		},
		{
			"M9: untrusted headers join nothing",
			append(caller(), span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2).untrusted()),
			map[uint64]left{3: {idB, 0, 0, RefusedUntrusted}},
		},
		{
			"X-Ray: two services behind a load balancer share the root; the earlier gives the id",
			[]in{
				span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceXRayRoot, TraceID{9, 9}, 0),
				span(idC, 4, 0, kindServer, 3, 10, 80).claim(EvidenceXRayRoot, TraceID{9, 9}, 0),
			},
			map[uint64]left{3: {idC, 0, EvidenceXRayRoot, 0}, 4: {idC, 0, 0, 0}},
		},
		{
			"custom key: tracestate of the caller, attribute on a span that lost its context",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).origin(), span(idA, 2, 1, kindClient, 1, 10, 90).origin(),
				span(idB, 3, 0, kindInternal, 2, 20, 80).mark(key), span(idB, 4, 3, kindClient, 2, 30, 40),
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}, 4: {idA, 3, 0, 0}},
		},
		{
			"custom key: the serving span of the same process is the parent",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).origin(), span(idA, 2, 1, kindClient, 1, 10, 90).origin(),
				span(idB, 3, 0, kindServer, 2, 20, 80).mark(key).claim(EvidenceHeaderB3, idA, 2),
				span(idC, 4, 0, kindInternal, 2, 30, 70).mark(key),
			},
			map[uint64]left{3: {idA, 2, EvidenceHeaderB3, 0}, 4: {idA, 3, EvidenceCustom, 0}},
		},
		{
			"M8: two callers with one key value: ambiguous",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90).mark(key),
				span(idC, 5, 0, kindServer, 4, 0, 100), span(idC, 6, 5, kindClient, 4, 10, 90).mark(key),
				span(idB, 3, 0, kindServer, 2, 20, 80).mark(key),
			},
			map[uint64]left{3: {idB, 0, 0, RefusedAmbiguous}, 5: {idC, 0, 0, 0}, 6: {idC, 5, 0, 0}},
		},
		{
			"M8: a placeholder value joins nothing",
			[]in{span(idA, 1, 0, kindServer, 1, 0, 100).mark("unknown"), span(idB, 3, 0, kindServer, 2, 20, 80).mark("unknown")},
			map[uint64]left{1: {idA, 0, 0, RefusedKeyFlood}, 3: {idB, 0, 0, RefusedKeyFlood}},
		},
		{
			"M7: key values further apart than max_age",
			[]in{span(idA, 1, 0, kindServer, 1, 0, 100).mark(key), span(idB, 3, 0, kindServer, 2, 31_000, 31_001).mark(key)},
			map[uint64]left{1: {idA, 0, 0, RefusedTime}, 3: {idB, 0, 0, RefusedTime}},
		},
		{
			"invalid ids, self parents and cyclic parents pass as they came",
			[]in{
				span(TraceID{}, 1, 0, kindServer, 1, 0, 1), span(idA, 0, 7, kindServer, 1, 0, 1),
				span(idA, 5, 5, kindServer, 1, 0, 1), span(idB, 6, 7, kindServer, 1, 0, 1), span(idB, 7, 6, kindServer, 1, 0, 1),
			},
			map[uint64]left{1: {TraceID{}, 0, 0, 0}, 0: {idA, 7, 0, 0}, 5: {idA, 5, 0, 0}, 6: {idB, 7, 0, 0}, 7: {idB, 6, 0, 0}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := map[uint64]left{1: {idA, 0, 0, 0}, 2: {idA, 1, 0, 0}}
			present := map[uint64]bool{}
			for _, s := range tt.spans {
				present[s.ID] = true
			}
			for id := range want {
				if !present[id] {
					delete(want, id)
				}
			}
			maps.Copy(want, tt.want)
			wantJoins(t, testConfig(), want, tt.spans)
		})
	}
}

// A merged trace grows to max_trace_spans and no further.
func TestMaxTraceSpans(t *testing.T) {
	cfg := testConfig()
	cfg.MaxTraceSpans = 3
	got := run(t, cfg, batch(append(caller(),
		span(idB, 3, 0, kindServer, 2, 20, 80).claim(EvidenceHeaderB3, idA, 2),
		span(idC, 4, 0, kindServer, 2, 21, 80).claim(EvidenceHeaderB3, idA, 2))...))
	assert.Equal(t, map[uint64]left{1: {idA, 0, 0, 0}, 2: {idA, 1, 0, 0}, 3: {idA, 2, EvidenceHeaderB3, 0}, 4: {idC, 0, 0, RefusedSize}}, got)
}
