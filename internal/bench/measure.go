package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// minOut is the share of spans that must come out for a figure to count. Peers
// may lose a few of them around the moment of release; more would be less work.
const minOut = 0.95

// Measure starts the pipeline, sends the load once to bring it and the heap to
// their working size and once more measured, and shuts it down. It returns the
// cost of a span, the making of the input included.
func Measure(ctx context.Context, p Pipeline, l Load) (Cost, error) {
	f, err := l.feed(time.Now())
	if err != nil {
		return Cost{}, err
	}
	out := &sink{}
	r, err := p.start(ctx, outlet{traces: out, metrics: out})
	if err != nil {
		return Cost{}, err
	}
	cost, err := r.measure(ctx, f, out, l.Batches)
	if err != nil {
		return Cost{}, fmt.Errorf("%s: %w", p.Name, errors.Join(err, r.shutdown(ctx)))
	}
	return cost, nil
}

func (r *running) measure(ctx context.Context, f *feed, out *sink, batches int) (Cost, error) {
	if _, err := r.send(ctx, f, out, batches); err != nil {
		return Cost{}, err
	}
	m, err := startMeter()
	if err != nil {
		return Cost{}, err
	}
	sent, err := r.send(ctx, f, out, batches)
	if err != nil {
		return Cost{}, err
	}
	if err := r.shutdown(ctx); err != nil {
		return Cost{}, err
	}
	return m.stop(sent)
}

// send feeds the batches, waits until their spans are out and returns their number.
func (r *running) send(ctx context.Context, f *feed, out *sink, batches int) (int, error) {
	before := out.spans.Load()
	sent := 0
	for range batches {
		td := f.batch()
		sent += td.SpanCount()
		if err := r.first.ConsumeTraces(ctx, td); err != nil {
			return 0, err
		}
	}
	if !r.passes {
		return sent, nil
	}
	after, err := out.await(ctx, before+int64(sent))
	if err != nil {
		return 0, err
	}
	if share := float64(after-before) / float64(sent); share < minOut {
		return 0, fmt.Errorf("only %.1f %% of %d spans came out; a pipeline that loses its work cannot be compared", 100*share, sent)
	}
	return sent, nil
}
