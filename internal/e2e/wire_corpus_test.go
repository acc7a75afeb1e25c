package e2e

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/internal/corpus"
)

const (
	wireSeed = 1
	// casesPerBreak requests are broken in each way.
	casesPerBreak = 30
	// wireRecall is the least share of the joins the evidence allows, as for OTLP.
	wireRecall = 0.995
)

// wireBreaks are those that the other formats can express: what joins them is in the
// ids, in a captured header, or in the key of a custom id. Decoys must stay apart.
var wireBreaks = []string{
	"header.w3c", "header.b3.multi", "header.b3.single", "header.jaeger", "header.datadog",
	"width.64", "width.128", "width.64.rootless", "zipkin.shared",
	"custom.attribute", "custom.header", "kafka.offset", "kafka.offset.string", "jms.id", "sqs.id", "celery.task",
	"decoy.low_half_collision", "decoy.cycle", "decoy.conflict", "decoy.unknown_trace", "decoy.constant_key",
}

// linkBreaks are for the formats that know links.
var linkBreaks = []string{"link.consumer", "link.batch"}

// TestCorpusOverOtherWires sends requests of known truth through the receivers of
// the other formats. Ids of 64 bits, shared spans and captured headers arrive as
// they do in the field: the joins are right, and none is wrong.
func TestCorpusOverOtherWires(t *testing.T) {
	ctx := bounded(t)
	for _, w := range wires() {
		t.Run(w.name, func(t *testing.T) {
			r := newWireRig(ctx, t)
			truth := &wireTruth{breaks: w.breaks, spans: map[int64]*wireSpan{}}
			for _, td := range truth.draw(t) {
				w.send(ctx, t, r, td)
			}
			require.NoError(t, r.collector.Stop())
			truth.judge(t, r.after.all())
		})
	}
}

// wireTruth is what is known of the spans, by their number.
type wireTruth struct {
	breaks []string
	spans  map[int64]*wireSpan
	cases  int
}

// wireSpan is a span as it was sent, and the truth about it.
type wireSpan struct {
	trace      pcommon.TraceID
	id, parent pcommon.SpanID
	up         int64 // number of the nearest exported true parent, 0 for a root
	edge       *corpus.Edge
	breaks     string
	request    [2]int // case, and request in it
	left       *span
}

// draw makes the cases, and the batches in which they are sent, in random order.
func (w *wireTruth) draw(t *testing.T) []ptrace.Traces {
	t.Helper()
	generator := corpus.New(corpus.Options{Seed: wireSeed, Start: time.Now()})
	batcher := corpus.NewTaggedBatcher(wireSeed)
	for _, b := range corpus.Breaks() {
		if !slices.Contains(w.breaks, b.Name) {
			continue
		}
		for range casesPerBreak {
			c, err := generator.Next(b)
			require.NoError(t, err)
			w.add(c)
			batcher.Add(c)
		}
	}
	batches, late := batcher.Take()
	require.Empty(t, late, "no break of these comes late")
	r := rand.New(rand.NewPCG(wireSeed, 0)) //nolint:gosec // repeatable on purpose
	r.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	return batches
}

func (w *wireTruth) add(c *corpus.Case) {
	edges := map[int32]*corpus.Edge{}
	for _, e := range c.Edges {
		edges[e.Span] = &e
	}
	for i := range c.Spans {
		s := &c.Spans[i]
		if s.Copies == 0 {
			continue
		}
		t := &wireSpan{
			trace: s.TraceID, id: s.ID, parent: s.Parent, edge: edges[int32(i)],
			breaks: c.Breaks[0], request: [2]int{w.cases, int(s.Home)},
		}
		if up := c.Exported(int32(i)); up >= 0 {
			t.up = c.First + int64(up)
		}
		w.spans[c.First+int64(i)] = t
	}
	w.cases++
}

// judge compares what left with the truth.
func (w *wireTruth) judge(t *testing.T, after []span) {
	t.Helper()
	for _, s := range after {
		n := whole(t, s.Attributes(), corpus.TagKey)
		sent := w.spans[n]
		require.NotNil(t, sent, "span %d was sent", n)
		require.Nil(t, sent.left, "span %d leaves once", n)
		sent.left = &s
	}
	right, missed := map[string]int{}, map[string]int{}
	owner := map[pcommon.TraceID][2]int{}
	for n, s := range w.spans {
		require.NotNil(t, s.left, "span %d of %s leaves", n, s.breaks)
		if first, ok := owner[s.left.TraceID()]; ok {
			assert.Equal(t, first, s.request, "%s: trace %s holds two requests", s.breaks, s.left.TraceID())
		}
		owner[s.left.TraceID()] = s.request
		joined, wanted := w.joined(t, n, s)
		switch {
		case wanted && joined:
			right[s.breaks]++
		case wanted:
			missed[s.breaks]++
		}
	}
	total, lost := 0, 0
	for _, name := range w.breaks {
		t.Logf("%-26s %4d joins right, %d missed", name, right[name], missed[name])
		total += right[name] + missed[name]
		lost += missed[name]
	}
	assert.GreaterOrEqual(t, float64(total-lost), wireRecall*float64(total), "%d joins of %d missed", lost, total)
}

// joined reports whether a span whose edge was broken was joined, and whether the
// evidence that is left allows it. A wrong parent fails the test.
func (w *wireTruth) joined(t *testing.T, n int64, s *wireSpan) (joined, wanted bool) {
	t.Helper()
	p := w.spans[s.up]
	together := p != nil && p.left.TraceID() == s.left.TraceID()
	under := together && p.left.SpanID() == s.left.ParentSpanID()
	sentUnder := p != nil && p.id == s.parent && p.trace == s.trace
	touched := s.left.ParentSpanID() != s.parent
	assert.False(t, !under && (touched || sentUnder), "%s: span %d hangs under %v, its true parent is number %d", s.breaks, n, s.left.ParentSpanID(), s.up)
	if s.edge == nil || s.edge.Evidence == "" {
		return false, false
	}
	if s.edge.Want == corpus.JoinTrace {
		return together, true
	}
	return under, s.edge.Want == corpus.JoinParent
}
