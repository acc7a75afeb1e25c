package topology

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// servicegraphEdgeBytes is what contrib's servicegraph v0.158.0 and the Prometheus
// exporter behind it hold for an edge: 1.1 and 3.4 kB at 10 000 edges.
const servicegraphEdgeBytes = 4500

// What a typical edge costs: ten calls a second for ten minutes, durations log-normal
// with most of them within a factor of seven, three histograms. A service has ten edges.
func TestEdgesCostAtMostHalfOfServicegraphs(t *testing.T) {
	const side, seconds, perSecond = 10, 600, 10
	const edges = side * side
	l := DefaultLimits()
	l.Wait, l.MessageWait, l.MaxPending = 100*time.Millisecond, 200*time.Millisecond, MinPending
	g, err := New(l, testStart)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 1))
	clients, servers := make([]ServiceID, side), make([]ServiceID, side)
	pair := make([]Observation, 2)
	trace := 0
	before := heapInUse()
	for second := range seconds {
		now := testStart.Add(time.Duration(second) * time.Second)
		g.Advance(now)
		for i := range side {
			clients[i] = g.Service(&Resource{Name: fmt.Sprint("client-", i), SDKLanguage: "go"})
			servers[i] = g.Service(&Resource{Name: fmt.Sprint("server-", i), SDKLanguage: "java"})
		}
		for i := range edges {
			client, server := clients[i%side], servers[i/side]
			for range perSecond {
				trace++
				served := 5e6 * math.Exp(r.NormFloat64()/2)
				called := served + 1e6*math.Exp(r.NormFloat64()/2)
				start := now.UnixNano()
				pair[0] = Observation{Trace: traceID(trace), Span: spanID(1), Service: client, Kind: KindClient, Start: start, End: start + int64(called), Attributes: http}
				pair[1] = Observation{Trace: traceID(trace), Span: spanID(2), Parent: spanID(1), Service: server, Kind: KindServer, Start: start, End: start + int64(served), Attributes: http}
				g.Add(pair)
			}
		}
	}
	pending := uint64(pageSize * len(g.slab.pages) * int(reflect.TypeFor[half]().Size()))
	bytes := float64(heapInUse()-before-pending) / edges
	e := g.edges.all[0]
	t.Logf("%.0f bytes an edge, its part of the services included; %d buckets in a row, counters of %d and %d bytes", bytes, e.rowLen, e.recent.width, e.past.width)
	assert.Less(t, bytes, servicegraphEdgeBytes/2.0)
	runtime.KeepAlive(g)
}

// stopwatch is a lock that notes how long it was held by its reader.
type stopwatch struct {
	sync.Mutex
	since time.Time
	held  []time.Duration
}

func (s *stopwatch) Lock() {
	s.Mutex.Lock()
	s.since = time.Now()
}

func (s *stopwatch) Unlock() {
	s.held = append(s.held, time.Since(s.since))
	s.Mutex.Unlock()
}

// Reading a large graph holds up ingestion for moments only: each a small part of the
// whole. The times are printed.
func TestReadingHoldsTheLockForMoments(t *testing.T) {
	const edges = 30_000
	g := meshed(t, edges)
	for name, read := range map[string]func(*stopwatch){
		"snapshot": func(s *stopwatch) { SnapshotShared(s, g, time.Unix(0, g.now)) },
		"totals":   func(s *stopwatch) { EachTotal(s, g, time.Unix(0, g.now), func(*EdgeState) {}) },
	} {
		s := &stopwatch{}
		began := time.Now()
		read(s)
		took := time.Since(began)
		slices.Sort(s.held)
		t.Logf("%s of %d edges: %v in all, lock held %d times, median %v, p99 %v, longest %v", name, g.Stats().Edges, took,
			len(s.held), s.held[len(s.held)/2], s.held[len(s.held)*99/100], s.held[len(s.held)-1])
		assert.GreaterOrEqual(t, len(s.held), edges/readEdges)
		// The longest may be that of a process that was not scheduled.
		assert.Less(t, s.held[len(s.held)/2], took/50)
	}
}
