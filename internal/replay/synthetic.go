package replay

import (
	"math"
	"math/rand/v2"

	"github.com/polyspan/polyspan/infer"
)

// SyntheticOptions describe a made-up recording.
type SyntheticOptions struct {
	// Seed draws the system and its requests.
	Seed uint64
	// InFlight is the mean number of requests a process has at the arrival of
	// another one, that one included: 1 to [MaxInFlight].
	InFlight float64
	// Spans is about how many spans to make; 0 is 40,000.
	Spans int
}

// MaxInFlight bounds [SyntheticOptions.InFlight].
const MaxInFlight = 1000

const syntheticSpans = 40_000

// Synthetic draws a system of unequal services and records requests to it: calls
// one after the other and in parallel, several to one callee, answers from caches,
// retries, work that outlives its request, jobs that nobody called, databases,
// replicas, clocks of different steps. Where the requests of a service overlap
// more than others is up to the system; InFlight is the mean.
func Synthetic(o SyntheticOptions) *Recording {
	if o.Spans <= 0 {
		o.Spans = syntheticSpans
	}
	rec := &Recording{Names: NewNames()}
	m := newMakeBelieve(rec, rand.New(rand.NewPCG(o.Seed, streamSystem)))
	w := &actor{system: m, rec: rec, r: rand.New(rand.NewPCG(o.Seed, streamRequests))}
	var gaps []float64 // sum of exponential gaps of mean 1 before each trace
	for at := 0.0; len(rec.Spans) < o.Spans; at += w.r.ExpFloat64() {
		w.trace(int32(len(gaps)))
		gaps = append(gaps, at)
	}
	w.spread(gaps, max(o.InFlight, 1))
	return rec
}

// firstRequest is when recordings start: any day will do.
const firstRequest = int64(1_700_000_000_000_000_000)

// spread moves the traces apart in time, so that as many are in flight as asked
// for, and then shows all times as the clocks of their processes did. What is in
// flight beside an arrival is proportional to the rate (Little's law).
func (a *actor) spread(gaps []float64, want float64) {
	place := func(every float64) {
		for i := range a.rec.Spans {
			s := &a.rec.Spans[i]
			at := firstRequest + int64(gaps[s.Trace]*every)
			s.Start, s.End = at+a.begin[i], at+a.end[i]
		}
	}
	every := 1e6 // ns between traces
	recipe := DefaultRecipe()
	for range 3 {
		place(every)
		b := &Broken{Spans: make([]infer.Span, len(a.rec.Spans)), Truth: newTruth(a.rec, &recipe)}
		for i := range b.Spans {
			b.Spans[i].Start, b.Spans[i].End = a.rec.Spans[i].Start, a.rec.Spans[i].End
		}
		mean, _ := b.inFlight()
		every *= max(mean-1, 1e-6) / max(want-1, 1e-3)
	}
	place(every)
	for i := range a.rec.Spans {
		s := &a.rec.Spans[i]
		c := a.system.clocks[s.Process]
		s.Start, s.End = c.show(s.Start), c.show(s.End)
	}
}

// clock is how a process sees time.
type clock struct{ offset, step int64 }

func (c clock) show(at int64) int64 { return (at + c.offset) / c.step * c.step }

// duration draws from a log-normal distribution around a median, in ns.
func duration(r *rand.Rand, median, sigma float64) int64 {
	return int64(median * math.Exp(sigma*r.NormFloat64()))
}
