package bench

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/internal/bench/gen"
)

// Load says what a pipeline gets.
type Load struct {
	// Batches in one measurement, of 2040 spans each (170 traces).
	Batches int
	// Traces in a batch where it is not 170.
	Traces int
	// Spread hands the services of a trace to so many consecutive batches.
	Spread int
	// Owned gives every batch away for good, as a receiver does: the pipeline may
	// change and keep it, so each is a copy. Otherwise batches are lent for the call.
	Owned bool
}

const (
	// distinct batches are made once and sent again and again as new generations.
	distinct       = 8
	tracesPerBatch = 170
	// systems is the number of times the five services occur, under different names.
	systems = 8
	// lead puts the traces into the past, so that none ends in the future.
	lead = 10 * time.Second
)

// feed hands out batches of which no trace, span or message was seen before.
type feed struct {
	templates []ptrace.Traces
	owned     bool
	next      uint64
}

func (l Load) feed(now time.Time) (*feed, error) {
	traces := l.Traces
	if traces == 0 {
		traces = tracesPerBatch
	}
	templates, err := gen.Batches(gen.Options{
		Seed: 42, Start: now.Add(-lead), Batches: distinct, Traces: traces, Copies: systems, Spread: l.Spread,
	})
	return &feed{templates: templates, owned: l.Owned}, err
}

// batch returns the next batch. Batches of one round through the templates are
// one generation, so a trace spread over several of them stays one trace.
func (f *feed) batch() ptrace.Traces {
	td := f.templates[f.next%distinct]
	generation := f.next / distinct
	f.next++
	if f.owned {
		owned := ptrace.NewTraces()
		td.CopyTo(owned)
		td = owned
	}
	gen.Renew(td, generation+1)
	return td
}
