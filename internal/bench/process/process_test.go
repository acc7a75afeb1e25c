package process

import (
	"context"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"

	"github.com/polyspan/polyspan/internal/bench/gen"
)

// receiver counts what a collector would receive.
type receiver struct {
	ptraceotlp.UnimplementedGRPCServer
	spans atomic.Int64
	seen  chan pcommon.TraceID // the first of each request
}

func (r *receiver) Export(_ context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	r.spans.Add(int64(req.Traces().SpanCount()))
	select {
	case r.seen <- req.Traces().ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceID():
	default:
	}
	return ptraceotlp.NewExportResponse(), nil
}

// Clients count what was answered, and send no trace twice.
func TestClients(t *testing.T) {
	listener, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	got := &receiver{seen: make(chan pcommon.TraceID, 100)}
	ptraceotlp.RegisterGRPCServer(server, got)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()

	batches, err := gen.Batches(gen.Options{Seed: 1, Start: time.Now(), Batches: 2, Traces: 3})
	require.NoError(t, err)
	c, err := newClients(batches)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.NoError(t, c.run(ctx, listener.Addr().String()))
	assert.Positive(t, c.sent.Load())
	assert.Equal(t, c.sent.Load(), got.spans.Load())
	close(got.seen)
	ids := map[pcommon.TraceID]bool{}
	for id := range got.seen {
		assert.False(t, ids[id], "%s came twice", id)
		ids[id] = true
	}
	assert.Greater(t, len(ids), 2)
}

func TestConfig(t *testing.T) {
	group := Pipelines()[3]
	assert.Equal(t, `receivers:
  otlp: {protocols: {grpc: {endpoint: "localhost:1", max_recv_msg_size_mib: 32}}}
processors:
  groupbytrace:
    wait_duration: 1s
    num_traces: 1000000
exporters:
  nop:
service:
  telemetry:
    logs: {level: warn}
    metrics: {level: normal, readers: [{pull: {exporter: {prometheus: {host: localhost, port: 2}}}}]}
  pipelines:
    traces: {receivers: [otlp], processors: [groupbytrace], exporters: [nop]}
`, group.config("localhost:1", "localhost:2"))
	assert.Contains(t, Pipelines()[0].config("localhost:1", "localhost:2"), "processors: [], exporters")
}

// Our own process has used time and memory.
func TestProc(t *testing.T) {
	require.Eventually(t, func() bool { // it counts in ticks of 10 ms
		cpu, err := cpuTime(os.Getpid())
		return err == nil && cpu > 0
	}, 10*time.Second, time.Microsecond)
	peak, err := peakMemory(os.Getpid())
	require.NoError(t, err)
	assert.Greater(t, peak, int64(1<<20))
	_, err = cpuTime(1 << 30) // no process has this number
	assert.Error(t, err)
}

func TestRows(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	_, err = rows(1, []contestant{{Pipeline: Pipelines()[0], program: self}, {Pipeline: Pipelines()[1]}},
		[][]Figures{{{SpansPerSecond: 2}}, {{SpansPerSecond: 1}}})
	require.ErrorContains(t, err, `peer "nopexporter" is not linked`)
	_, err = rows(1, nil, nil)
	require.EqualError(t, err, "nothing to compare with")
	assert.InDelta(t, 2, median([]Figures{{CPU: 3}, {CPU: 1}, {CPU: 2}}, func(f Figures) float64 { return f.CPU }), 0)
}
