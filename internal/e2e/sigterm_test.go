package e2e

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// spansBeforeTerm is how many spans have arrived when the collector is told to end:
// enough that the processor holds some and the services are sending more.
const spansBeforeTerm = 500

func TestSigtermInLoad(t *testing.T) {
	ctx := bounded(t)
	r := newRig(ctx, t)
	r.startSystem(ctx, t)
	load, endLoad := context.WithCancel(ctx)
	defer endLoad()
	var senders sync.WaitGroup
	defer senders.Wait()
	for range mergeConcurrency {
		senders.Go(func() {
			for load.Err() == nil {
				r.system.SendOne(load)
			}
		})
	}
	require.Eventually(t, func() bool { return len(r.before.all()) >= spansBeforeTerm }, arrivalTimeout, 10*time.Millisecond)
	require.NoError(t, r.collector.Stop())
	endLoad()
	senders.Wait()

	before, after := r.before.all(), r.after.all()
	t.Logf("%d spans accepted until the end, %d left", len(before), len(after))
	assertSameSpans(t, before, after)
	// The services have lost their collector: whether they complain is theirs.
	if err := r.system.Stop(); err != nil {
		t.Log(err)
	}
}
