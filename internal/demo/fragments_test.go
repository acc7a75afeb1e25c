package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/internal/polyglot"
)

func TestFragmentsPerOrder(t *testing.T) {
	tests := []struct {
		name    string
		metrics polyglot.Metrics
		orders  int64
		want    fragments
		wantErr string
	}{
		{
			name:    "all have left",
			metrics: polyglot.Metrics{metricTracesIn: 500, metricTracesOut: 100, metricSpansIn: 1300, metricSpansOut: 1300},
			orders:  100, want: fragments{before: 5, after: 1},
		},
		{
			name:    "a quarter is held",
			metrics: polyglot.Metrics{metricTracesIn: 500, metricTracesOut: 75, metricSpansIn: 1300, metricSpansOut: 975},
			orders:  100, want: fragments{before: 5, after: 1},
		},
		{name: "no span yet", metrics: polyglot.Metrics{"other": 1}, orders: 1, wantErr: "no span has reached the processor"},
		{name: "none has left", metrics: polyglot.Metrics{metricSpansIn: 13}, orders: 1, wantErr: "no order has passed yet"},
		{name: "no order", metrics: polyglot.Metrics{metricSpansIn: 13, metricSpansOut: 13}, wantErr: "no order has passed yet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := fragmentsPerOrder(tt.metrics, tt.orders)
			if tt.wantErr != "" {
				require.ErrorContains(t, err, tt.wantErr)
				return
			}
			require.NoError(t, err)
			assert.InDelta(t, tt.want.before, got.before, 1e-9)
			assert.InDelta(t, tt.want.after, got.after, 1e-9)
		})
	}
}
