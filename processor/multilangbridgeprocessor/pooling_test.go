package multilangbridgeprocessor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
)

// With pooled memory the pipeline takes a batch back when ConsumeTraces returns,
// unless who holds it says so.
func TestHeldBatchIsNotRecycled(t *testing.T) {
	const gate = "pdata.useProtoPooling"
	require.NoError(t, featuregate.GlobalRegistry().Set(gate, true))
	t.Cleanup(func() { require.NoError(t, featuregate.GlobalRegistry().Set(gate, false)) })

	var names []string
	next, err := consumer.NewTraces(func(_ context.Context, td ptrace.Traces) error {
		for _, rs := range td.ResourceSpans().All() {
			names = append(names, rs.ScopeSpans().At(0).Spans().At(0).Name())
		}
		return nil
	})
	require.NoError(t, err)
	b, _ := start(t, next, nil)
	for _, name := range []string{"one", "two"} {
		td := traces(t, spec{trace: tidPre, id: sid(1)})
		td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetName(name)
		require.NoError(t, b.ConsumeTraces(t.Context(), td))
		pref.UnrefTraces(td)
	}
	require.NoError(t, b.Shutdown(t.Context()))
	assert.Equal(t, []string{"one", "two"}, names)
}
