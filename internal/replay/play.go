package replay

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/polyspan/polyspan/infer"
)

// Played is what the engine made of a broken recording.
type Played struct {
	Joins []infer.Join
	// CPU is the processor time that the engine took.
	CPU   time.Duration
	Stats infer.Stats
}

// flushEvery is how often a process sends what it has: the time from a span's end
// to its arrival is up to that long.
const flushEvery = 200 * time.Millisecond

// Play streams the spans through an engine as a collector would: every process
// sends a shuffled batch at its own times, batches arrive in order of time, and the
// engine closes its windows as time passes. A recipe may have them all arrive at once.
func Play(ctx context.Context, b *Broken, config infer.Config) (*Played, error) {
	engine, err := infer.New(config)
	if err != nil {
		return nil, err
	}
	batches := b.batches()
	p := &Played{}
	var joins []infer.Join
	for _, batch := range batches {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.CPU += cpuTime(func() {
			engine.Add(batch.at, batch.spans)
			joins = engine.Advance(batch.at)
		})
		p.Joins = append(p.Joins, joins...)
	}
	p.CPU += cpuTime(func() { joins = engine.Flush() })
	p.Joins = append(p.Joins, joins...)
	p.Stats = engine.Stats()
	return p, nil
}

// batch is what one process sends at once.
type batch struct {
	at    int64 // arrival, Unix ns
	spans []infer.Span
}

// batches puts the spans into the order of their arrival.
func (b *Broken) batches() []batch {
	r := rand.New(rand.NewPCG(b.recipe.Seed, streamBatches))
	order := r.Perm(len(b.Spans))
	type sender struct {
		phase int64 // of its flushes
		rank  int   // breaks ties of arrival, the same way in every run
	}
	senders := map[uint64]sender{}
	for i := range b.Spans {
		if p := b.Spans[i].Process; senders[p] == (sender{}) {
			senders[p] = sender{phase: r.Int64N(int64(flushEvery)), rank: len(senders) + 1}
		}
	}
	type turn struct {
		process uint64
		at      int64
	}
	open := map[turn]int{}
	var out []batch
	for _, i := range order {
		process := b.Spans[i].Process
		phase := senders[process].phase
		at := turn{process: process}
		if !b.recipe.AtOnce {
			at.at = (b.arrival[i]-phase)/int64(flushEvery)*int64(flushEvery) + int64(flushEvery) + phase
		}
		n, ok := open[at]
		if !ok {
			n = len(out)
			open[at] = n
			out = append(out, batch{at: at.at})
		}
		out[n].spans = append(out[n].spans, b.Spans[i])
	}
	rank := func(b batch) int { return senders[b.spans[0].Process].rank }
	slices.SortFunc(out, func(a, c batch) int {
		return cmp.Or(cmp.Compare(a.at, c.at), cmp.Compare(rank(a), rank(c)))
	})
	return out
}
