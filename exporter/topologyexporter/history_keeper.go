package topologyexporter

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/history"
)

// keeper does what has to be done from time to time: it feeds the break detector,
// writes the history and saves the state, all in one goroutine.
type keeper struct {
	e      *topologyExporter
	id     component.ID
	client storage.Client // nil without a storage extension

	harvested time.Time
	failing   bool // the last harvest failed, and was logged
	stop      chan struct{}
	done      sync.WaitGroup
}

const (
	// tickEvery is how often it looks what there is to do.
	tickEvery = time.Second
	// harvestEvery is how often the history is written, or once a slot if that is less.
	harvestEvery = 10 * time.Second
)

// newKeeper makes what is kept in memory; the rest comes with start.
func newKeeper(e *topologyExporter, id component.ID) (*keeper, error) {
	k := &keeper{e: e, id: id}
	var w topology.Watcher
	var err error
	if e.breaks, err = newBreakFinder(e.cfg); err != nil {
		return nil, err
	}
	e.breaks.watch(&w)
	if e.cfg.History.Retention > 0 {
		e.history = newHistorian(&e.mu, e.graph, e.cfg.Pending.Wait)
		w.Outside = e.history.late.outside
		if e.history.store, err = history.New(k.options(nil)); err != nil {
			return nil, err
		}
	}
	e.graph.Watch(w)
	return k, nil
}

// options are those of the history in the blobs, or in memory.
func (k *keeper) options(b history.Blobs) history.Options {
	cfg := &k.e.cfg.History
	return history.Options{
		Width:     k.e.graph.SlotWidth(),
		Retention: cfg.Retention,
		MaxBytes:  int64(cfg.MaxMiB) << 20,
		Blobs:     b,
	}
}

// start opens the storage, restores what is in it, and begins to tick.
func (k *keeper) start(ctx context.Context, host component.Host) error {
	if id := k.e.cfg.History.Storage; id != nil {
		client, err := openStorage(ctx, host, *id, k.id)
		if err != nil {
			return err
		}
		k.client = client
		if err := k.restore(ctx, blobs{client}); err != nil {
			return errors.Join(err, client.Close(ctx))
		}
	}
	k.stop = make(chan struct{})
	k.done.Go(k.run)
	return nil
}

func (k *keeper) restore(ctx context.Context, b history.Blobs) error {
	e := k.e
	e.restart = &restart{blobs: b, lock: &e.mu, graph: e.graph, now: e.now, logger: e.settings.Logger}
	e.restart.restore(ctx)
	if e.history == nil {
		return nil
	}
	store, err := history.Open(ctx, k.options(b))
	if store == nil {
		return err
	}
	if err != nil {
		e.settings.Logger.Warn("Cannot read the saved history: it begins anew", zap.Error(err))
	}
	e.history.store = store
	return nil
}

func (k *keeper) run() {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-tick.C:
			k.tick(context.Background(), k.e.now())
		}
	}
}

// tick does what is due.
func (k *keeper) tick(ctx context.Context, now time.Time) {
	e := k.e
	e.breaks.tick(now)
	if e.history != nil && now.Sub(k.harvested) >= min(harvestEvery, e.graph.SlotWidth()) {
		k.harvested = now
		k.note(e.history.harvest(ctx, now))
	}
	e.restart.tick(ctx, now)
}

// note logs the first of several failures; the store counts them.
func (k *keeper) note(err error) {
	if err != nil && !k.failing {
		k.e.settings.Logger.Error("Cannot write all of the history: it stays in memory within its bound, and is tried again", zap.Error(err))
	}
	k.failing = err != nil
}

// shutdown waits for the last tick, and saves everything as it is.
func (k *keeper) shutdown(ctx context.Context) error {
	if k.stop == nil {
		return nil
	}
	close(k.stop)
	k.done.Wait()
	k.stop = nil
	now := k.e.now()
	if k.e.history != nil {
		k.note(k.e.history.finish(ctx, now))
	}
	k.e.restart.commit(ctx)
	if k.client == nil {
		return nil
	}
	return k.client.Close(ctx)
}
