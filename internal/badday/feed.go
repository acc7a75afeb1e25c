package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/sdk/metric"
)

// senders send at once, each a batch at a time.
const senders = 2

// feed sends the scenario's spans over the wire format, and keeps none of them.
func feed(sc scenario, send func(ptrace.Traces) error) error {
	var next atomic.Int64
	errs := make([]error, senders)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for errs[i] == nil {
				from := int(next.Add(int64(sc.perBatch))) - sc.perBatch
				if from >= sc.spans {
					return
				}
				errs[i] = sendOne(sc, from, send)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func sendOne(sc scenario, from int, send func(ptrace.Traces) error) error {
	td, err := overTheWire(sc.batch(from, min(sc.perBatch, sc.spans-from)))
	if err != nil {
		return err
	}
	return send(td)
}

// overTheWire gives the batch as a receiver would: every string of it an
// allocation of its own.
func overTheWire(td ptrace.Traces) (ptrace.Traces, error) {
	data, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		return ptrace.Traces{}, err
	}
	return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(data)
}

// peak is the most spans that were held, as the processor's gauge said after each batch.
type peak struct {
	mu    sync.Mutex
	spans int // guarded by mu
}

func (p *peak) look(ctx context.Context, reader metric.Reader) error {
	c, err := read(ctx, reader)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spans = max(p.spans, int(c["held_spans"]))
	return nil
}
