package topology

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Readers and the one who adds share a lock and nothing else; what is forgotten
// meanwhile waits until they are done.
func TestReadingWhileAdding(t *testing.T) {
	const steps = 400
	l := DefaultLimits()
	l.Wait, l.MessageWait, l.Window, l.Retention = time.Second, time.Second, 6*time.Second, 7*time.Second
	w := newWorld(t, l)
	var mu sync.Mutex
	var readers sync.WaitGroup
	done := make(chan struct{})
	for _, read := range []func(time.Time){
		func(now time.Time) { SnapshotShared(&mu, w.Graph, now) },
		func(now time.Time) { EachEdge(&mu, w.Graph, now, func(*EdgeState) {}) },
		func(now time.Time) { EachNode(&mu, w.Graph, now, func(*NodeState) {}) },
		func(time.Time) { EachAlias(&mu, w.Graph, func(Alias) {}) },
	} {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					read(testStart)
				}
			}
		})
	}
	for i := range steps {
		mu.Lock()
		for _, s := range paired(i+1, "b.shop", fmt.Sprint("b", i%50)) {
			s.at = time.Duration(i) * time.Second
			w.add(s)
		}
		mu.Unlock()
	}
	close(done)
	readers.Wait()
	require.Zero(t, w.readings)
	// Of the targets only those of the last seconds are left, or they would be 50.
	w.Advance(testStart.Add(steps*time.Second + 2*sweepInterval))
	w.Advance(testStart.Add(steps*time.Second + 4*sweepInterval))
	assert.Zero(t, w.Stats().Edges)
}
