package main

import (
	"context"
	"math/rand/v2"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/internal/corpus"
)

// windowSpans is how many spans are in flight at a time: some thousand requests.
const windowSpans = 100_000

// window collects cases until there are enough of them, and then what the
// processor makes of them.
type window struct {
	batches *corpus.Batcher
	cases   []caseTruth
	spans   []spanTruth
	byTag   map[int64]int32 // tag → index in spans
	// requests maps the number of a request in the window to its case.
	requests []int32
	// explain is how many wrong and missed joins are to be told; 0 keeps no text.
	explain int
	onTime  int // different spans that are not late
}

// caseTruth is what the window knows of a case.
type caseTruth struct {
	row    int
	breaks string
	text   []corpus.Span // for explanations, only when asked for
	first  int64
}

// spanTruth is the truth about a span, and what became of it.
type spanTruth struct {
	caseIndex int32
	home      int32 // request of the window
	up        int64 // tag of the nearest exported parent, 0 for a root
	// direct is the id of the true parent even if that was not exported.
	direct pcommon.SpanID
	edge   *corpus.Edge

	trace      pcommon.TraceID // as sent
	id, parent pcommon.SpanID
	copies     int8
	leaked     bool
	links      int
	print      uint64

	left  int     // how often it left
	final outcome // of the first that left
}

// outcome is a span as it left.
type outcome struct {
	trace      pcommon.TraceID
	id, parent pcommon.SpanID
	evidence   string
	refused    string
	suspect    bool
}

// inferred reports whether the span was joined by evidence that is not exact.
func (o outcome) inferred() bool { return strings.HasPrefix(o.evidence, inferredPrefix) }

func newWindow(seed uint64, explain int) *window {
	return &window{batches: corpus.NewTaggedBatcher(seed), byTag: map[int64]int32{}, explain: explain}
}

func (w *window) add(rowIndex int, c *corpus.Case) {
	at := int32(len(w.cases))
	ct := caseTruth{row: rowIndex, breaks: strings.Join(c.Breaks, "+"), first: c.First}
	if w.explain > 0 {
		ct.text = c.Copy()
	}
	w.cases = append(w.cases, ct)
	base := int32(len(w.requests))
	for range c.Requests {
		w.requests = append(w.requests, at)
	}
	edges := make(map[int32]*corpus.Edge, len(c.Edges))
	for _, e := range c.Edges {
		edges[e.Span] = &e
	}
	for i := range c.Spans {
		s := &c.Spans[i]
		if s.Copies == 0 {
			continue
		}
		t := spanTruth{
			caseIndex: at, home: base + s.Home, trace: s.TraceID, id: s.ID, parent: s.Parent,
			copies: s.Copies, leaked: s.Leaked, edge: edges[int32(i)], direct: c.DirectParent(int32(i)),
		}
		if up := c.Exported(int32(i)); up >= 0 {
			t.up = c.First + int64(up)
		}
		if !s.Late {
			w.onTime++
		}
		w.byTag[c.First+int64(i)] = int32(len(w.spans))
		w.spans = append(w.spans, t)
	}
	w.batches.Add(c)
}

func (w *window) full() bool { return w.batches.Spans() >= windowSpans }

// run sends the window's batches through the processor, in random order, and notes
// what left.
func (w *window) run(ctx context.Context, r *rand.Rand, process through) ([]violation, error) {
	onTime, late := w.batches.Take()
	shuffle(r, onTime)
	shuffle(r, late)
	for _, td := range onTime {
		w.sent(td)
	}
	for _, td := range late {
		w.sent(td)
	}
	out, err := process(ctx, wave{batches: onTime, spans: w.onTime}, late)
	if err != nil {
		return nil, err
	}
	var bad []violation
	for _, td := range out {
		bad = append(bad, w.received(td)...)
	}
	return bad, nil
}

func shuffle(r *rand.Rand, batches []ptrace.Traces) {
	r.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
}

// sent notes the content of the spans of a batch before it is given away.
func (w *window) sent(td ptrace.Traces) {
	eachSpan(td, func(around uint64, span ptrace.Span) {
		if t := w.truth(span); t != nil {
			t.links = span.Links().Len()
			t.print = fingerprint(around, span, t.links)
		}
	})
}

// received notes what left, and what of it changed that must not.
func (w *window) received(td ptrace.Traces) []violation {
	var bad []violation
	eachSpan(td, func(around uint64, span ptrace.Span) {
		t := w.truth(span)
		if t == nil {
			bad = append(bad, violation{what: "a span left that never came"})
			return
		}
		t.left++
		o := outcomeOf(span)
		switch {
		case t.left == 1:
			t.final = o
		case o != t.final:
			bad = append(bad, violation{row: w.cases[t.caseIndex].row, what: "two copies of a span left differently"})
		}
		if cause := t.changed(around, span, o); cause != "" {
			bad = append(bad, violation{row: w.cases[t.caseIndex].row, what: cause})
		}
	})
	return bad
}

func (w *window) truth(span ptrace.Span) *spanTruth {
	tag, ok := span.Attributes().Get(corpus.TagKey)
	if !ok {
		return nil
	}
	i, ok := w.byTag[tag.Int()]
	if !ok {
		return nil
	}
	return &w.spans[i]
}

// of is the truth of a tag, nil for none.
func (w *window) of(tag int64) *spanTruth {
	i, ok := w.byTag[tag]
	if tag == 0 || !ok {
		return nil
	}
	return &w.spans[i]
}
