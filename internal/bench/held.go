package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/internal/bench/gen"
)

// Holders returns the pipelines whose memory per held span is compared, ours first.
// None lets a span go while it is measured.
func Holders() []Pipeline {
	const wait = "10m"
	ours, tail, group := merge(wait), tailSampling(wait), groupByTrace(wait)
	tail.Config["drop_pending_traces_on_shutdown"] = true
	return []Pipeline{
		ours,
		{"tailsamplingprocessor", []Stage{tail}},
		{"groupbytraceprocessor", []Stage{group}},
	}
}

// alone is the name of the row that says what decoded spans take by themselves.
const alone = "pdata alone"

// heldBatches is how many batches are held: enough that what a pipeline takes by
// itself does not matter.
const heldBatches = 24

// RunHeld measures the live heap per span while spans wait, in rounds, and returns
// the medians. Everybody holds spans that came over the wire, and nobody else does.
func RunHeld(ctx context.Context, set Settings) ([]Result, error) {
	payloads, err := heldPayloads(time.Now())
	if err != nil {
		return nil, err
	}
	pipelines := append(Holders(), Pipeline{Name: alone})
	figures := make([][]float64, len(pipelines))
	for n := range set.Rounds {
		set.Progress(fmt.Sprintf("%s: round %d of %d", heldName, n+1, set.Rounds))
		for i := range pipelines {
			at := (i + n) % len(pipelines)
			var bytes float64
			if bytes, err = held(ctx, pipelines[at], payloads, uint64(n)); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", heldName, pipelines[at].Name, err)
			}
			figures[at] = append(figures[at], bytes)
		}
	}
	var out []Result
	ours := medianOf(figures[0])
	for i, p := range pipelines[1:] {
		r := Result{Name: heldName, Unit: "B/span", Ours: ours, Peer: p.Name, Theirs: medianOf(figures[i+1])}
		r.Ratio = r.Theirs / r.Ours
		if p.Name != alone {
			if r.PeerVersion, err = set.Version(p); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

const heldName = "held memory"

func heldPayloads(now time.Time) ([]*gen.Payload, error) {
	batches, err := gen.Batches(gen.Options{
		Seed: 42, Start: now.Add(-lead), Batches: distinct, Traces: tracesPerBatch, Spread: spread,
	})
	if err != nil {
		return nil, err
	}
	payloads := make([]*gen.Payload, len(batches))
	for i, td := range batches {
		if payloads[i], err = gen.NewPayload(td); err != nil {
			return nil, err
		}
	}
	return payloads, nil
}

// held is the live heap per span that a pipeline holds.
func held(ctx context.Context, p Pipeline, payloads []*gen.Payload, round uint64) (float64, error) {
	var kept keeper
	out := outlet{traces: &kept, metrics: &kept}
	r, err := p.start(ctx, out)
	if err != nil {
		return 0, err
	}
	before := liveHeap()
	spans := 0
	for i := range uint64(heldBatches) {
		payload := payloads[i%distinct]
		payload.Renew(gen.FirstGeneration + round*heldBatches + i/distinct)
		var td ptrace.Traces
		if td, err = (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(payload.Data); err == nil {
			err = r.first.ConsumeTraces(ctx, td)
		}
		if err != nil {
			return 0, errors.Join(err, r.shutdown(ctx))
		}
		spans += payload.Spans
	}
	time.Sleep(settle)
	bytes := float64(liveHeap()-before) / float64(spans)
	if len(p.Stages) > 0 && len(kept.batches) > 0 {
		err = errors.New("spans left while they were to be held")
	}
	runtime.KeepAlive(&kept)
	runtime.KeepAlive(payloads) // they were there before
	return bytes, errors.Join(err, r.shutdown(ctx))
}

// settle is time for what a pipeline does in the background with what it took.
const settle = 300 * time.Millisecond

// liveHeap is what is in use after all garbage was collected. It takes two
// collections to empty the pools.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// keeper keeps what comes out.
type keeper struct {
	sink
	batches []ptrace.Traces
}

// ConsumeTraces keeps the batch.
func (k *keeper) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	k.batches = append(k.batches, td)
	return k.sink.ConsumeTraces(ctx, td)
}

func medianOf(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
