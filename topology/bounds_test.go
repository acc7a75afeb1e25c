package topology

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewRefusesBadLimits(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Limits)
		want   string
	}{
		{"window", func(l *Limits) { l.Window = time.Second }, "window 1s is below 6s"},
		{"wait", func(l *Limits) { l.Wait = 0 }, "wait 0s must be positive and no longer than message wait 5m0s"},
		{"message wait", func(l *Limits) { l.MessageWait = time.Second }, "wait 10s must be positive and no longer than message wait 1s"},
		{"retention", func(l *Limits) { l.Retention = time.Minute }, "retention 1m0s must be longer than message wait 5m0s and no shorter than window 5m0s"},
		{"few pending", func(l *Limits) { l.MaxPending = 1 }, "max pending 1 is not between 1000 and 1000000"},
		{"many pending", func(l *Limits) { l.MaxPending = 1 << 20 }, "max pending 1048576 is not between 1000 and 1000000"},
		{"edges", func(l *Limits) { l.MaxEdges = 0 }, "maxima of nodes, edges and external peers must be positive, of nodes at least 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := DefaultLimits()
			tt.change(&l)
			_, err := New(l, testStart)
			assert.EqualError(t, err, tt.want)
		})
	}
}

func TestTooManyServices(t *testing.T) {
	l := DefaultLimits()
	l.MaxNodes = 10
	w := newWorld(t, l)
	for i := range 100_000 {
		w.Service(&Resource{Name: fmt.Sprint("s", i)})
	}
	assert.Equal(t, 5, w.Stats().Nodes, "names of one shape take half the room")
	for i := range 8 {
		w.Service(&Resource{Name: strings.Repeat("x", i+1)})
	}
	w.add(span{service: "s99999", kind: KindServer, id: 1, attrs: http})
	topo := w.Snapshot(testStart)
	assert.Len(t, topo.Nodes, 10+2, "ten services, the user, the overflow")
	assert.Equal(t, []string{"user -> __overflow__ unknown call x1"}, w.drawn(0))
	assert.Equal(t, uint64(100_000-5+3+1), w.Stats().RefusedNodes)
	assert.InEpsilon(t, 100_000, w.Stats().RefusedServices, 0.3)
}

func TestTooManyVersionsOfOneService(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	ids := map[ServiceID]bool{}
	for i := range 1000 {
		ids[w.Service(&Resource{Name: "a", SDKVersion: strconv.Itoa(i)})] = true
	}
	assert.Len(t, ids, servicesPerNode)
	assert.Equal(t, []string{"a"}, nodeNames(w.Snapshot(testStart)))
}

func TestTooManyEdges(t *testing.T) {
	l := DefaultLimits()
	l.MaxEdges = 4
	w := newWorld(t, l)
	for i := range 5 {
		w.add(
			span{service: "a", kind: KindClient, trace: i + 1, id: 1, attrs: http},
			span{service: fmt.Sprint("b", i), kind: KindServer, trace: i + 1, id: 2, parent: 1, attrs: http},
		)
	}
	assert.Equal(t, []string{
		"a -> __overflow__ unknown call x3", "a -> b0 http call x1", "a -> b1 http call x1",
	}, w.drawn(time.Second))
	assert.Equal(t, uint64(3), w.Stats().RefusedEdges)
}

func TestTooManyExternalPeers(t *testing.T) {
	l := DefaultLimits()
	l.MaxExternalPerClient = 2
	w := newWorld(t, l)
	for i := range 5 {
		w.add(
			span{service: "a", kind: KindClient, id: i + 1, attrs: to(fmt.Sprint("10.0.0.", i))},
			span{service: "b", kind: KindConsumer, id: i + 100, attrs: Attributes{MessagingSystem: "nats", Destination: fmt.Sprint("q", i)}},
		)
	}
	assert.Equal(t, []string{
		"__overflow__ -> b unknown call x3", "a -> 10.0.0.0 http call x1", "a -> 10.0.0.1 http call x1",
		"a -> __overflow__ unknown call x3", "nats:q0 -> b nats message x1", "nats:q1 -> b nats message x1",
	}, w.drawn(time.Minute))
	assert.Equal(t, uint64(6), w.Stats().RefusedExternals)
}

func TestTooManyTransports(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	for i := range 1000 {
		w.add(span{service: "a", kind: KindServer, id: i + 1, attrs: Attributes{Lane: fmt.Sprint("lane", i)}})
	}
	assert.LessOrEqual(t, len(w.transports.names), maxTransports)
	assert.Positive(t, w.Stats().RefusedTransports)
}

