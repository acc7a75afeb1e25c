package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/polyspan/polyspan/internal/polyglot"
)

const (
	// ordersPerSecond is the rate of the traffic.
	ordersPerSecond = 10
	// maxInFlight bounds the orders under way; while it is reached no new one is sent.
	maxInFlight = 32
	// statusInterval is the pause between two status lines.
	statusInterval = 10 * time.Second
)

// sender posts one order.
type sender interface {
	SendOne(ctx context.Context) polyglot.Result
}

// monitor says how the run is going: a line for the user, or an error that ends it.
type monitor interface {
	status(ctx context.Context, c counts) (string, error)
}

// counts are the orders so far.
type counts struct {
	sent, succeeded int64
	// firstErr is the first order's that failed.
	firstErr error
}

// traffic sends orders at a steady rate and counts what becomes of them.
type traffic struct {
	sender sender

	mu     sync.Mutex
	counts counts // guarded by mu
}

func newTraffic(s sender) *traffic { return &traffic{sender: s} }

func (t *traffic) soFar() counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts
}

// run sends orders until ctx is done or the duration, if any, is over, writes a status
// line every statusInterval, and returns after the last answer. Orders under way are
// not broken off. Its error is the monitor's.
func (t *traffic) run(ctx context.Context, out io.Writer, duration time.Duration, m monitor) error {
	orderCtx := context.WithoutCancel(ctx)
	if duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, duration)
		defer cancel()
	}
	var underWay sync.WaitGroup
	defer underWay.Wait()
	slots := make(chan struct{}, maxInFlight)
	next := time.NewTicker(time.Second / ordersPerSecond)
	defer next.Stop()
	report := time.NewTicker(statusInterval)
	defer report.Stop()
	begin := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-report.C:
			line, err := m.status(ctx, t.soFar())
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%5.0fs  %s\n", time.Since(begin).Seconds(), line)
		case <-next.C:
			select {
			case slots <- struct{}{}:
			default:
				continue
			}
			underWay.Go(func() {
				defer func() { <-slots }()
				t.sendOne(orderCtx)
			})
		}
	}
}

func (t *traffic) sendOne(ctx context.Context) {
	t.mu.Lock()
	t.counts.sent++
	t.mu.Unlock()
	r := t.sender.SendOne(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.Err == nil {
		t.counts.succeeded++
		return
	}
	if t.counts.firstErr == nil {
		t.counts.firstErr = r.Err
	}
}
