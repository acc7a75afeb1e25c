package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/internal/corpus"
)

// judged runs a window of every row through a stand-in for the processor.
func judged(t *testing.T, rows []row, perRow int, process func(*window) through) *report {
	t.Helper()
	r := newReport(rows)
	g := corpus.New(corpus.Options{Seed: 11, Start: start})
	w := newWindow(11, 0)
	for n := range perRow {
		for i := range rows {
			c, err := g.Next(rows[i].breaks(n)...)
			if err != nil {
				continue
			}
			w.add(i, c)
		}
	}
	bad, err := w.run(t.Context(), rand.New(rand.NewPCG(1, 1)), process(w))
	require.NoError(t, err)
	for _, v := range bad {
		r.violate(v)
	}
	newJudge(w, r).judge()
	return r
}

// each is a stand-in that changes spans one by one.
func each(change func(ptrace.Span)) func(*window) through {
	return func(*window) through {
		return func(_ context.Context, onTime wave, late []ptrace.Traces) ([]ptrace.Traces, error) {
			out := slices.Concat(onTime.batches, late)
			for _, td := range out {
				eachSpan(td, func(_ uint64, s ptrace.Span) { change(s) })
			}
			return out, nil
		}
	}
}

func untouched(ptrace.Span) {}

func TestUntouchedTracesAreMissedNeverWrong(t *testing.T) {
	r := judged(t, allRows(), 3, each(untouched))
	assert.Empty(t, r.violations)
	missed := 0
	for _, f := range r.Rows {
		assert.Zero(t, f.Wrong, f.Name)
		assert.Zero(t, f.extra, f.Name)
		assert.Equal(t, f.SpansIn, f.SpansOut, f.Name)
		assert.Equal(t, f.Before, f.After, f.Name)
		missed += f.Missed
	}
	assert.Greater(t, missed, len(r.Rows))
	assert.True(t, r.fine())
}

// The truth can be reached: whoever does what the evidence allows is right in
// every row, and nothing of it counts as wrong.
func TestTruthIsReachable(t *testing.T) {
	r := judged(t, allRows(), 20, oracle)
	assert.Empty(t, r.violations)
	for _, f := range r.Rows {
		assert.Zero(t, f.Wrong, f.Name)
		assert.Zero(t, f.Missed, f.Name)
		assert.Equal(t, f.SpansIn, f.SpansOut, f.Name)
	}
	assert.True(t, r.fine())
}

func TestFaultsAreFound(t *testing.T) {
	one := pcommon.TraceID{1}
	toOne := func(s ptrace.Span) {
		s.Attributes().PutStr(contract.AttrMergeOriginalTraceID, s.TraceID().String())
		s.SetTraceID(one)
	}
	tests := []struct {
		name      string
		process   func(*window) through
		wrong     bool
		violation string
	}{
		{name: "all in one trace", process: each(toOne), wrong: true},
		{name: "moved without a trace of it", process: each(func(s ptrace.Span) { s.SetTraceID(one) }), wrong: true, violation: "healthy: moved without polyspan.merge.original_trace_id"},
		{name: "another parent", process: each(func(s ptrace.Span) {
			if !s.ParentSpanID().IsEmpty() {
				s.Attributes().PutStr(contract.AttrMergeOriginalParentSpanID, s.ParentSpanID().String())
			}
			s.SetParentSpanID(pcommon.SpanID{9})
		}), wrong: true},
		{name: "torn pieces", process: each(func(s ptrace.Span) {
			if s.Kind() == ptrace.SpanKindClient {
				toOne(s)
			}
		}), wrong: true, violation: "healthy: M2: a piece was torn"},
		{name: "another attribute", process: each(func(s ptrace.Span) { s.Attributes().PutStr("added", "x") }), violation: "healthy: M14: content changed"},
		{name: "another time", process: each(func(s ptrace.Span) { s.SetEndTimestamp(s.EndTimestamp() + 1) }), violation: "healthy: M14: content changed"},
		{name: "another span id", process: each(func(s ptrace.Span) { s.SetSpanID(pcommon.SpanID{8}) }), wrong: true, violation: "healthy: a span id of its own changed"},
		{name: "taken for a leak", process: each(func(s ptrace.Span) {
			s.Attributes().PutStr(contract.AttrMergeSuspect, string(contract.SuspectContextLeak))
		}), violation: "healthy: M4: a span was taken for a leak"},
		{name: "uncertain", process: each(func(s ptrace.Span) { s.Attributes().PutStr(contract.AttrMergeEvidence, "link") }), violation: "healthy: exact evidence with another confidence than 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := judged(t, allRows()[:1], 20, tt.process)
			assert.Equal(t, tt.wrong, r.Rows[0].Wrong > 0)
			if tt.violation != "" {
				assert.Contains(t, r.violations, tt.violation)
			}
			assert.False(t, r.fine())
		})
	}
}

