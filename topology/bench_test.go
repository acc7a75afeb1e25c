package topology

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// traffic makes the spans of whole traces, as SDKs send them: 12 spans over 5
// services in 5 languages, two databases, a Kafka topic and a gRPC call; batched by
// service, children before their parents.
type traffic struct {
	batch []Observation
	trace []int // of each observation
	n     uint64
}

func newTraffic(g *Graph, traces int) *traffic {
	type row struct {
		service, parent int
		kind            Kind
		start, dur      int64 // ms
		attrs           Attributes
	}
	client := func(host string) Attributes {
		return Attributes{Protocols: ProtocolHTTP, ServerAddress: host}
	}
	rows := []row{ // span i has id i+1
		{0, 0, KindServer, 0, 120, http},
		{0, 1, KindClient, 2, 116, client("checkout.shop-prod.svc")},
		{1, 2, KindServer, 4, 112, http},
		{1, 3, KindInternal, 5, 3, Attributes{}},
		{1, 3, KindClient, 10, 40, client("payment.shop-prod.svc")},
		{2, 5, KindServer, 12, 35, http},
		{2, 6, KindClient, 15, 20, Attributes{DBSystem: "postgresql", DBNamespace: "payments", ServerAddress: "pg-payments"}},
		{1, 3, KindProducer, 55, 2, Attributes{MessagingSystem: "kafka", Destination: "orders", ServerAddress: "kafka-0"}},
		{3, 8, KindConsumer, 80, 30, Attributes{MessagingSystem: "kafka", Destination: "orders", ServerAddress: "kafka-0"}},
		{1, 3, KindClient, 60, 25, Attributes{RPCSystem: "grpc", ServerAddress: "inventory.shop-prod.svc"}},
		{4, 10, KindServer, 62, 20, grpc},
		{4, 11, KindClient, 64, 3, Attributes{DBSystem: "redis", DBNamespace: "0", ServerAddress: "redis-inventory"}},
	}
	services := []struct{ name, language string }{
		{"frontend", "nodejs"}, {"checkout", "go"}, {"payment", "java"}, {"fraud", "python"}, {"inventory", "dotnet"},
	}
	t := &traffic{}
	r := rand.New(rand.NewPCG(1, 2))
	for s, service := range services {
		id := g.Service(&Resource{Namespace: "shop", Name: service.name, SDKLanguage: service.language, Instance: "1"})
		for trace := range traces {
			for i, row := range slices.Backward(rows) {
				if row.service != s {
					continue
				}
				o := Observation{
					Service: id, Kind: row.kind, Span: spanID(trace*16 + i + 1), Attributes: row.attrs,
					Start: testStart.UnixNano() + row.start*1e6 + r.Int64N(1e6),
				}
				o.End = o.Start + row.dur*1e6 + r.Int64N(row.dur*2e5)
				if row.parent > 0 {
					o.Parent = spanID(trace*16 + row.parent)
				}
				if row.kind == KindConsumer {
					o.Links = []Link{{Span: o.Parent}}
				}
				t.batch = append(t.batch, o)
				t.trace = append(t.trace, trace)
			}
		}
	}
	return t
}

// next gives the batch trace ids never seen before.
func (t *traffic) next() []Observation {
	t.n++
	for i := range t.batch {
		o := &t.batch[i]
		binary.BigEndian.PutUint64(o.Trace[:8], t.n)
		binary.BigEndian.PutUint64(o.Trace[8:], uint64(t.trace[i]+1))
		if len(o.Links) > 0 {
			o.Links[0].Trace = o.Trace
		}
	}
	return t.batch
}

// BenchmarkAdd reports nanoseconds a span in batches of 170 traces, with the spans
// of about the last 100 000 remembered.
func BenchmarkAdd(b *testing.B) {
	for _, wait := range []time.Duration{100 * time.Millisecond, 10 * time.Second} {
		b.Run(fmt.Sprint("wait=", wait), func(b *testing.B) {
			limits := DefaultLimits()
			limits.Wait = wait
			g, err := New(limits, testStart)
			if err != nil {
				b.Fatal(err)
			}
			now := testStart
			t := newTraffic(g, 170)
			spans := 0
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(time.Millisecond)
				g.Advance(now)
				for batch := range slices.Chunk(t.next(), 256) {
					g.Add(batch)
					spans += len(batch)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(spans), "ns/span")
		})
	}
}

// meshed makes a graph of the given number of edges, all busy in every part of the window.
func meshed(tb testing.TB, edges int) *Graph {
	tb.Helper()
	limits := DefaultLimits()
	limits.MaxEdges = max(limits.MaxEdges, 2*edges)
	g, err := New(limits, testStart)
	if err != nil {
		tb.Fatal(err)
	}
	side := int(math.Sqrt(float64(edges)))
	services := make([]ServiceID, 2*side)
	for i := range services {
		services[i] = g.Service(&Resource{Namespace: "shop", Name: fmt.Sprint("service-", i), SDKLanguage: "go", Instance: "1"})
	}
	r := rand.New(rand.NewPCG(3, 4))
	pair := make([]Observation, 2)
	for part := range windowSlots {
		now := testStart.Add(time.Duration(part) * DefaultLimits().Window / windowSlots)
		g.Advance(now)
		for i := range side * side {
			for call := range 4 {
				trace := traceID((part*edges+i)*4 + call + 1)
				length := 1e6 + r.Int64N(50e6)
				pair[0] = Observation{Trace: trace, Span: spanID(1), Service: services[i%side], Kind: KindClient, Start: now.UnixNano(), End: now.UnixNano() + length, Attributes: http}
				pair[1] = Observation{Trace: trace, Span: spanID(2), Parent: spanID(1), Service: services[side+i/side], Kind: KindServer, Start: now.UnixNano(), End: now.UnixNano() + length/2, Attributes: http}
				g.Add(pair)
			}
		}
	}
	return g
}

// BenchmarkSnapshot and BenchmarkEachEdge report how long a graph is busy with itself.
func BenchmarkSnapshot(b *testing.B) {
	for _, edges := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint("edges=", edges), func(b *testing.B) {
			g := meshed(b, edges)
			now := time.Unix(0, g.now)
			b.ReportAllocs()
			for b.Loop() {
				g.Snapshot(now)
			}
		})
	}
}

func BenchmarkEachEdge(b *testing.B) {
	for _, edges := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint("edges=", edges), func(b *testing.B) {
			g := meshed(b, edges)
			b.ReportAllocs()
			for b.Loop() {
				EachEdge(noLock{}, g, time.Unix(0, g.now), func(*EdgeState) {})
			}
		})
	}
}

func BenchmarkMermaid(b *testing.B) {
	g := meshed(b, 1000)
	t := g.Snapshot(time.Unix(0, g.now))
	b.ReportAllocs()
	for b.Loop() {
		Mermaid(&t)
	}
}
