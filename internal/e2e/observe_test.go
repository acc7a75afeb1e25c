package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const observeRequests = 50

func TestObserveLeavesIDs(t *testing.T) {
	ctx := bounded(t)
	r := newRig(ctx, t, "POLYSPAN_MODE=observe")
	r.startSystem(ctx, t)
	r.sendAll(ctx, t, observeRequests)
	require.NoError(t, r.system.Stop())
	require.Eventually(t, func() bool { return len(r.after.all()) >= len(r.before.all()) }, arrivalTimeout, 100*time.Millisecond,
		"the processor still holds spans")
	require.NoError(t, r.collector.Stop())

	count := map[string]int{}
	for _, s := range r.before.all() {
		count[s.exact]++
	}
	require.NotEmpty(t, count)
	for _, s := range r.after.all() {
		count[s.exact]--
	}
	changed := 0
	for _, n := range count {
		if n != 0 {
			changed++
		}
	}
	assert.Zero(t, changed, "spans that differ, byte for byte, before and after")
}
