package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor"
)

// through takes batches and gives what is made of them. Late batches are to be
// sent when onTime.spans spans have left.
type through func(ctx context.Context, onTime wave, late []ptrace.Traces) ([]ptrace.Traces, error)

// wave is what is sent at once.
type wave struct {
	batches []ptrace.Traces
	spans   int // different ones
}

// How long the processor holds spans: until it is shut down, or, where spans are
// to come late, just long enough for the others to be sent together.
const (
	waitForShutdown = "10m"
	waitForLate     = "2s"
	// lateLimit bounds the time until all spans that are not late have left.
	lateLimit = time.Minute
)

// processorWith sends the batches of every call through a processor of its own.
func processorWith(override map[string]any) through {
	return func(ctx context.Context, onTime wave, late []ptrace.Traces) ([]ptrace.Traces, error) {
		return send(ctx, override, onTime, late)
	}
}

func send(ctx context.Context, override map[string]any, onTime wave, late []ptrace.Traces) ([]ptrace.Traces, error) {
	wait := waitForShutdown
	if len(late) > 0 {
		wait = waitForLate
	}
	out := &sink{}
	p, err := newProcessor(ctx, map[string]any{"wait": wait, "max_held_spans": maxHeld}, override, out)
	if err != nil {
		return nil, err
	}
	if err := p.Start(ctx, nowhere{}); err != nil {
		return nil, err
	}
	if err := feed(ctx, p, onTime.batches); err != nil {
		return nil, err
	}
	if len(late) > 0 {
		if err := out.settle(ctx, onTime.spans); err != nil {
			return nil, err
		}
		if err := feed(ctx, p, late); err != nil {
			return nil, err
		}
	}
	if err := p.Shutdown(ctx); err != nil {
		return nil, err
	}
	return out.batches, nil
}

// maxHeld is more than a window has spans: nothing leaves before its time.
const maxHeld = 10_000_000

func newProcessor(ctx context.Context, base, override map[string]any, next consumer.Traces) (processor.Traces, error) {
	factory := multilangbridgeprocessor.NewFactory()
	conf := confmap.NewFromStringMap(base)
	if err := conf.Merge(confmap.NewFromStringMap(override)); err != nil {
		return nil, err
	}
	cfg := factory.CreateDefaultConfig()
	if err := conf.Unmarshal(cfg); err != nil {
		return nil, err
	}
	if err := confmap.Validate(cfg); err != nil {
		return nil, err
	}
	set := processor.Settings{
		ID: component.NewID(factory.Type()),
		TelemetrySettings: component.TelemetrySettings{
			Logger: zap.NewNop(), TracerProvider: nooptrace.NewTracerProvider(), MeterProvider: noopmetric.NewMeterProvider(),
			Resource: pcommon.NewResource(),
		},
		BuildInfo: component.NewDefaultBuildInfo(),
	}
	return factory.CreateTraces(ctx, set, cfg, next)
}

func feed(ctx context.Context, to consumer.Traces, batches []ptrace.Traces) error {
	for _, td := range batches {
		if err := to.ConsumeTraces(ctx, td); err != nil {
			return err
		}
	}
	return nil
}

// nowhere is a host without extensions.
type nowhere struct{}

func (nowhere) GetExtensions() map[component.ID]component.Component { return nil }

// sink keeps what leaves the processor.
type sink struct {
	mu sync.Mutex
	// Guarded by mu:
	batches []ptrace.Traces
	spans   int
}

func (s *sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *sink) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, td)
	s.spans += td.SpanCount()
	return nil
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spans
}

// settle waits until the spans have left, and then for a moment, for copies of them.
func (s *sink) settle(ctx context.Context, spans int) error {
	const pause = 100 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, lateLimit)
	defer cancel()
	for done := false; !done; {
		done = s.count() >= spans
		select {
		case <-ctx.Done():
			return fmt.Errorf("only %d of %d spans left within %v", s.count(), spans, lateLimit)
		case <-time.After(pause):
		}
	}
	return nil
}
