package multilangbridgeprocessor

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// rememberFactor is how many times wait the ids of traces that left are remembered (M2).
const rememberFactor = 10

// held is a batch that waits. In observe mode it has no data: that has gone on.
type held struct {
	load

	td      ptrace.Traces
	since   time.Time
	due     time.Time
	links   []merge.TraceID
	forward bool
}

var (
	errStopped = errors.New("multi_language_bridge is shut down")
	errFull    = errors.New(`multi_language_bridge holds "max_held_spans" or "max_held_mib" and the next component refuses data: retry later`)
)

// bridge is the processor. A batch is normalised and read by the goroutine that
// brings it, held in a queue, and delivered by one goroutine (release.go) in the
// order of arrival.
type bridge struct {
	cfg     *Config
	id      component.ID
	limit   load
	next    consumer.Traces
	log     *zap.Logger
	tel     *recorder
	edit    editor
	dedupe  *dedupe    // nil if duplicates are kept
	workers sync.Pool  // of *worker
	infer   *inference // nil if nothing is inferred

	mu sync.Mutex
	// Guarded by mu:
	store    *merge.Store
	recorded merge.Stats // what the telemetry has of the store's counts
	queue    []held      // oldest first
	holding  load        // in queue and in delivery
	wanted   load        // for which senders wait
	failing  bool        // the next component refused the last delivery
	stopping bool
	room     chan struct{} // closed and replaced when holding falls or failing changes

	wake   chan struct{} // one pending signal for the releaser
	giveUp chan struct{} // closed when shutdown has retried long enough
	cancel context.CancelFunc
	done   chan struct{} // closed when the releaser has ended
}

func newBridge(set processor.Settings, cfg *Config, next consumer.Traces) (*bridge, error) {
	tel, err := newRecorder(set.TelemetrySettings, cfg.Join.CustomKeys)
	if err != nil {
		return nil, err
	}
	b := &bridge{
		cfg: cfg, id: set.ID, limit: load{cfg.MaxHeldSpans, cfg.MaxHeldMiB << 20}, next: next, log: set.Logger, tel: tel,
		edit:   editor{mode: cfg.Mode, keys: cfg.Join.CustomKeys},
		store:  merge.New(storeConfig(cfg)),
		room:   make(chan struct{}),
		wake:   make(chan struct{}, 1),
		giveUp: make(chan struct{}),
	}
	if cfg.Repair.Duplicates && cfg.Mode == ModeRewrite {
		b.dedupe = newDedupe(2*cfg.Wait, cfg.MaxHeldSpans)
	}
	if cfg.Infer.Enabled {
		b.infer, err = newInference(cfg, b.inferred, tel, set.Logger)
		if err != nil {
			return nil, err
		}
	}
	b.workers.New = func() any { return newWorker(cfg) }
	return b, nil
}

func storeConfig(cfg *Config) merge.Config {
	mc := merge.Config{
		Identity: cfg.Join.Identity, MaxFanIn: cfg.Join.MaxFanIn, MaxTraceSpans: cfg.Join.MaxTraceSpans,
		ClockSkew:   cfg.Repair.ClockSkew != ClockSkewOff,
		SharedSpans: cfg.Repair.SharedSpans, MissingParents: cfg.Repair.MissingParents,
		Remember: rememberFactor * cfg.Wait, MaxRemembered: cfg.MaxHeldSpans,
	}
	for _, k := range cfg.Join.CustomKeys {
		mc.Keys = append(mc.Keys, merge.Key{Evidence: merge.EvidenceCustom, MaxAge: k.MaxAge, Keep: max(k.MaxAge, cfg.Wait)})
		mc.Remember = max(mc.Remember, k.MaxAge)
	}
	// The other keys, in the order of keysOf, are known as long as traces are.
	add := func(e merge.Evidence) {
		mc.Keys = append(mc.Keys, merge.Key{Evidence: e, MaxAge: mc.Remember, Keep: mc.Remember})
	}
	if cfg.Join.RequestID {
		add(merge.EvidenceRequestID)
	}
	if cfg.Join.MessageKeys {
		add(merge.EvidenceMessageOffset)
		add(merge.EvidenceMessageID)
	}
	return mc
}

// Capabilities says whether the data is changed: in observe mode it is not.
func (b *bridge) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: b.cfg.Mode != ModeObserve}
}

