package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

const (
	pauseName = "call while all held spans expire"
	// pauseWait is how long spans are held, longer than it takes to send them all.
	pauseWait = 3 * time.Second
	// pauseBatches are held and expire within the time it took to send them.
	pauseBatches = 25
	probeEvery   = time.Millisecond
	// worstOf is the share of calls that may take longer than what is reported.
	worstOf = 0.001
)

// RunPauses measures how long the slowest call to ConsumeTraces takes while 51
// thousand held spans expire at once: one in a thousand may take longer. It uses
// two processors, so that a call waits for a lock and not for its turn.
func RunPauses(ctx context.Context, set Settings) ([]Result, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	pipelines := []Pipeline{
		merge(pauseWait.String()),
		{"groupbytraceprocessor", []Stage{groupByTrace(pauseWait.String())}},
	}
	figures := make([][]float64, len(pipelines))
	for n := range set.Rounds {
		set.Progress(fmt.Sprintf("%s: round %d of %d", pauseName, n+1, set.Rounds))
		for i := range pipelines {
			at := (i + n) % len(pipelines)
			longest, err := pause(ctx, pipelines[at])
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", pauseName, pipelines[at].Name, err)
			}
			figures[at] = append(figures[at], float64(longest)/float64(time.Millisecond))
		}
	}
	var out []Result
	ours := medianOf(figures[0])
	for i, p := range pipelines[1:] {
		version, err := set.Version(p)
		if err != nil {
			return nil, err
		}
		theirs := medianOf(figures[i+1])
		out = append(out, Result{
			Name: pauseName, Unit: "ms p99.9", Ours: ours, Peer: p.Name, PeerVersion: version, Theirs: theirs, Ratio: theirs / ours,
		})
	}
	return out, nil
}

// pause fills a pipeline and, while what it holds expires, brings one small batch
// after the other. It returns how long the slowest of them took.
func pause(ctx context.Context, p Pipeline) (time.Duration, error) {
	f, err := Load{Owned: true}.feed(time.Now())
	if err != nil {
		return 0, err
	}
	small, err := Load{Owned: true, Traces: 1}.feed(time.Now())
	if err != nil {
		return 0, err
	}
	small.next = distinct << 32 // another generation than those that are held
	out := &sink{}
	r, err := p.start(ctx, outlet{traces: out, metrics: out})
	if err != nil {
		return 0, err
	}
	calls, err := r.probe(ctx, f, small, out)
	err = errors.Join(err, r.shutdown(ctx))
	if err != nil {
		return 0, err
	}
	slices.Sort(calls)
	return calls[len(calls)-1-int(worstOf*float64(len(calls)))], nil
}

// probe returns how long each of the small batches took that came from the moment
// the first held span was due until all of them were out.
func (r *running) probe(ctx context.Context, f, small *feed, out *sink) ([]time.Duration, error) {
	begin := time.Now()
	sent := int64(0)
	for range pauseBatches {
		td := f.batch()
		sent += int64(td.SpanCount())
		if err := r.first.ConsumeTraces(ctx, td); err != nil {
			return nil, err
		}
	}
	if time.Since(begin) > pauseWait {
		return nil, errors.New("spans expired before all were sent; the machine is too slow for this")
	}
	time.Sleep(time.Until(begin.Add(pauseWait)))
	var calls []time.Duration
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for end := time.Now().Add(giveUpAfter); out.spans.Load() < int64(minOut*float64(sent)) && time.Now().Before(end); {
		<-tick.C
		td := small.batch()
		at := time.Now()
		if err := r.first.ConsumeTraces(ctx, td); err != nil {
			return nil, err
		}
		calls = append(calls, time.Since(at))
	}
	if len(calls) == 0 {
		return nil, errors.New("everything left before the first call")
	}
	return calls, nil
}
