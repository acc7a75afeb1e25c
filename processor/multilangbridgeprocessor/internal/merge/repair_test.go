package merge

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func repairConfig() Config {
	cfg := testConfig()
	cfg.SharedSpans, cfg.MissingParents = true, true
	cfg.Keys = append(cfg.Keys,
		Key{Evidence: EvidenceRequestID, MaxAge: time.Minute, Keep: time.Minute},
		Key{Evidence: EvidenceMessageOffset, MaxAge: time.Minute, Keep: time.Minute},
		Key{Evidence: EvidenceMessageID, MaxAge: time.Minute, Keep: time.Minute})
	return cfg
}

const (
	keyRequestID = 1 + iota
	keyOffset
	keyMessageID
)

func (s in) keyed(key uint8, value string, scope uint64) in {
	s.marks = append(s.marks, Mark{Key: key, Value: value, Scope: scope})
	return s
}

// produced is a trace that sends a message: SERVER 1, PRODUCER 2.
func produced(value string, scope uint64) []in {
	return []in{
		span(idA, 1, 0, kindServer, 1, 0, 100),
		span(idA, 2, 1, kindProducer, 1, 10, 20).keyed(keyMessageID, value, scope),
	}
}

const messageID = "b7f0-41d2-9aa1"

func TestMessageKeys(t *testing.T) {
	idD := TraceID{0xd1, 0x1d}
	tests := []struct {
		name  string
		spans []in
		want  map[uint64]left
	}{
		{
			"one producer, three consumers",
			append(produced(messageID, 7),
				span(idB, 3, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 7),
				span(idC, 4, 0, kindConsumer, 3, 31, 40).keyed(keyMessageID, messageID, 7),
				span(idD, 5, 0, kindConsumer, 4, 900, 940).keyed(keyMessageID, messageID, 0)),
			map[uint64]left{3: {idA, 2, EvidenceMessageID, 0}, 4: {idA, 2, EvidenceMessageID, 0}, 5: {idA, 2, EvidenceMessageID, 0}},
		},
		{
			"another queue",
			append(produced(messageID, 7), span(idB, 3, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 8)),
			map[uint64]left{3: {idB, 0, 0, 0}},
		},
		{
			"M8: two producers of one key are ambiguous",
			append(produced(messageID, 7),
				span(idC, 6, 0, kindProducer, 5, 11, 20).keyed(keyMessageID, messageID, 7),
				span(idB, 3, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 7)),
			map[uint64]left{3: {idB, 0, 0, RefusedAmbiguous}, 6: {idC, 0, 0, 0}},
		},
		{
			"M7: a message older than its age",
			append(produced(messageID, 7), span(idB, 3, 0, kindConsumer, 2, 61_000, 61_001).keyed(keyMessageID, messageID, 7)),
			map[uint64]left{3: {idB, 0, 0, 0}},
		},
		{
			"M8: an id of low entropy",
			append(produced("1", 7), span(idB, 3, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, "1", 7)),
			map[uint64]left{3: {idB, 0, 0, RefusedKeyFlood}},
		},
		{
			"M8: more consumers than max_fan_in",
			append(produced(messageID, 0),
				span(TraceID{1, 1}, 11, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 0), span(TraceID{2, 2}, 12, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 0),
				span(TraceID{3, 3}, 13, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 0), span(TraceID{4, 4}, 14, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 0),
				span(TraceID{5, 5}, 15, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 0)),
			map[uint64]left{
				11: {TraceID{1, 1}, 0, 0, RefusedKeyFlood}, 12: {TraceID{2, 2}, 0, 0, RefusedKeyFlood}, 13: {TraceID{3, 3}, 0, 0, RefusedKeyFlood},
				14: {TraceID{4, 4}, 0, 0, RefusedKeyFlood}, 15: {TraceID{5, 5}, 0, 0, RefusedKeyFlood},
			},
		},
		{
			"M4: a consumer with its parent present is left alone",
			append(produced(messageID, 7), span(idA, 3, 1, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 7)),
			map[uint64]left{3: {idA, 1, 0, 0}},
		},
		{
			"M5: a captured header is stronger than a message id",
			append(produced(messageID, 7), span(idC, 6, 0, kindProducer, 5, 11, 20),
				span(idB, 3, 0, kindConsumer, 2, 30, 40).keyed(keyMessageID, messageID, 7).claim(EvidenceHeaderB3, idC, 6)),
			map[uint64]left{3: {idC, 6, EvidenceHeaderB3, 0}, 6: {idC, 0, 0, 0}},
		},
		{
			"offsets are short and still tell",
			[]in{
				span(idA, 2, 0, kindProducer, 1, 10, 20).keyed(keyOffset, "o\x000\x000", 0),
				span(idB, 3, 0, kindConsumer, 2, 30, 40).keyed(keyOffset, "o\x000\x000", 9),
			},
			map[uint64]left{2: {idA, 0, 0, 0}, 3: {idA, 2, EvidenceMessageOffset, 0}},
		},
		{
			"request id: the call that carries it is the parent",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90).keyed(keyRequestID, messageID, 0),
				span(idB, 3, 0, kindServer, 2, 20, 80).keyed(keyRequestID, messageID, 0),
			},
			map[uint64]left{1: {idA, 0, 0, 0}, 2: {idA, 1, 0, 0}, 3: {idA, 2, EvidenceRequestID, 0}},
		},
		{
			"datadog parent in the own trace",
			append(caller(), span(idA, 3, 55, kindServer, 2, 20, 80).claim(EvidenceVendor, idA, 2)),
			map[uint64]left{3: {idA, 2, EvidenceVendor, 0}},
		},
		{
			"zipkin: the serving half of a shared span gets an id, its own children follow",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90), span(idA, 4, 2, kindInternal, 1, 11, 12),
				{Span: Span{Trace: idA, ID: 0xffff, Parent: 2, Kind: kindInternal, Service: 2, Start: 30 * ms, End: 40 * ms}},
			},
			map[uint64]left{1: {idA, 0, 0, 0}, 2: {idA, 1, 0, 0}, 4: {idA, 2, 0, 0}, 0xffff: {idA, 2, 0, 0}},
		},
		{
			"missing parent: the innermost unanswered call that encloses the span",
			append(caller(), span(idA, 9, 2, kindClient, 1, 12, 88), span(idA, 3, 77, kindServer, 2, 20, 80)),
			map[uint64]left{9: {idA, 2, 0, 0}, 3: {idA, 9, EvidenceInferredParent, 0}},
		},
		{
			"missing parent: a call that has its callee is not it",
			append(caller(), span(idA, 4, 2, kindServer, 3, 15, 85), span(idA, 3, 77, kindServer, 2, 20, 80)),
			map[uint64]left{4: {idA, 2, 0, 0}, 3: {idA, 77, 0, 0}},
		},
		{
			"missing parent: a third process that served in between made the call",
			append(caller(), span(idA, 4, 66, kindServer, 3, 15, 85), span(idA, 3, 77, kindServer, 2, 20, 80)),
			map[uint64]left{4: {idA, 2, EvidenceInferredParent, 0}, 3: {idA, 77, 0, 0}},
		},
		{
			"missing parent: a call to a database has no callee",
			append(caller(), in{Span: Span{Trace: idA, ID: 9, Parent: 2, Kind: kindClient, Service: 1, Start: 12 * ms, End: 88 * ms, NoCallee: true}}, span(idA, 3, 77, kindServer, 2, 20, 80)),
			map[uint64]left{9: {idA, 2, 0, 0}, 3: {idA, 2, EvidenceInferredParent, 0}},
		},
		{
			"missing parent: a call that failed while the span lasted was answered",
			[]in{span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90).failed(), span(idA, 3, 77, kindServer, 2, 20, 80)},
			map[uint64]left{3: {idA, 2, EvidenceInferredParent, 0}},
		},
		{
			"missing parent: a call whose callee was joined from another trace",
			append(caller(), span(idB, 4, 0, kindServer, 2, 15, 85).claim(EvidenceHeaderB3, idA, 2), span(idA, 3, 77, kindServer, 2, 20, 80)),
			map[uint64]left{4: {idA, 2, EvidenceHeaderB3, 0}, 3: {idA, 77, 0, 0}},
		},
		{
			"missing parent: a call whose callee may be one that was joined without a parent",
			append(caller(), span(idB, 4, 0, kindServer, 3, 15, 85).claim(EvidenceXRayRoot, idA, 0), span(idA, 3, 77, kindServer, 2, 20, 80)),
			map[uint64]left{4: {idA, 0, EvidenceXRayRoot, 0}, 3: {idA, 77, 0, 0}},
		},
		{
			"missing parent: within a piece that a key tied to a trace",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90).mark(key),
				span(idB, 3, 0, kindServer, 2, 20, 80).mark(key), span(idB, 4, 3, kindClient, 2, 30, 70),
				span(idB, 5, 77, kindServer, 3, 40, 60).mark(key),
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}, 4: {idA, 3, 0, 0}, 5: {idA, 4, EvidenceInferredParent, 0}},
		},
		{
			"missing parent: two calls side by side",
			append(caller(), span(idA, 9, 1, kindClient, 1, 12, 88), span(idA, 3, 77, kindServer, 2, 20, 80)),
			map[uint64]left{9: {idA, 1, 0, 0}, 3: {idA, 77, 0, 0}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := map[uint64]left{}
			for _, s := range tt.spans {
				want[s.ID] = left{trace: s.Trace, parent: s.Parent}
			}
			maps.Copy(want, tt.want)
			assert.Equal(t, want, run(t, repairConfig(), batch(tt.spans...)))
			for cut := range tt.spans { // M10
				reversed := make([]in, len(tt.spans))
				for i, s := range tt.spans {
					reversed[len(reversed)-1-i] = s
				}
				assert.Equal(t, want, run(t, repairConfig(), batch(reversed[:cut]...), batch(reversed[cut:]...)), "cut at %d", cut)
			}
		})
	}
}

