package multilangbridgeprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
	"go.uber.org/zap"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

const (
	minRetry = 50 * time.Millisecond
	maxRetry = 5 * time.Second
	// shutdownRetry bounds the retries of all deliveries after Shutdown began.
	shutdownRetry = 5 * time.Second
)

// release is the releaser: it delivers batches, oldest first, when they are due,
// when room is wanted, or when the processor stops. It ends when the processor
// has stopped and nothing is held. Once ctx has ended each batch is tried once.
func (b *bridge) release(ctx context.Context) {
	defer close(b.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var verdicts []merge.Verdict
	for {
		h, l, wait := b.take(verdicts[:0])
		if l.kept {
			if wait < 0 {
				return
			}
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-b.wake:
			}
			continue
		}
		verdicts = l.verdicts
		b.tel.stats(ctx, l.stats)
		if wait > 0 {
			b.tel.early(ctx, h.spans)
		}
		if h.forward {
			spans := h.spans
			if b.dedupe != nil {
				var dropped int
				l.verdicts, dropped = b.dedupe.drop(h.td, l.verdicts, time.Now())
				b.tel.duplicates(ctx, dropped)
				spans -= dropped
			}
			b.edit.apply(h.td, l.verdicts, l.moved)
			shiftTimes(h.td, b.shifts(h.td))
			b.deliver(ctx, h.td, spans)
			pref.UnrefTraces(h.td)
			b.tel.held(ctx, load{}.minus(h.load))
			b.tel.holdTime(ctx, time.Since(h.since))
		}
		b.released(h.load)
	}
}

// take gives the oldest batch if it is to leave now, with what goes with it and
// how much before its time it leaves. Else leaving.kept is set, and the duration
// is how long to wait; it is negative when all is done.
func (b *bridge) take(verdicts []merge.Verdict) (held, leaving, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) == 0 {
		if b.stopping {
			return held{}, leaving{kept: true}, -1
		}
		return held{}, leaving{kept: true}, time.Hour
	}
	now := time.Now()
	h := b.queue[0]
	early := h.due.Sub(now)
	if early > 0 && !b.crowded() && !b.stopping {
		return held{}, leaving{kept: true}, early
	}
	b.queue[0] = held{}
	b.queue = b.queue[1:]
	verdicts = b.store.Release(now.UnixNano(), h.spans, verdicts)
	if b.stopping {
		early = 0
	}
	return h, leaving{verdicts: verdicts, moved: b.moved(h.links), stats: b.newStats()}, early
}

// deliver hands a batch to the next component. What it refuses for now is tried
// again, with growing pauses, until it is taken or ctx ends; meanwhile the held
// spans fill up to the bound and senders are turned away (M13).
func (b *bridge) deliver(ctx context.Context, td ptrace.Traces, spans int) {
	if spans == 0 {
		return // all were duplicates
	}
	for pause := minRetry; ; pause = min(2*pause, maxRetry) {
		err := b.next.ConsumeTraces(ctx, td)
		if err == nil {
			b.setFailing(false)
			b.tel.out(ctx, spans)
			return
		}
		if consumererror.IsPermanent(err) {
			b.setFailing(false) // it answers: the next batch may be taken
			b.tel.undelivered(ctx, spans, "permanent")
			b.log.Error("next component refused spans for good", zap.Int("spans", spans), zap.Error(err))
			return
		}
		if b.setFailing(true) {
			b.log.Warn("next component refuses spans, will retry", zap.Error(err))
		}
		select {
		case <-time.After(pause):
			continue
		case <-b.giveUp:
		case <-ctx.Done():
		}
		b.tel.undelivered(ctx, spans, "shutdown")
		b.log.Error("spans could not be delivered before shutdown ended", zap.Int("spans", spans), zap.Error(err))
		return
	}
}

// setFailing notes whether deliveries fail, and reports whether that is new.
func (b *bridge) setFailing(failing bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failing == failing {
		return false
	}
	b.failing = failing
	b.notify()
	return true
}