func TestTooManyPeersAtATime(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	own := w.peers.limit / callerPart
	for i := range own + 100 {
		w.add(span{service: "a", kind: KindClient, id: i + 1, attrs: to(fmt.Sprint("host", i))})
	}
	assert.Len(t, w.peers.all, own+int(numFixedPeers))
	assert.Equal(t, uint64(100), w.Stats().RefusedPeers)
	// Another caller is not concerned.
	w.add(span{service: "b", kind: KindClient, id: 1, trace: 2, attrs: to("host")})
	assert.Equal(t, uint64(100), w.Stats().RefusedPeers)
	// All of them are drawn as one node, which tells how many it stands for.
	e := fromA(t, w.Snapshot(testStart.Add(time.Minute)), OverflowName)
	assert.InEpsilon(t, own, *e.Distinct, 0.3, "all but the first 100, give or take four standard deviations")
	// Their spans gone, the places are used again.
	w.add(span{service: "a", kind: KindClient, id: 1, attrs: to("one more"), at: time.Minute})
	assert.Equal(t, uint64(100), w.Stats().RefusedPeers)
}

func TestTooManyPendingSpans(t *testing.T) {
	l := DefaultLimits()
	l.MaxPending = MinPending
	w := newWorld(t, l)
	for i := range 3 * MinPending {
		w.add(span{service: "a", kind: KindClient, id: i + 1, attrs: to("x")})
	}
	s := w.Stats()
	assert.Equal(t, MinPending, s.Pending)
	assert.Equal(t, uint64(2*MinPending), s.Evicted)
	assert.Equal(t, uint64(2*MinPending), s.CalleeMissing, "let go early, not lost")
	assert.Equal(t, []string{fmt.Sprintf("a -> x http call x%d", 3*MinPending)}, w.drawn(time.Minute))
	assert.Zero(t, w.Stats().Pending)
}

func TestMessagesTakeHalfOfThePendingSpans(t *testing.T) {
	l := DefaultLimits()
	l.MaxPending = MinPending
	w := newWorld(t, l)
	for i := range MinPending {
		w.add(span{service: "a", kind: KindProducer, id: i + 1, attrs: kafka})
	}
	assert.Equal(t, MinPending/2, w.Stats().Pending)
	for i := range MinPending {
		w.add(span{service: "a", kind: KindClient, id: MinPending + i + 1, attrs: to("x")})
	}
	assert.Equal(t, MinPending, w.Stats().Pending)
	assert.Equal(t, MinPending/2, w.messages.n)
}

func TestTooManySpansOfOneID(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	for i := range 100 {
		w.add(span{service: fmt.Sprint("s", i), kind: KindInternal, id: 1})
	}
	assert.Equal(t, maxSameID, w.Stats().Pending)
	assert.Equal(t, uint64(100-maxSameID), w.Stats().InvalidIDs)
}

func TestTooManyLinks(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	s := span{service: "b", kind: KindConsumer, trace: 9, id: 1, attrs: kafka}
	for i := range 1000 {
		s.links = append(s.links, [2]int{1, i + 1})
	}
	w.add(s)
	assert.Equal(t, maxLinks+1, w.Stats().Pending)
	assert.Equal(t, uint64(1000-maxLinks), w.Stats().RefusedLinks)
}

// Spans that all name one parent must not make each other slow: 200 000 of them are
// added, expired and woken in well under a second.
func TestManyChildrenOfOneParent(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	for i := range 200_000 {
		w.add(span{service: "b", kind: KindServer, id: i + 10, parent: 1, attrs: http})
	}
	w.add(span{service: "a", kind: KindClient, id: 1, attrs: http})
	assert.Equal(t, uint64(100_000-1), w.Stats().Pairs, "the remembered ones, less the one evicted for the parent")
	assert.Equal(t, uint64(100_001), w.Stats().CallerMissing)
}

