package bench

import (
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/spanmetricsconnector"
	"github.com/stretchr/testify/require"
)

// BenchmarkContests measures each pipeline of each contest by itself, and the
// making of its input, which is inside the figures of the others. Components that
// hold spans make the time per batch meaningless, so say how many: -benchtime 40x.
func BenchmarkContests(b *testing.B) {
	for _, c := range Contests() {
		b.Run(c.Name, func(b *testing.B) {
			for _, p := range append([]Pipeline{{Name: "input alone"}, c.Ours}, c.Peers...) {
				b.Run(p.Name, func(b *testing.B) { benchmark(b, p, c.Load) })
			}
		})
	}
}

// BenchmarkSpanMetrics is a yardstick for what counting spans costs at least: the
// connector looks at each span alone and pairs nothing.
func BenchmarkSpanMetrics(b *testing.B) {
	benchmark(b, Pipeline{"spanmetricsconnector", []Stage{{spanmetricsconnector.NewFactory(), map[string]any{
		"metrics_flush_interval": "60s",
	}}}}, Load{})
}

func benchmark(b *testing.B, p Pipeline, l Load) {
	b.Helper()
	l.Batches = b.N
	cost, err := Measure(b.Context(), p, l)
	require.NoError(b, err)
	b.ReportMetric(0, "ns/op") // the wall clock says nothing here
	for _, u := range units {
		b.ReportMetric(u.of(cost), u.name)
	}
}
