package process

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"

	"github.com/polyspan/polyspan/internal/bench/gen"
)

// Connections is the number of clients, each with one request under way.
const Connections = 4

// clients send requests as fast as they are answered.
type clients struct {
	payloads [Connections][]*gen.Payload
	next     [Connections]uint64 // generation
	sent     atomic.Int64        // spans answered for
}

// newClients encodes the batches once for each client.
func newClients(batches []ptrace.Traces) (*clients, error) {
	c := &clients{}
	for i := range c.payloads {
		for _, td := range batches {
			p, err := gen.NewPayload(td)
			if err != nil {
				return nil, err
			}
			c.payloads[i] = append(c.payloads[i], p)
		}
		c.next[i] = gen.FirstGeneration + uint64(i)
	}
	return c, nil
}

// run lets all clients send until ctx ends, and returns when each has its answer.
func (c *clients) run(ctx context.Context, address string) error {
	errs := make([]error, Connections)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = c.client(ctx, i, address) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

const (
	exportMethod  = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
	answerWithin  = 30 * time.Second
	maxGeneration = 128 * gen.FirstGeneration
)

func (c *clients) client(ctx context.Context, i int, address string) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(encoded{})))
	if err != nil {
		return err
	}
	defer conn.Close()
	for c.next[i] < maxGeneration { // far more than a run takes
		for _, p := range c.payloads[i] { // a trace is spread over them
			if ctx.Err() != nil {
				return nil
			}
			p.Renew(c.next[i])
			call, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
			err := conn.Invoke(call, exportMethod, p.Data, nil)
			cancel()
			if err != nil {
				return err
			}
			c.sent.Add(int64(p.Spans))
		}
		c.next[i] += Connections
	}
	return errors.New("out of generations: send for a shorter time")
}

// encoded is a codec of requests that are encoded already, and forgets answers.
type encoded struct{}

func (encoded) Name() string { return "proto" }

func (encoded) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (encoded) Unmarshal(mem.BufferSlice, any) error { return nil }
