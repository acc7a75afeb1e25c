package main

import (
	"errors"

	"github.com/polyspan/polyspan/internal/polyglot"
)

// The processor's own metrics.
const (
	metricPrefix    = "otelcol_processor_multi_language_bridge_"
	metricTracesIn  = metricPrefix + "traces_in"
	metricTracesOut = metricPrefix + "traces_out"
	metricSpansIn   = metricPrefix + "spans_in"
	metricSpansOut  = metricPrefix + "spans_out"
	metricHeldSpans = metricPrefix + "held_spans"
)

// fragments is into how many traces one order falls.
type fragments struct{ before, after float64 }

// fragmentsPerOrder divides the traces that came and left by the orders. While the
// processor holds spans, fewer traces have left than will: their number is scaled by
// the share of the spans that have left. It is exact when nothing is held.
func fragmentsPerOrder(m polyglot.Metrics, orders int64) (fragments, error) {
	if _, ok := m[metricSpansIn]; !ok {
		return fragments{}, errors.New("the collector's own metrics have no " + metricSpansIn + ": no span has reached the processor")
	}
	if orders == 0 || m[metricSpansOut] == 0 {
		return fragments{}, errors.New("no order has passed yet")
	}
	perOrder := 1 / float64(orders)
	return fragments{
		before: m[metricTracesIn] * perOrder,
		after:  m[metricTracesOut] * (m[metricSpansIn] / m[metricSpansOut]) * perOrder,
	}, nil
}
