package main

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// counters are the processor's own, by name without the common prefix and, in
// brackets, the value of their attribute.
type counters map[string]int64

const metricPrefix = "otelcol_processor_multi_language_bridge_"

// read takes what the processor has counted so far.
func read(ctx context.Context, reader metric.Reader) (counters, error) {
	var rm metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &rm); err != nil {
		return nil, err
	}
	out := counters{}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if !ok {
				continue // the histogram of hold times
			}
			name := strings.TrimPrefix(m.Name, metricPrefix)
			for _, p := range sum.DataPoints {
				out[name+label(p.Attributes)] += p.Value
			}
		}
	}
	return out, nil
}

// label is the value of the only attribute that a counter of the processor has, "" without.
func label(attributes attribute.Set) string {
	kv, ok := attributes.Get(0)
	if !ok {
		return ""
	}
	return "[" + kv.Value.AsString() + "]"
}
