package breaks

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

func TestBounds(t *testing.T) {
	t.Run("more roots than are remembered: nothing is said of callers from before", func(t *testing.T) {
		w := newWorld(t, func(l *Limits) { l.MaxEntries = 64 })
		w.calls(20, time.Second, toOrders("orders"), nil)
		w.strangers(100, 40, nil)
		got := w.play()
		assert.Empty(t, got.Breaks)
		assert.Equal(t, []found{{contract.BreakUndecided, "web", "", 20}}, briefly(got.Explained))
		assert.LessOrEqual(t, w.entries.n, 64)
	})
	t.Run("spans that were missed: nothing is said of callers from before", func(t *testing.T) {
		w := newWorld(t, nil)
		w.calls(20, time.Second, toOrders("orders"), nil)
		w.at(testStart.Add(9500*time.Millisecond).UnixNano(), func() { w.Missed(7) })
		got := w.play()
		assert.Equal(t, []found{{contract.BreakContext, "web", "orders", 10}}, briefly(got.Breaks))
		assert.Equal(t, []found{{contract.BreakUndecided, "web", "", 10}}, briefly(got.Explained))
		assert.InDelta(t, 7, got.Overflow, 0)
	})
	t.Run("groups", func(t *testing.T) {
		w := newWorld(t, func(l *Limits) { l.MaxGroups = 4 })
		for i := range 10 {
			w.lone(w.span(web, client, 0, time.Millisecond, address(fmt.Sprint("host", i))))
		}
		got := w.play()
		assert.Len(t, got.Explained, 4)
		assert.InDelta(t, 6, got.Overflow, 0)
		for i := range 2 {
			w.explained.count(about(contract.BreakNotInstrumented, w.span(web, client, 3*time.Hour, 0, address(fmt.Sprint("new", i))), nil))
		}
		assert.Len(t, w.explained.byKey, 4, "groups that rested make room")
		assert.InDelta(t, 6, w.explained.overflow, 0)
	})
	t.Run("lone callers are decided early", func(t *testing.T) {
		w := newWorld(t, func(l *Limits) { l.MaxLone = 5 })
		for range 50 {
			u := w.span(web, client, 0, time.Millisecond, address("x"))
			w.Unmatched(u)
			w.Advance(testStart)
		}
		assert.Len(t, w.Detector.lone.queue, 5)
		assert.Len(t, w.Detector.lone.byTrace, 5)
		assert.InDelta(t, 45, w.explained.byKey[groupKey{cause: contract.BreakNotInstrumented, caller: web, transport: contract.TransportHTTP, address: "x"}].calls[tight], 0)
	})
	t.Run("pairs, addresses, topics and entries do not grow", func(t *testing.T) {
		w := newWorld(t, func(l *Limits) { l.MaxEntries = 2048 })
		for i := range 5000 {
			name := fmt.Sprint("s", i)
			r := w.span(party(name, ""), server, 0, time.Millisecond, address(name+".host"))
			r.Cause = topology.UnmatchedRoot
			w.Unmatched(r)
			m := w.span(web, producer, 0, time.Millisecond, address(name))
			w.Unmatched(m)
			w.pairOf(pairKey{caller: r.Party.NodeName})
			w.Advance(testStart.Add(time.Duration(i) * time.Millisecond))
		}
		assert.LessOrEqual(t, w.entries.n, 2048)
		assert.LessOrEqual(t, len(w.addresses.young)+len(w.addresses.old), 2*maxAddresses)
		assert.LessOrEqual(t, len(w.messages.byKey), maxTopics)
		assert.Len(t, w.pairs, maxPairs)
		assert.LessOrEqual(t, len(w.explained.byKey), DefaultLimits().MaxGroups)
		assert.LessOrEqual(t, len(w.entries.fates), maxFates)
	})
	t.Run("services on one topic", func(t *testing.T) {
		w := newWorld(t, nil)
		for i := range 20 {
			w.lone(w.span(party(fmt.Sprint("s", i), ""), producer, 0, time.Millisecond, address("topic")))
		}
		assert.InDelta(t, 20-maxParties, w.play().Overflow, 0)
	})
	t.Run("limits", func(t *testing.T) {
		_, err := New(Limits{})
		require.EqualError(t, err, "limits of the break detector must be positive, what is kept longer than 5s, messages longer than calls")
	})
}

func BenchmarkRoots(b *testing.B) {
	d, err := New(DefaultLimits())
	require.NoError(b, err)
	u := &topology.Unmatched{Cause: topology.UnmatchedRoot, Kind: server, Party: orders, Address: "orders"}
	b.ReportAllocs()
	for i := range b.N {
		u.Start = testStart.UnixNano() + int64(i)*int64(time.Millisecond)
		u.End = u.Start + int64(time.Millisecond)
		d.Unmatched(u)
		if i%1024 == 0 {
			d.Advance(time.Unix(0, u.End))
		}
	}
}
