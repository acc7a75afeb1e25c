package multilangbridgeprocessor

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/polyspan/polyspan/infer"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

const (
	// inferBatches is how many batches wait for the engine at most.
	inferBatches = 64
	// inferTicks is how often within its wait the engine looks for windows to close.
	inferTicks = 16
	// scoringTime is about what the engine takes to weigh one request; its work in a
	// window is bounded to half of the window's time.
	scoringTime = 100 * time.Nanosecond
	saveEvery   = time.Minute
	// flushTime bounds what shutdown waits for the last inferred joins.
	flushTime = 2 * time.Second
	// maxConfidence keeps apart what is inferred from what is known.
	maxConfidence = 0.999
)

// inference asks package infer for the parents that evidence leaves open. It runs
// in a goroutine of its own, beside the way of the spans: where it cannot keep up
// it is told less, counted, and the spans go on. An orphan is answered within half
// of wait, so its parent may come that much before or after it.
type inference struct {
	engine  *infer.Engine // of the goroutine
	names   *nameTable
	models  modelStore
	queue   chan *arrival
	waiting atomic.Int64 // spans in queue
	limit   int64        // of waiting
	pool    sync.Pool    // of *arrival
	every   time.Duration
	join    func([]merge.Inferred)
	tel     *recorder
	log     *zap.Logger
	told    infer.Stats // what the telemetry has of the engine's counts
	checked map[check]infer.ServiceCheck
	stop    chan struct{}
	stopped sync.Once
	done    chan struct{}
}

// check is what self-checks are counted by.
type check struct {
	service uint32
	problem infer.Problem
}

// arrival is what inference is told of a batch.
type arrival struct {
	at    int64
	spans []infer.Span
}

func newInference(cfg *Config, join func([]merge.Inferred), tel *recorder, log *zap.Logger) (*inference, error) {
	ec := infer.DefaultConfig()
	ec.Wait = cfg.Wait / 2
	ec.MaxSpans = cfg.Infer.MaxSpans
	ec.MinConfidence = cfg.Infer.MinConfidence
	ec.MaxWork = max(int(ec.Wait/4/scoringTime), 1)
	engine, err := infer.New(ec)
	if err != nil {
		return nil, err
	}
	return &inference{
		engine: engine, names: newNameTable(), limit: int64(cfg.Infer.MaxSpans),
		queue: make(chan *arrival, inferBatches),
		pool:  sync.Pool{New: func() any { return new(arrival) }},
		every: max(ec.Wait/inferTicks, time.Millisecond),
		join:  join, tel: tel, log: log, checked: map[check]infer.ServiceCheck{},
		stop: make(chan struct{}), done: make(chan struct{}),
	}, nil
}

// read notes what inference needs of a batch that scan has read.
func (f *inference) read(td ptrace.Traces, batch *merge.Batch) *arrival {
	a := f.pool.Get().(*arrival)
	a.spans = a.spans[:0]
	known := batch.Spans
	for _, rs := range td.ResourceSpans().All() {
		service := uint32(0)
		if v, ok := rs.Resource().Attributes().Get("service.name"); ok {
			service = f.names.id(v.AsString())
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				own := &known[len(a.spans)]
				s := infer.Span{
					Trace: span.TraceID(), ID: span.SpanID(), Parent: span.ParentSpanID(),
					Service: service, Process: own.Service, Host: uint64(own.Host),
					Operation: f.names.id(span.Name()), Kind: own.Kind,
					Failed: span.Status().Code() == ptrace.StatusCodeError,
					Start:  own.Start, End: own.End,
				}
				f.attributes(span.Attributes(), &s)
				a.spans = append(a.spans, s)
			}
		}
	}
	return a
}

func (f *inference) attributes(attrs pcommon.Map, s *infer.Span) {
	calls := s.Kind != infer.KindServer && s.Kind != infer.KindConsumer
	var callee infer.Callee
	for key, value := range attrs.All() {
		if key == "thread.id" {
			s.Thread = uint64(value.Int())
			continue
		}
		if !calls {
			continue
		}
		if rank := infer.CalleeRank(key); rank != 0 {
			callee.Add(rank, value.AsString())
		}
	}
	if calls {
		s.Peer = f.names.id(callee.String())
	}
}

// tell hands a batch to the engine, or counts it as left out. What is not held
// can no longer be joined.
func (f *inference) tell(ctx context.Context, a *arrival, held bool) {
	if !held {
		f.pool.Put(a)
		return
	}
	a.at = time.Now().UnixNano()
	n := int64(len(a.spans))
	if f.waiting.Add(n) <= f.limit {
		select {
		case f.queue <- a:
			return
		default:
		}
	}
	f.waiting.Add(-n)
	f.pool.Put(a)
	f.tel.uninferred(ctx, "overload", uint64(n))
}

// run is the engine's goroutine.
func (f *inference) run(ctx context.Context) {
	defer close(f.done)
	f.load(ctx)
	tick, save := time.NewTicker(f.every), time.NewTicker(saveEvery)
	defer tick.Stop()
	defer save.Stop()
	for {
		select {
		case a := <-f.queue:
			f.add(a)
			f.give(ctx, f.engine.Advance(a.at))
		case now := <-tick.C:
			f.give(ctx, f.engine.Advance(now.UnixNano()))
		case <-save.C:
			f.save(ctx)
		case <-f.stop:
			for len(f.queue) > 0 {
				f.add(<-f.queue)
			}
			f.give(ctx, f.engine.Flush())
			f.save(ctx)
			if err := f.models.close(ctx); err != nil {
				f.log.Warn("the storage of inference does not close", zap.Error(err))
			}
			return
		}
	}
}

func (f *inference) add(a *arrival) {
	f.engine.Add(a.at, a.spans)
	f.waiting.Add(-int64(len(a.spans)))
	f.pool.Put(a)
}

func (f *inference) give(ctx context.Context, joins []infer.Join) {
	if stats := f.engine.Stats(); stats.Orphans != f.told.Orphans {
		f.tel.inference(ctx, stats, f.told)
		f.told = stats
		f.countChecks(ctx)
	}
	if len(joins) == 0 {
		return
	}
	found := make([]merge.Inferred, len(joins))
	for i := range joins {
		j := &joins[i]
		found[i] = merge.Inferred{Child: spanRef(j.Child), Parent: spanRef(j.Parent), Confidence: min(j.Confidence, maxConfidence), Accepted: j.Accepted}
	}
	f.join(found)
}

// countChecks writes how the engine did on parents that it knew and hid.
func (f *inference) countChecks(ctx context.Context) {
	for _, c := range f.engine.SelfChecks() {
		key := check{c.Service, c.Problem}
		before := f.checked[key]
		if c.Checked == before.Checked {
			continue
		}
		f.tel.selfCheck(ctx, f.names.name(c.Service), c.Problem, c.Right-before.Right, c.Checked-before.Checked)
		f.checked[key] = c
	}
}

func spanRef(r infer.Ref) merge.SpanRef {
	return merge.SpanRef{Trace: traceID(r.Trace), ID: binary.BigEndian.Uint64(r.ID[:])}
}

// shutdown asks for the last joins and waits for them, not for long.
func (f *inference) shutdown(ctx context.Context) {
	f.stopped.Do(func() { close(f.stop) })
	select {
	case <-f.done:
	case <-time.After(flushTime):
	case <-ctx.Done():
	}
}
