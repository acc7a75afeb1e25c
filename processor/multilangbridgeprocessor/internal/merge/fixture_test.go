package merge

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"
)

// in is one span of a test with what it claims.
type in struct {
	Span
	claims []Claim
	marks  []Mark
}

// left is how a span left.
type left struct {
	trace    TraceID
	parent   uint64
	evidence Evidence
	refused  Refusal
}

var (
	idA  = TraceID{0xa1, 0x1a}
	idB  = TraceID{0xb1, 0x1b}
	idC  = TraceID{0xc1, 0x1c}
	half = TraceID{0, 0x1a} // idA in 64 bits
)

const ms = int64(time.Millisecond)

func testConfig() Config {
	return Config{
		Identity: true, Keys: []Key{{Evidence: EvidenceCustom, MaxAge: 30 * time.Second, Keep: 30 * time.Second}},
		MaxFanIn: 4, MaxTraceSpans: 1 << 30, Remember: 50 * time.Second, MaxRemembered: 1000,
	}
}

// batch makes a Batch of spans.
func batch(spans ...in) *Batch {
	b := &Batch{}
	for i, s := range spans {
		b.Spans = append(b.Spans, s.Span)
		for _, c := range s.claims {
			c.Span = int32(i)
			b.Claims = append(b.Claims, c)
		}
		for _, m := range s.marks {
			m.Span = int32(i)
			b.Marks = append(b.Marks, m)
		}
	}
	return b
}

// collect applies verdicts to the spans of a batch.
func collect(b *Batch, verdicts []Verdict, out map[uint64]left) {
	for _, s := range b.Spans {
		out[s.ID] = left{trace: s.Trace, parent: s.Parent}
	}
	for _, v := range verdicts {
		s := b.Spans[v.Span]
		l := left{trace: v.Trace, parent: s.Parent, evidence: v.Evidence, refused: v.Refused}
		if v.Parent != 0 {
			l.parent = v.Parent
		}
		out[s.ID] = l
	}
}

// run inserts every batch, then releases all.
func run(t *testing.T, cfg Config, batches ...*Batch) map[uint64]left {
	t.Helper()
	s := New(cfg)
	for _, b := range batches {
		s.Insert(0, b)
	}
	out := map[uint64]left{}
	for _, b := range batches {
		collect(b, s.Release(1, len(b.Spans), nil), out)
	}
	assert.Zero(t, s.recs.len())
	assert.Empty(t, s.claims)
	assert.Empty(t, s.claimants)
	assert.Empty(t, s.marks)
	assert.Empty(t, s.joins)
	return out
}

func span(trace TraceID, id, parent uint64, kind uint8, service uint64, start, end int64) in {
	return in{Span: Span{Trace: trace, ID: id, Parent: parent, Kind: kind, Service: service, Start: start * ms, End: end * ms}}
}

func (s in) claim(e Evidence, target TraceID, parent uint64) in {
	s.claims = append(s.claims, Claim{Evidence: e, Target: target, Parent: parent})
	return s
}

func (s in) at(host skew.Host) in {
	s.Host = host
	return s
}

func (s in) mark(v string) in {
	s.marks = append(s.marks, Mark{Value: v})
	return s
}

func (s in) origin() in {
	s.marks = append(s.marks, Mark{Value: key, Origin: true})
	return s
}

func (s in) untrusted() in {
	for i := range s.claims {
		s.claims[i].Untrusted = true
	}
	for i := range s.marks {
		s.marks[i].Untrusted = true
	}
	return s
}

const key = "t61rcWkgMzE-7f"

// caller is a trace of a gateway: SERVER 1, CLIENT 2.
func caller() []in {
	return []in{
		span(idA, 1, 0, kindServer, 1, 0, 100),
		span(idA, 2, 1, kindClient, 1, 10, 90),
	}
}

// wantJoins requires how the spans leave, whatever their order and batches (M10).
func wantJoins(t *testing.T, cfg Config, want map[uint64]left, spans []in) {
	t.Helper()
	assert.Equal(t, want, run(t, cfg, batch(spans...)))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		shuffled := append([]in(nil), spans...)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		cut := rng.IntN(len(shuffled) + 1)
		again := run(t, cfg, batch(shuffled[:cut]...), batch(shuffled[cut:]...))
		require.Equal(t, want, again, "order %v, cut at %d", shuffled, cut)
	}
}