// Start starts the releaser.
func (b *bridge) Start(ctx context.Context, host component.Host) error {
	if b.cfg.Wait == 0 {
		return nil
	}
	if b.infer != nil {
		models, err := openModels(ctx, host, b.cfg.Infer.Storage, b.id)
		if err != nil {
			return err
		}
		b.infer.models = models
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b.cancel = cancel
	b.done = make(chan struct{})
	if b.infer != nil {
		go b.infer.run(ctx)
	}
	go b.release(ctx)
	return nil
}

// ConsumeTraces takes a batch in. It returns once the batch is held, or has been
// passed on; at the bound it waits for room until ctx ends.
func (b *bridge) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	w := b.workers.Get().(*worker)
	defer b.workers.Put(w)
	size := load{spans: td.SpanCount()}
	if b.cfg.Wait == 0 || size.spans == 0 {
		if w.normalizer != nil {
			b.tel.normalized(ctx, w.normalizer.traces(td))
		}
		return b.pass(ctx, td, size.spans)
	}
	batch, bytes, rewritten := w.read(td)
	b.tel.normalized(ctx, rewritten)
	h := held{links: slices.Clone(batch.Links)}
	if h.forward = b.cfg.Mode != ModeObserve; h.forward {
		h.td, size.bytes = td, bytes
		pref.RefTraces(td) // until it is delivered, or below if it is not held
	}
	h.load = size
	var told *arrival
	if b.infer != nil {
		told = b.infer.read(td, batch)
	}
	taken, err := b.hold(ctx, batch, h)
	if told != nil {
		b.infer.tell(ctx, told, taken.kept)
	}
	if taken.kept && h.forward {
		b.tel.in(ctx, size.spans)
		b.tel.held(ctx, size)
		return nil
	}
	if h.forward {
		defer pref.UnrefTraces(td)
	}
	if err != nil {
		return err
	}
	if !taken.kept {
		b.edit.apply(td, taken.verdicts, taken.moved)
		b.tel.stats(ctx, taken.stats)
	}
	if !size.within(b.limit) {
		b.tel.early(ctx, size.spans)
	}
	return b.pass(ctx, td, size.spans)
}

// leaving is what goes with a batch that leaves.
type leaving struct {
	verdicts []merge.Verdict
	moved    map[merge.TraceID]merge.TraceID
	stats    merge.Stats // since the last
	kept     bool        // it does not leave yet
}

// hold queues the batch, unless it is to be passed on at once: all its traces
// have left already, or it is larger than the bound.
func (b *bridge) hold(ctx context.Context, batch *merge.Batch, h held) (leaving, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.makeRoom(ctx, h.load); err != nil {
		return leaving{}, err
	}
	if !h.within(b.limit) || b.store.AllFixed(batch) {
		return leaving{verdicts: b.store.Lookup(batch, nil), moved: b.moved(h.links), stats: b.newStats()}, nil
	}
	now := time.Now()
	h.since = now
	h.due = now.Add(b.cfg.Wait)
	b.store.Insert(now.UnixNano(), batch)
	b.queue = append(b.queue, h)
	b.holding = b.holding.plus(h.load)
	if len(b.queue) == 1 {
		b.signal()
	}
	return leaving{kept: true}, nil
}

// inferred takes what inference found about spans that are held.
func (b *bridge) inferred(found []merge.Inferred) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.store.Infer(found)
}

// newStats is what the store counted since the last call. mu is held.
func (b *bridge) newStats() merge.Stats {
	now := b.store.Stats()
	since := now.Since(b.recorded)
	b.recorded = now
	return since
}

// moved maps the linked traces that left, or will, under another id. mu is held.
func (b *bridge) moved(links []merge.TraceID) map[merge.TraceID]merge.TraceID {
	var moved map[merge.TraceID]merge.TraceID
	for _, t := range links {
		if to, ok := b.store.Moved(t); ok {
			if moved == nil {
				moved = make(map[merge.TraceID]merge.TraceID)
			}
			moved[t] = to
		}
	}
	return moved
}

func (b *bridge) pass(ctx context.Context, td ptrace.Traces, spans int) error {
	if err := b.next.ConsumeTraces(ctx, td); err != nil {
		return err
	}
	b.tel.in(ctx, spans)
	b.tel.out(ctx, spans)
	return nil
}

// signal wakes the releaser. A pending signal is enough.
func (b *bridge) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Shutdown refuses new spans, delivers all that are held and waits for that until
// ctx ends. What the next component refuses is tried again for shutdownRetry only.
// It may be called without Start, and twice.
func (b *bridge) Shutdown(ctx context.Context) error {
	if b.infer != nil && b.cancel != nil {
		b.infer.shutdown(ctx) // first: what it finds last is for what is held
	}
	b.mu.Lock()
	first := !b.stopping
	b.stopping = true
	b.notify()
	b.mu.Unlock()
	if b.cancel == nil {
		return nil
	}
	b.signal()
	defer b.cancel()
	if first {
		stop := time.AfterFunc(shutdownRetry, func() { close(b.giveUp) })
		defer stop.Stop()
	}
	select {
	case <-b.done:
		return nil
	case <-ctx.Done():
		b.cancel()
		<-b.done
		return ctx.Err()
	}
}
