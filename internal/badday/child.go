package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/sdk/metric"
)

// figures are what one child process has to tell.
type figures struct {
	SpansIn  int `json:"spans_in"`
	SpansOut int `json:"spans_out"`
	// Strange counts spans that left twice or were never sent.
	Strange  int      `json:"strange"`
	PeakHeld int      `json:"peak_held_spans"`
	PeakRSS  int      `json:"peak_rss_bytes"`
	Counters counters `json:"counters,omitempty"`
}

// basePart is the part of the spans that a run without processor sends: its memory
// does not grow with them.
const basePart = 10

// printChild runs one scenario in this process.
func printChild(ctx context.Context, s settings, stdout io.Writer) error {
	sc, err := find(scenarios(), s.child)
	if err != nil {
		return err
	}
	sc = sc.scaled(s.scale)
	runOne := withProcessor
	if s.base {
		runOne = withoutProcessor
	}
	f, err := runOne(ctx, sc)
	if err != nil {
		return err
	}
	if f.PeakRSS, err = peakRSS(); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(f)
}

func withoutProcessor(ctx context.Context, sc scenario) (figures, error) {
	out := newSink(sc.spans)
	sc.spans = max(sc.spans/basePart, senders*sc.perBatch)
	err := feed(sc, func(td ptrace.Traces) error { return out.ConsumeTraces(ctx, td) })
	return figures{SpansIn: sc.spans, SpansOut: out.out, Strange: out.strange}, err
}

func withProcessor(ctx context.Context, sc scenario) (figures, error) {
	out := newSink(sc.spans)
	reader := metric.NewManualReader()
	p, err := newProcessor(ctx, sc, reader, out)
	if err != nil {
		return figures{}, err
	}
	held, err := drive(ctx, sc, p, reader)
	if err != nil {
		return figures{}, err
	}
	counted, err := read(ctx, reader)
	return figures{SpansIn: sc.spans, SpansOut: out.out, Strange: out.strange, PeakHeld: held, Counters: counted}, err
}

// drive sends the scenario through the processor from start to shutdown, and returns
// the most spans that it held.
func drive(ctx context.Context, sc scenario, p processor.Traces, reader metric.Reader) (int, error) {
	if err := p.Start(ctx, nowhere{}); err != nil {
		return 0, err
	}
	var held peak
	err := feed(sc, func(td ptrace.Traces) error {
		return errors.Join(p.ConsumeTraces(ctx, td), held.look(ctx, reader))
	})
	return held.spans, errors.Join(err, p.Shutdown(ctx))
}
