package main

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// sink counts the spans that leave, by a bit for each.
type sink struct {
	mu sync.Mutex
	// Guarded by mu:
	seen    []uint64 // a bit for every span number
	out     int
	strange int // spans that left twice or were never sent
}

func newSink(spans int) *sink { return &sink{seen: make([]uint64, (spans+63)/64)} }

func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *sink) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				s.note(number(span.SpanID()))
			}
		}
	}
	return nil
}

// note marks a span as left. mu is held.
func (s *sink) note(n int) {
	s.out++
	if n < 0 || n/64 >= len(s.seen) || s.seen[n/64]&(1<<(n%64)) != 0 {
		s.strange++
		return
	}
	s.seen[n/64] |= 1 << (n % 64)
}
