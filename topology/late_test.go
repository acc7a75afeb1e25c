package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A partner that comes when the wait is over corrects the window and leaves the
// counters alone (rule T4).
func TestLatePartners(t *testing.T) {
	client := span{service: "a", kind: KindClient, id: 1, end: 100, attrs: to("b.shop")}
	server := span{service: "b", kind: KindServer, id: 2, parent: 1, end: 80, attrs: http}
	produce := span{service: "a", kind: KindProducer, id: 1, attrs: kafka}
	consume := span{service: "b", kind: KindConsumer, id: 2, parent: 1, attrs: kafka}
	later := func(s span, at time.Duration) span {
		s.at = at
		return s
	}
	tests := []struct {
		name   string
		spans  []span
		after  time.Duration
		want   []string
		counts map[string]float64
	}{
		{
			"the callee is late",
			[]span{client, later(server, 15*time.Second)},
			time.Minute,
			[]string{"a -> b.shop http call", "a -> b http call x1"},
			map[string]float64{"a -> b": 0, "a -> b.shop": 1},
		},
		{
			"the caller is late",
			[]span{server, later(client, 15*time.Second)},
			time.Minute,
			[]string{"a -> b http call x1", "caller missing -> b http call"},
			map[string]float64{"a -> b": 0, "caller missing -> b": 1},
		},
		{
			"the consumer comes 10 minutes after the producer",
			[]span{produce, later(consume, 10*time.Minute)},
			11 * time.Minute,
			[]string{"a -> b kafka message x1", "a -> kafka:orders kafka message"},
			map[string]float64{"a -> b": 0, "a -> kafka:orders": 1},
		},
		{
			"nobody remembers after the retention",
			[]span{client, later(server, 30*time.Minute)},
			31 * time.Minute,
			[]string{"a -> b.shop http call x1", "caller missing -> b http call x1"},
			map[string]float64{"a -> b.shop": 1, "caller missing -> b": 1},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limits := DefaultLimits()
			limits.Window = 12 * time.Minute
			w := newWorld(t, limits)
			w.add(tt.spans...)
			assert.Equal(t, tt.want, w.drawn(tt.after))
			counts := map[string]float64{}
			for name, s := range w.states() {
				counts[name] = s.Total.Calls
				assert.InDelta(t, s.Total.Calls, s.Total.Client.Count()+s.Total.Server.Count()-min(s.Total.Client.Count(), s.Total.Server.Count()), 0, name)
			}
			assert.Equal(t, tt.counts, counts)
		})
	}
}

// The remembered ones are bounded.
func TestTooManyLateHalves(t *testing.T) {
	l := DefaultLimits()
	l.MaxPending = MinPending
	w := newWorld(t, l)
	for i := range 3 * MinPending {
		w.add(span{service: "a", kind: KindClient, id: i + 1, attrs: to("x")})
	}
	w.Advance(testStart.Add(time.Minute))
	assert.Len(t, w.late.ring, MinPending/latePart)
	assert.Len(t, w.late.byID, MinPending/latePart)
}
