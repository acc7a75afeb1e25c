package multilangbridgeprocessor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/metadatatest"
)

// M12: what is equal in every part leaves once; what only shares its ids stays.
func TestDuplicates(t *testing.T) {
	span := spec{service: "a", trace: tidPre, id: sid(3), kind: ptrace.SpanKindServer, start: 1, end: 2, attrs: map[string]any{"k": "v"}}
	failed := span
	failed.attrs = map[string]any{"k": "other"}
	elsewhere := span
	elsewhere.service = "b"
	other := spec{service: "a", trace: tidPre, id: sid(4), parent: sid(3), kind: ptrace.SpanKindInternal, start: 1, end: 2}
	tests := []struct {
		name       string
		batches    [][]spec
		duplicates bool
		want       int
	}{
		{"a retried export", [][]spec{{span, other}, {span, other}}, true, 2},
		{"twice in one batch", [][]spec{{span, span, other}}, true, 2},
		{"three times", [][]spec{{span}, {span}, {other, span}}, true, 2},
		{"different content", [][]spec{{span}, {failed}}, true, 2},
		{"another service", [][]spec{{span}, {elsewhere}}, true, 2},
		{"not asked for", [][]spec{{span, other}, {span, other}}, false, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &sink{}
				b, tel := start(t, next, func(c *Config) { c.Repair.Duplicates = tt.duplicates })
				sent := 0
				for _, specs := range tt.batches {
					require.NoError(t, b.ConsumeTraces(t.Context(), traces(t, specs...)))
					sent += len(specs)
				}
				time.Sleep(2 * defaultWait)
				synctest.Wait()
				assert.Equal(t, tt.want, next.SpanCount())
				if dropped := sent - tt.want; dropped > 0 {
					metadatatest.AssertEqualProcessorMultiLanguageBridgeDuplicateSpans(t, tel, []metricdata.DataPoint[int64]{{Value: int64(dropped)}}, metricdatatest.IgnoreTimestamp())
				}
				for _, td := range next.AllTraces() {
					for _, rs := range td.ResourceSpans().All() {
						assert.NotZero(t, rs.ScopeSpans().Len(), "no empty resource is left behind")
					}
				}
			})
		})
	}
}
