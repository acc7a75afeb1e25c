package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/polyspan/polyspan/internal/bench"
	"github.com/polyspan/polyspan/internal/bench/gen"
)

// Settings of a run.
type Settings struct {
	// Collector is the product's program; Peers that of cmd/collector, or empty to
	// leave out what needs it.
	Collector, Peers string
	Rounds           int
	// Warmup and Measured are how long each pipeline is loaded without and with
	// being measured.
	Warmup, Measured time.Duration
	// Progress is told what is done next.
	Progress func(step string)
}

const (
	// Shape of a request: 170 traces of 12 spans, whose services arrive in different
	// requests of the same client.
	requests       = 8
	tracesPerBatch = 170
	systems        = 1
	spread         = 5
	// lead puts the traces into the past, so that none ends in the future.
	lead = 10 * time.Second
)

// Run measures all pipelines in rounds, on one processor and, those of the product
// and without processor, on two. It returns the medians, ours beside each other's.
func Run(ctx context.Context, set Settings) ([]bench.Result, error) {
	batches, err := gen.Batches(gen.Options{
		Seed: 42, Start: time.Now().Add(-lead), Batches: requests, Traces: tracesPerBatch, Copies: systems, Spread: spread,
	})
	if err != nil {
		return nil, err
	}
	r := &run{Settings: set, batches: batches}
	all := r.contestants()
	var out []bench.Result
	for _, on := range []struct {
		processors  int
		contestants []contestant
	}{{1, all}, {2, all[:2]}} {
		figures := make([][]Figures, len(on.contestants)) // by contestant and round
		for round := range set.Rounds {
			for i := range on.contestants {
				at := (i + round) % len(on.contestants) // so that nobody is always first
				set.Progress(fmt.Sprintf("whole process, GOMAXPROCS=%d, round %d of %d: %s",
					on.processors, round+1, set.Rounds, on.contestants[at].Name))
				f, err := r.measure(ctx, on.contestants[at], on.processors)
				if err != nil {
					return nil, err
				}
				figures[at] = append(figures[at], f)
			}
		}
		rows, err := rows(on.processors, on.contestants, figures)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func (r *run) contestants() []contestant {
	var out []contestant
	for i, p := range Pipelines() {
		c := contestant{Pipeline: p, program: r.Collector, lossy: i > ours}
		if p.Peer {
			c.program = r.Peers
		}
		if c.program == "" {
			r.Progress("whole process: " + p.Name + " is left out, the program of the peers is not there")
			continue
		}
		out = append(out, c)
	}
	return out
}

// ours is the index of our pipeline in Pipelines.
const ours = 1

// rows compares our medians with those of every other contestant.
func rows(processors int, contestants []contestant, figures [][]Figures) ([]bench.Result, error) {
	if len(figures) <= ours {
		return nil, errors.New("nothing to compare with")
	}
	var out []bench.Result
	for i, c := range contestants {
		if i == ours {
			continue
		}
		version, err := bench.VersionIn(c.program, c.module())
		if err != nil {
			return nil, err
		}
		for _, u := range []struct {
			unit string
			of   func(Figures) float64
			more bool // is better
		}{
			{"spans/s", func(f Figures) float64 { return f.SpansPerSecond }, true},
			{"cpu-s/Mspan", func(f Figures) float64 { return f.CPU }, false},
			{"peak-RSS-MiB", func(f Figures) float64 { return f.PeakMemory }, false},
		} {
			mine, theirs := median(figures[ours], u.of), median(figures[i], u.of)
			ratio := theirs / mine
			if u.more {
				ratio = mine / theirs
			}
			out = append(out, bench.Result{
				Name: fmt.Sprintf("whole process, GOMAXPROCS=%d", processors), Unit: u.unit,
				Ours: mine, Peer: c.Name, PeerVersion: version, Theirs: theirs, Ratio: ratio,
			})
		}
	}
	return out, nil
}

// module is the component whose release the program carries.
func (c contestant) module() string {
	if c.Processors == "" {
		return "nopexporter"
	}
	return c.Name
}

func median(figures []Figures, of func(Figures) float64) float64 {
	values := make([]float64, 0, len(figures))
	for _, f := range figures {
		values = append(values, of(f))
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
