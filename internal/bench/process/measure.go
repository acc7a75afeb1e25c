package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Figures are what one measurement of one pipeline gives.
type Figures struct {
	SpansPerSecond float64 // in the measured time
	CPU            float64 // seconds per million spans, in the measured time
	PeakMemory     float64 // MiB
}

// minOut is the share of spans that must come out of a peer for its figures to count:
// under full load groupbytrace loses up to a tenth.
const minOut = 0.85

// contestant is a pipeline in the program that runs it.
type contestant struct {
	Pipeline
	program string
	lossy   bool
}

// run is the state of a Run.
type run struct {
	Settings
	batches []ptrace.Traces
}

// measure starts a collector, loads it, waits until it is empty and stops it.
func (r *run) measure(ctx context.Context, c contestant, processors int) (Figures, error) {
	proc, err := start(ctx, c.program, c.Pipeline, processors)
	if err != nil {
		return Figures{}, err
	}
	f, err := r.load(ctx, proc, c)
	err = errors.Join(err, proc.stop())
	if err != nil {
		return Figures{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	return f, nil
}

// moment is the state of a load at a time.
type moment struct {
	at   time.Time
	sent int64
	cpu  time.Duration
	err  error
}

func (c *clients) now(pid int) moment {
	cpu, err := cpuTime(pid)
	return moment{time.Now(), c.sent.Load(), cpu, err}
}

// load sends for the warm-up and the measured time.
func (r *run) load(ctx context.Context, proc *collector, c contestant) (Figures, error) {
	clients, err := newClients(r.batches)
	if err != nil {
		return Figures{}, err
	}
	pid := proc.cmd.Process.Pid
	sending, stop := context.WithTimeout(ctx, r.Warmup+r.Measured)
	defer stop()
	warm := make(chan moment, 1)
	mark := time.AfterFunc(r.Warmup, func() { warm <- clients.now(pid) })
	defer mark.Stop()
	err = clients.run(sending, proc.otlp)
	if err != nil {
		return Figures{}, err
	}
	end := clients.now(pid)
	begin := <-warm // clients end no earlier, but with an error
	err = r.drain(ctx, proc, c, end.sent)
	if err != nil {
		return Figures{}, err
	}
	peak, err := peakMemory(pid)
	const million, mebibyte = 1e6, 1 << 20
	spans := float64(end.sent - begin.sent)
	return Figures{
		SpansPerSecond: spans / end.at.Sub(begin.at).Seconds(),
		CPU:            (end.cpu - begin.cpu).Seconds() * million / spans,
		PeakMemory:     float64(peak) / mebibyte,
	}, errors.Join(begin.err, end.err, err)
}

// giveUpAfter so long without another span the rest counts as lost; every pipeline
// holds spans for a second or two.
const giveUpAfter = 5 * time.Second

// drain waits until all spans are out. A peer may lose a few around the moment of
// release.
func (r *run) drain(ctx context.Context, proc *collector, c contestant, sent int64) error {
	last, since := int64(-1), time.Now()
	for {
		accepted, left, err := proc.counts(ctx)
		switch {
		case err != nil:
			return err
		case accepted != sent || left > sent:
			return fmt.Errorf("%d spans sent, %d accepted, %d out", sent, accepted, left)
		case left == sent:
			return nil
		case left != last:
			last, since = left, time.Now()
		case time.Since(since) < giveUpAfter:
		case c.lossy && float64(left) >= minOut*float64(sent):
			return nil
		default:
			return fmt.Errorf("%d spans sent, only %d out", sent, left)
		}
		time.Sleep(pollEvery)
	}
}
