package topologyexporter

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/checkpoint"
	"github.com/polyspan/polyspan/topology/history"
)

// saveEvery is how often the state is saved while nobody scrapes: what a kill may lose.
const saveEvery = 30 * time.Second

// restart saves the state of the graph, and brings it back. A nil restart does nothing.
//
// Counters that were shown are on disk before they are shown ([restart.commit]). A
// restored counter is therefore never below what Prometheus saw last; otherwise it would
// take the step back for a restart from 0, and count everything once more.
type restart struct {
	blobs  history.Blobs
	lock   sync.Locker // of the graph
	graph  *topology.Graph
	now    func() time.Time
	logger *zap.Logger
	failed atomic.Uint64

	mu    sync.Mutex // guards what follows; held while the state is saved
	saver checkpoint.Saver
	saved time.Time
	// failing: the last save failed, and was logged.
	failing bool
}

// restore brings the saved state back into an empty graph. What cannot be read is
// logged, and the exporter begins without it.
func (r *restart) restore(ctx context.Context) {
	r.lock.Lock()
	loaded, err := checkpoint.Load(ctx, r.blobs, r.graph)
	r.lock.Unlock()
	if err != nil {
		r.logger.Warn("Cannot restore all of the saved topology: it begins anew where it could not be read",
			zap.Error(err), zap.Int("edges restored", loaded.Edges), zap.Int("damaged parts", loaded.Damaged))
		return
	}
	if !loaded.Saved.IsZero() {
		r.logger.Info("Restored the topology", zap.Time("saved", loaded.Saved), zap.Int("edges", loaded.Edges),
			zap.Int("nodes", loaded.Nodes), zap.Int("refused by bounds", loaded.Refused))
	}
}

// commit saves the state, so that what was read from the graph before may be shown.
func (r *restart) commit(ctx context.Context) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.save(ctx, r.now())
}

// tick saves the state when it is time to.
func (r *restart) tick(ctx context.Context, now time.Time) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.saved) >= saveEvery {
		r.save(ctx, now)
	}
}

// save counts a failure, and logs the first of several.
func (r *restart) save(ctx context.Context, now time.Time) {
	r.saved = now
	err := r.saver.Save(ctx, r.blobs, r.lock, r.graph, now)
	if err == nil {
		r.failing = false
		return
	}
	r.failed.Add(1)
	if !r.failing {
		r.logger.Error("Cannot save the topology: a restart will not go on from here until it can", zap.Error(err))
	}
	r.failing = true
}
