package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Options of a generator.
type Options struct {
	// Seed decides everything.
	Seed uint64
	// Start of the first request, in true time.
	Start time.Time
	// Every is the mean time between the starts of two cases; 0 is a millisecond.
	Every time.Duration
}

// Generator draws cases, one at a time. Use [New].
type Generator struct {
	sys   *system
	r     *rand.Rand
	every time.Duration
	now   int64 // start of the next case
	next  int64 // number of its first span
	sent  int64 // messages so far
	c     Case
}

// Streams of random numbers: the system does not depend on how many cases are drawn.
const (
	streamSystem = 1
	streamCases  = 2
)

// New draws the system of a seed.
func New(o Options) *Generator {
	if o.Every <= 0 {
		o.Every = time.Millisecond
	}
	return &Generator{
		sys: newSystem(rand.New(rand.NewPCG(o.Seed, streamSystem))),
		r:   rand.New(rand.NewPCG(o.Seed, streamCases)),
		now: o.Start.UnixNano(), every: o.Every, next: 1,
	}
}

const (
	// maxTries bounds the requests that are drawn for one case, until its breaks fit.
	maxTries = 24
	// minSpans and maxSpans bound the size of most requests (in spans, roughly); one
	// in hugeEvery has up to hugeSpans.
	minSpans, maxSpans   = 4, 44
	hugeEvery, hugeSpans = 200, 600
)

// Next draws a case with the breaks, each on an edge of its own or, at times, two
// on one edge. Breaks that do not fit one request together are an error, and the
// generator goes on as if they had not been asked for.
func (g *Generator) Next(breaks ...*Break) (*Case, error) {
	g.now += int64(g.r.ExpFloat64() * float64(g.every))
	for try := range maxTries {
		x := &surgery{
			walker: &walker{r: g.r, sys: g.sys, c: &g.c, sent: &g.sent},
			pins:   map[pcommon.TraceID]pin{},
		}
		g.c.reset()
		var plants []*step
		for _, b := range breaks {
			if try > 0 || g.r.IntN(2) == 0 {
				plants = append(plants, x.plantFor(b))
			}
		}
		x.request(g.now, g.size(), plants...)
		if !x.place(breaks) || !x.operate() {
			continue
		}
		for _, b := range breaks {
			g.c.Breaks = append(g.c.Breaks, b.Name)
		}
		g.c.First = g.next
		g.next += int64(len(g.c.Spans))
		return &g.c, nil
	}
	return nil, fmt.Errorf("breaks %s do not fit one request", names(breaks))
}

// size draws the size of a request: small ones are more frequent.
func (g *Generator) size() int {
	if g.r.IntN(hugeEvery) == 0 {
		return maxSpans + g.r.IntN(hugeSpans-maxSpans)
	}
	return minSpans + min(g.r.IntN(maxSpans), g.r.IntN(maxSpans))
}

func names(breaks []*Break) string {
	out := make([]string, len(breaks))
	for i, b := range breaks {
		out[i] = b.Name
	}
	return strings.Join(out, " and ")
}