func TestHugeAndBrokenNames(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(
		span{service: strings.Repeat("é", 40_000), kind: KindServer, id: 1, attrs: http},
		span{service: "a\xff\xfeb", kind: KindServer, id: 2, attrs: http},
		span{service: "c", kind: KindClient, id: 3, attrs: to(strings.Repeat("x", 70_000))},
	)
	topo := w.Snapshot(testStart.Add(time.Minute))
	assert.Equal(t, []string{
		"a\uFFFDb", "c", "user",
		strings.Repeat("x", cutBytes) + "~47e980d7485180f6", strings.Repeat("é", cutBytes/2) + "~bceed698915e3817",
	}, nodeNames(topo))
	assert.Equal(t, uint64(2), w.Stats().CutNames)
	assert.NotEqual(t, cut(strings.Repeat("x", 70_000)), cut(strings.Repeat("x", 70_001)), "two long names stay two")
}

func TestRetention(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(
		span{service: "a", language: "java", kind: KindClient, id: 1, attrs: http, instance: "1"},
		span{service: "b", language: "go", kind: KindServer, id: 2, parent: 1, attrs: http, instance: "1"},
		span{service: "b", language: "go", kind: KindClient, id: 3, parent: 2, attrs: postgres, instance: "1"},
	)
	w.Advance(testStart.Add(time.Minute))
	require.Equal(t, 2, w.Stats().Edges)
	w.Advance(testStart.Add(17 * time.Minute))
	w.Advance(testStart.Add(19 * time.Minute))
	s := w.Stats()
	assert.Zero(t, s.Nodes)
	assert.Zero(t, s.Edges)
	assert.Empty(t, w.services.byKey)
	assert.Empty(t, w.services.instances.all)
	assert.Zero(t, w.nodes.virtual)
	assert.Zero(t, w.nodes.all[0].externals)

	// Everything finds its place again.
	w.add(
		span{service: "c", kind: KindClient, id: 1, attrs: http, at: 20 * time.Minute},
		span{service: "b", kind: KindServer, id: 2, parent: 1, attrs: http, at: 20 * time.Minute},
	)
	assert.Equal(t, []string{"c -> b http call x1"}, w.drawn(20*time.Minute))
}

// Who is called by others only after it stopped sending spans is no service any more.
func TestServiceThatIsOnlyCalled(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	named := Attributes{PeerService: "b"}
	w.add(span{service: "b", kind: KindInternal, id: 9})
	for m := range 20 {
		w.add(span{service: "a", kind: KindClient, trace: m + 1, id: 1, attrs: named, at: time.Duration(m) * time.Minute})
	}
	topo := w.Snapshot(testStart.Add(21 * time.Minute))
	assert.Equal(t, []string{"a", "b"}, nodeNames(topo))
	assert.Equal(t, "external", string(topo.Nodes[1].Kind))
}

func TestClockStandsStill(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.Advance(testStart.Add(time.Hour))
	w.Advance(testStart)
	assert.Equal(t, testStart.Add(time.Hour), w.Snapshot(testStart).AsOf)
}

// The steady state: known services, edges and destinations; as many spans expire as come.
func TestAddDoesNotAllocate(t *testing.T) {
	l := DefaultLimits()
	l.Wait, l.MessageWait, l.MaxPending = 100*time.Millisecond, 200*time.Millisecond, 20_000
	g, err := New(l, testStart)
	require.NoError(t, err)
	traffic := newTraffic(g, 21)
	now := testStart
	step := func() {
		now = now.Add(5 * time.Millisecond)
		g.Advance(now)
		g.Service(&Resource{Namespace: "shop", Name: "frontend", SDKLanguage: "nodejs", Instance: "1"})
		g.Add(traffic.next())
	}
	for range 2000 { // histograms have met all durations, the slab its size
		step()
	}
	assert.Zero(t, testing.AllocsPerRun(500, step))
	assert.Zero(t, g.Stats().Evicted)
}

// What a remembered span costs, index included, as README and config say.
func TestPendingSpansCostAtMost96Bytes(t *testing.T) {
	l := DefaultLimits()
	g, err := New(l, testStart)
	require.NoError(t, err)
	a := g.Service(&Resource{Name: "a"})
	o := make([]Observation, 1)
	for _, n := range []int{50_000, 100_000} {
		for g.Stats().Pending < n {
			o[0] = Observation{Trace: traceID(g.slab.live + 1), Span: spanID(1), Service: a, Kind: KindClient, Attributes: http}
			g.Add(o)
		}
		bytes := pageSize*len(g.slab.pages)*int(reflect.TypeFor[half]().Size()) + 4*len(g.index.ids) + 4*len(g.index.waiters)
		assert.LessOrEqual(t, float64(bytes)/float64(n), 96.0, "%d spans", n)
	}
}