// A wrong parent that says it was inferred is counted apart and fails no run.
func TestInferredJoinsAreCountedApart(t *testing.T) {
	r := judged(t, allRows()[:1], 20, each(func(s ptrace.Span) {
		if s.ParentSpanID().IsEmpty() {
			return
		}
		s.Attributes().PutStr(contract.AttrMergeOriginalParentSpanID, s.ParentSpanID().String())
		s.Attributes().PutStr(contract.AttrMergeEvidence, string(contract.EvidenceInferredParent))
		s.Attributes().PutDouble(contract.AttrMergeConfidence, 0.9)
		s.SetParentSpanID(pcommon.SpanID{9})
	}))
	f := r.Rows[0]
	assert.Positive(t, f.Wrong)
	assert.Equal(t, joins{wrong: f.Wrong}, f.inferred)
	assert.Zero(t, f.deterministic())
	assert.True(t, r.fine())
}

func TestLostAndDoubledSpansAreFound(t *testing.T) {
	first := func(change func([]ptrace.Traces) []ptrace.Traces) func(*window) through {
		return func(*window) through {
			return func(_ context.Context, onTime wave, _ []ptrace.Traces) ([]ptrace.Traces, error) {
				return change(onTime.batches), nil
			}
		}
	}
	lost := judged(t, allRows()[:1], 5, first(func(b []ptrace.Traces) []ptrace.Traces { return b[1:] }))
	assert.Less(t, lost.Rows[0].SpansOut, lost.Rows[0].SpansIn)
	assert.False(t, lost.fine())
	doubled := judged(t, allRows()[:1], 5, first(func(b []ptrace.Traces) []ptrace.Traces { return append(b, b[0]) }))
	assert.Greater(t, doubled.Rows[0].SpansOut, doubled.Rows[0].SpansIn)
	assert.False(t, doubled.fine())
}

// oracle does what the truth says the evidence allows.
func oracle(w *window) through {
	return func(_ context.Context, onTime wave, late []ptrace.Traces) ([]ptrace.Traces, error) {
		ids := newUnion()
		for i := range w.spans {
			t := &w.spans[i]
			if p := w.of(t.up); p != nil && t.edge != nil && (t.edge.Want == corpus.JoinParent || t.edge.Want == corpus.JoinTrace) {
				ids.join(p.trace, t.trace)
			}
		}
		left := map[int64]bool{}
		out := slices.Concat(onTime.batches, late)
		for _, td := range out {
			for _, rs := range td.ResourceSpans().All() {
				for _, ss := range rs.ScopeSpans().All() {
					ss.Spans().RemoveIf(func(s ptrace.Span) bool {
						tag, _ := s.Attributes().Get(corpus.TagKey)
						if left[tag.Int()] {
							return true
						}
						left[tag.Int()] = true
						w.rewrite(s, ids)
						return false
					})
				}
			}
		}
		return out, nil
	}
}

// rewrite gives a span the trace and parent that its edge allows.
func (w *window) rewrite(s ptrace.Span, ids *union) {
	t := w.truth(s)
	if id := ids.find(t.trace); id != t.trace {
		s.Attributes().PutStr(contract.AttrMergeOriginalTraceID, t.trace.String())
		s.SetTraceID(id)
	}
	s.SetSpanID(w.ownID(t))
	if t.leaked {
		s.Attributes().PutStr(contract.AttrMergeSuspect, string(contract.SuspectContextLeak))
	}
	if t.edge == nil || t.edge.Want != corpus.JoinParent {
		return
	}
	if !t.parent.IsEmpty() {
		s.Attributes().PutStr(contract.AttrMergeOriginalParentSpanID, t.parent.String())
	}
	s.SetParentSpanID(w.ownID(w.of(t.up)))
}

// ownID is the span's id, or another one if it shares it with its client.
func (w *window) ownID(t *spanTruth) pcommon.SpanID {
	id := t.id
	if t.edge != nil && t.edge.Evidence == string(contract.EvidenceSharedSpan) {
		id[0] ^= 0x55
	}
	return id
}

// union finds which traces are one; the first of a join gives its id.
type union struct {
	up map[pcommon.TraceID]pcommon.TraceID
}

func newUnion() *union { return &union{up: map[pcommon.TraceID]pcommon.TraceID{}} }

func (u *union) find(id pcommon.TraceID) pcommon.TraceID {
	for {
		up, ok := u.up[id]
		if !ok {
			return id
		}
		id = up
	}
}

func (u *union) join(a, b pcommon.TraceID) {
	if a, b = u.find(a), u.find(b); a != b {
		u.up[b] = a
	}
}
