package pairing

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const (
	// batchCalls are the calls of a batch, of two spans each.
	batchCalls = 1024
	// batches are made once and sent again and again with new trace ids.
	batches = 32
)

// mesh makes batches of calls on random edges of a graph of so many edges, as a
// gateway gets them: grouped by resource, both ends in one batch.
func mesh(edges int) []ptrace.Traces {
	side := int(math.Sqrt(float64(edges)))
	r := rand.New(rand.NewPCG(7, 8))
	all := make([]ptrace.Traces, batches)
	for i := range all {
		all[i] = ptrace.NewTraces()
		scopes := map[int]ptrace.SpanSlice{}
		for call := range batchCalls {
			edge := r.IntN(side * side)
			client, server := edge%side, side+edge/side
			length := time.Duration(1e6 + r.Int64N(50e6))
			addSpan(spansOf(all[i], scopes, client), call, 1, 0, ptrace.SpanKindClient, length, server)
			addSpan(spansOf(all[i], scopes, server), call, 2, 1, ptrace.SpanKindServer, length*3/4, server)
		}
	}
	return all
}

func spansOf(td ptrace.Traces, scopes map[int]ptrace.SpanSlice, service int) ptrace.SpanSlice {
	if s, ok := scopes[service]; ok {
		return s
	}
	rs := td.ResourceSpans().AppendEmpty()
	for k, v := range map[string]string{
		"service.name": "service-" + strconv.Itoa(service), "service.namespace": "shop", "service.version": "1.4.2",
		"service.instance.id": "i-" + strconv.Itoa(service), "telemetry.sdk.language": "go", "telemetry.sdk.name": "opentelemetry",
		"telemetry.sdk.version": "1.38.0", "process.runtime.name": "go", "process.runtime.version": "1.26",
		"host.name": "node-" + strconv.Itoa(service%16), "k8s.pod.name": "pod-" + strconv.Itoa(service), "k8s.namespace.name": "shop",
		"k8s.node.name": "node", "os.type": "linux", "cloud.region": "eu-1", "deployment.environment.name": "prod", "container.id": "c",
	} {
		rs.Resource().Attributes().PutStr(k, v)
	}
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("otelhttp")
	scopes[service] = ss.Spans()
	return ss.Spans()
}

func addSpan(spans ptrace.SpanSlice, trace, id, parent int, kind ptrace.SpanKind, length time.Duration, server int) {
	s := spans.AppendEmpty()
	var traceID pcommon.TraceID
	binary.BigEndian.PutUint64(traceID[8:], uint64(trace+1))
	s.SetTraceID(traceID)
	s.SetSpanID(pcommon.SpanID{byte(trace >> 8), byte(trace), 0, 0, 0, 0, 0, byte(id)})
	if parent != 0 {
		s.SetParentSpanID(pcommon.SpanID{byte(trace >> 8), byte(trace), 0, 0, 0, 0, 0, byte(parent)})
	}
	s.SetKind(kind)
	s.SetName("GET /a/{b}")
	start := time.Now().Add(-time.Second)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(length)))
	a := s.Attributes()
	a.PutStr("http.request.method", "GET")
	a.PutStr("url.scheme", "http")
	a.PutStr("server.address", "service-"+strconv.Itoa(server)+".shop.svc.cluster.local")
	a.PutInt("server.port", 8080)
	a.PutStr("url.path", "/a/1")
	a.PutInt("http.response.status_code", 200)
	a.PutStr("network.protocol.version", "1.1")
	a.PutStr("user_agent.original", "Go-http-client/1.1")
	if kind == ptrace.SpanKindServer {
		a.PutStr("http.route", "/a/{b}")
		a.PutStr("client.address", "10.0.0.1")
	} else {
		a.PutStr("url.full", "http://service.shop.svc.cluster.local:8080/a/1")
	}
	a.PutStr("thread.name", "main")
	a.PutInt("thread.id", 1)
}

// renew gives the traces of a batch new ids. It reads all attributes: a batch that
// comes from a decoder is in the cache.
func renew(td ptrace.Traces, generation uint64) (read int) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				id := s.TraceID()
				binary.BigEndian.PutUint64(id[:8], generation)
				s.SetTraceID(id)
				for k, v := range s.Attributes().All() {
					read += len(k) + len(v.Str())
				}
			}
		}
	}
	return read
}

func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// room is above what is pending at a time: work is compared, not overload.
const room = 1_000_000

func ours(tb testing.TB) consumer.Traces {
	e := topologyOf(tb, map[string]any{
		"endpoint": "localhost:0", "max_edges": 200_000, "metrics": map[string]any{"spanmetrics": false},
		"pending": map[string]any{"max": room, "wait": "100ms", "message_wait": "100ms"},
	})
	tb.Cleanup(func() { require.NoError(tb, e.Shutdown(context.Background())) })
	return e
}

func theirs(tb testing.TB) consumer.Traces {
	c := serviceGraph(tb, map[string]any{
		"metrics_flush_interval": "60s", "store_expiration_loop": "50ms",
		"store": map[string]any{"ttl": "100ms", "max_items": room},
	}, consumertest.NewNop())
	tb.Cleanup(func() { require.NoError(tb, c.Shutdown(context.Background())) })
	return c
}

// turnsOfBlock are the rounds of all batches that one side gets before the other does:
// enough for the peer to pay for collecting its own garbage.
const turnsOfBlock = 8

// BenchmarkEdges reports the CPU time of a span for both, in blocks by turns on the same
// batches, and how many times faster ours is. A collection that one side began is over
// before the other starts.
func BenchmarkEdges(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, edges := range []int{1000, 100_000} {
		b.Run(fmt.Sprint("edges=", edges), func(b *testing.B) {
			td := mesh(edges)
			sides := []consumer.Traces{ours(b), theirs(b)}
			var cpu [2]time.Duration
			var generation uint64
			read := 0
			block := func(side int) {
				runtime.GC()
				for range turnsOfBlock {
					for _, t := range td {
						generation++
						read += renew(t, generation)
						start := cpuTime(b)
						err := sides[side].ConsumeTraces(context.Background(), t)
						cpu[side] += cpuTime(b) - start
						require.NoError(b, err)
					}
				}
			}
			block(0) // every edge and destination has been met
			block(1)
			cpu = [2]time.Duration{}
			blocks := 0
			for b.Loop() {
				block(0)
				block(1)
				blocks++
			}
			require.Positive(b, read)
			spans := float64(blocks * turnsOfBlock * batches * batchCalls * 2)
			b.ReportMetric(float64(cpu[0])/spans, "ours-ns/span")
			b.ReportMetric(float64(cpu[1])/spans, "theirs-ns/span")
			b.ReportMetric(float64(cpu[1])/float64(cpu[0]), "times-faster")
		})
	}
}