// The serving half of a shared span gets the same id whatever came first.
func TestSharedSpans(t *testing.T) {
	spans := []in{
		span(idA, 1, 0, kindServer, 1, 0, 100),
		span(idA, 2, 1, kindClient, 1, 10, 90),
		span(idA, 2, 1, kindServer, 2, 20, 80),
		span(idA, 5, 2, kindInternal, 2, 30, 40), // of the server
		span(idA, 6, 2, kindInternal, 1, 11, 12), // of the client
	}
	own := sharedServerID(2, 2)
	for rotate := range spans {
		order := append(append([]in(nil), spans[rotate:]...), spans[:rotate]...)
		b := batch(order...)
		s := New(repairConfig())
		s.Insert(0, b)
		type edit struct{ id, parent uint64 }
		got := map[edit]edit{}
		for _, v := range s.Release(1, len(order), nil) {
			sp := b.Spans[v.Span]
			if v.ID != 0 || v.Parent != 0 {
				got[edit{sp.ID, sp.Parent}] = edit{v.ID, v.Parent}
			}
		}
		assert.Equal(t, map[edit]edit{{2, 1}: {own, 2}, {5, 2}: {0, own}}, got, "rotated by %d", rotate)
	}
}

// A hint of the high half joins without a parent to prove it, and completes the
// id when the full one never comes.
func TestHints(t *testing.T) {
	release := func(hints []Hint, spans ...in) map[uint64]left {
		b := batch(spans...)
		b.Hints = hints
		s := New(testConfig())
		s.Insert(0, b)
		out := map[uint64]left{}
		collect(b, s.Release(1, len(spans), nil), out)
		assert.Empty(t, s.joins)
		return out
	}
	orphan := span(half, 3, 77, kindServer, 2, 20, 80)
	full := TraceID{0x66c4e3e900000000, half.Lo}
	assert.Equal(t, map[uint64]left{3: {full, 77, 0, 0}}, release([]Hint{{0, full.Hi}}, orphan), "completed")
	assert.Equal(t, map[uint64]left{3: {half, 77, 0, 0}}, release([]Hint{{0, full.Hi}, {0, 5}}, orphan), "two hints cancel out")
	assert.Equal(t,
		map[uint64]left{3: {idA, 77, EvidenceWidth, 0}, 1: {idA, 0, 0, 0}, 2: {idA, 1, 0, 0}},
		release([]Hint{{2, idA.Hi}}, append(caller(), orphan)...), "proved by the hint, not by a parent")
	assert.Equal(t,
		map[uint64]left{3: {full, 77, 0, 0}, 1: {idA, 0, 0, 0}, 2: {idA, 1, 0, 0}},
		release([]Hint{{2, full.Hi}}, append(caller(), orphan)...), "another trace with an equal low half")
}
