package bench

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// sink counts the spans that come out of a pipeline, and forgets metrics.
type sink struct{ spans atomic.Int64 }

var (
	_ consumer.Traces  = (*sink)(nil)
	_ consumer.Metrics = (*sink)(nil)
)

// Capabilities says that nothing is changed.
func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces counts and forgets.
func (s *sink) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	s.spans.Add(int64(td.SpanCount()))
	return nil
}

// ConsumeMetrics forgets.
func (*sink) ConsumeMetrics(context.Context, pmetric.Metrics) error { return nil }

const (
	pollEvery = 5 * time.Millisecond
	// giveUpAfter so long without a new span the rest counts as lost; components
	// here hold a trace for one or two seconds.
	giveUpAfter = 5 * time.Second
)

// await waits until want spans came out or no more come, and returns their number.
func (s *sink) await(ctx context.Context, want int64) (int64, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	last, since := s.spans.Load(), time.Now()
	for last < want && time.Since(since) < giveUpAfter {
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-tick.C:
		}
		if now := s.spans.Load(); now != last {
			last, since = now, time.Now()
		}
	}
	return last, nil
}
