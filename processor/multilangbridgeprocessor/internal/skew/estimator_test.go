package skew

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const (
	ms    = int64(time.Millisecond)
	start = int64(1_700_000_000) * int64(time.Second)
)

// feed adds n calls of 50–70 ms whose callee's clock is ahead by skew; the
// callee's part begins after 5–15 ms.
func feed(e *Estimator, now int64, n int, caller, callee Host, skew int64) {
	rng := rand.New(rand.NewPCG(1, uint64(callee)))
	for i := range n {
		at := start + int64(i)*ms
		length := 50*ms + rng.Int64N(20*ms)
		begin := at + 5*ms + rng.Int64N(10*ms) + skew
		e.Add(now, caller, callee, Interval{at, at + length}, Interval{begin, begin + 20*ms})
	}
}

func TestOffset(t *testing.T) {
	tests := []struct {
		name  string
		skew  int64
		calls int
		known bool
	}{
		{"clocks that agree", 0, 100, true},
		{"a callee 3 s behind", -3000 * ms, 100, true},
		{"an hour ahead", int64(time.Hour), 100, true},
		{"too few calls", -3000 * ms, minSamples - 1, false},
		{"beyond what skew can be", int64(72 * time.Hour), 100, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := New()
			feed(e, 0, tt.calls, 1, 2, tt.skew)
			got, known := e.Offset(1, 1, 2)
			assert.Equal(t, tt.known, known)
			if tt.skew == 0 || !tt.known {
				assert.Zero(t, got)
				return
			}
			assert.InDelta(t, tt.skew, got, float64(20*ms), "within the asymmetry of the calls")
			back, known := e.Offset(1, 2, 1)
			assert.False(t, known, "pairs are ordered")
			assert.Zero(t, back)
		})
	}
}

func TestBetween(t *testing.T) {
	e := New()
	feed(e, 0, 100, 1, 2, -3000*ms)
	there, uncertainty, known := e.Between(1, 1, 2)
	assert.True(t, known)
	assert.InDelta(t, -3000*ms, there, float64(uncertainty))
	back, _, known := e.Between(1, 2, 1)
	assert.True(t, known)
	assert.Equal(t, -there, back)
	_, _, known = e.Between(1, 2, 3)
	assert.False(t, known)
}

func TestAsynchronousChildrenSayNothing(t *testing.T) {
	e := New()
	for range 100 {
		e.Add(0, 1, 2, Interval{start, start + ms}, Interval{start + 10*ms, start + 500*ms}) // longer than its caller
		e.Add(0, 1, 2, Interval{start, start}, Interval{start, start})                       // no length
		e.Add(0, 1, 1, Interval{start, start + ms}, Interval{start + 9*ms, start + 9*ms})    // one host
		e.Add(0, 0, 2, Interval{start, start + ms}, Interval{start + 9*ms, start + 9*ms})    // unknown host
	}
	assert.Zero(t, e.Pairs())
}

func TestOldSamplesLeaveTheWindow(t *testing.T) {
	e := New()
	feed(e, 0, 50, 1, 2, -3000*ms)
	later := int64(Window) + 2
	_, known := e.Offset(later, 1, 2)
	assert.False(t, known)
	feed(e, later, 50, 1, 2, 40*ms*25)
	got, known := e.Offset(later+int64(refresh), 1, 2)
	assert.True(t, known)
	assert.InDelta(t, 1000*ms, got, float64(20*ms), "a clock that was stepped")
}

// Offsets add up along chains of calls, against the host that calls the others.
func TestShift(t *testing.T) {
	e := New()
	feed(e, 0, 100, 1, 2, -3000*ms)
	feed(e, 0, 100, 2, 3, 5000*ms)
	feed(e, 0, 100, 8, 9, 0)
	assert.Zero(t, e.Shift(1, 1))
	assert.InDelta(t, 3000*ms, e.Shift(1, 2), float64(40*ms))
	assert.InDelta(t, -2000*ms, e.Shift(1, 3), float64(40*ms))
	assert.Zero(t, e.Shift(1, 9))
	assert.Zero(t, e.Shift(1, 77), "a host that nobody knows")
}

func TestPairsAreBounded(t *testing.T) {
	e := New()
	for i := range MaxPairs + 100 {
		feed(e, 0, 1, 1, Host(i+2), 0)
	}
	assert.Equal(t, MaxPairs, e.Pairs())
	feed(e, 2*int64(Window), 1, 1, 2, 0)
	feed(e, 2*int64(Window), 1, 1, Host(MaxPairs+500), 0)
	assert.LessOrEqual(t, e.Pairs(), 2, "pairs out of use make room")
}

func BenchmarkAdd(b *testing.B) {
	e := New()
	b.ReportAllocs()
	for b.Loop() {
		e.Add(0, 1, 2, Interval{start, start + 50*ms}, Interval{start + 5*ms, start + 20*ms})
	}
}
