package topology

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The index against a map: spans come and go, the table grows, and what is
// remembered is found, what is gone is not.
func TestIndexFindsWhatIsRemembered(t *testing.T) {
	l := DefaultLimits()
	l.Wait = time.Second
	g, err := New(l, testStart)
	require.NoError(t, err)
	g.index.keys = [4]uint64{0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93} // the same places in every run
	a := g.Service(&Resource{Name: "a"})
	r := rand.New(rand.NewPCG(5, 6))

	type id struct {
		trace TraceID
		span  SpanID
	}
	var arrived []id // oldest first
	var batches []int
	farthest := uint32(0)
	for step := range 60 {
		now := testStart.Add(time.Duration(step) * 250 * time.Millisecond)
		g.Advance(now)
		n := r.IntN(4000)
		spans := make([]Observation, n)
		for i := range spans {
			spans[i] = Observation{Trace: traceID(r.IntN(50) + 1), Span: spanID(step*10_000 + i + 1), Service: a, Kind: KindInternal}
			arrived = append(arrived, id{spans[i].Trace, spans[i].Span})
		}
		g.Add(spans)
		batches = append(batches, n)
		if len(batches) > 4 { // older than the wait
			gone := arrived[:batches[0]]
			arrived, batches = arrived[batches[0]:], batches[1:]
			for _, x := range gone {
				require.Zero(t, g.find(g.index.hash(&x.trace, x.span), &x.trace, x.span, 0))
			}
		}
		require.Equal(t, len(arrived), g.Stats().Pending)
		for _, x := range arrived {
			at := g.find(g.index.hash(&x.trace, x.span), &x.trace, x.span, 0)
			require.NotZero(t, at)
			found := g.slab.at(at)
			require.Equal(t, id{trace: found.trace, span: found.span}, x)
		}
		for _, e := range g.index.ids {
			if e != 0 {
				farthest = max(farthest, e.displacement())
			}
		}
	}
	require.Equal(t, uint32(maxDisplacement), farthest, "an entry farther from its place than can be noted was met")
}
