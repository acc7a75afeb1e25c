package breaks

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/polyspan/polyspan/contract"
)

// Over many random runs and loads: strangers are never called a break, and a break is
// found beside them.
func TestPrecision(t *testing.T) {
	const seeds = 40
	tests := []struct {
		name      string
		strangers int // roots of the callee a second that web has nothing to do with
		broken    bool
		found     int // runs of all, at least; at most when nothing is broken
	}{
		{"quiet, spans dropped", 1, false, 0},
		{"busy, spans dropped", 10, false, 0},
		{"very busy, spans dropped", 60, false, 0},
		{"quiet, context lost", 1, true, seeds},
		{"busy, context lost", 5, true, seeds},
		{"very busy, context lost", 60, true, seeds},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			right := 0
			for seed := range uint64(seeds) {
				w := newWorld(t, nil)
				w.r = rand.New(rand.NewPCG(seed, 7))
				for range 80 {
					at := time.Duration(w.r.Int64N(int64(30 * time.Second)))
					length := 20*time.Millisecond + time.Duration(w.r.Int64N(int64(60*time.Millisecond)))
					w.lone(w.span(web, client, at, length, toOrders("orders")))
					if tt.broken {
						w.root(w.span(orders, server, at+time.Millisecond, length-2*time.Millisecond, nil))
					}
				}
				w.strangers(tt.strangers, 30, nil)
				for _, b := range w.play().Breaks {
					if assert.Equal(t, []any{contract.BreakContext, "web", "orders"}, []any{b.Cause, b.Caller.Name, b.Callee.Name}) {
						right++
					}
				}
			}
			t.Logf("found in %d of %d runs", right, seeds)
			if tt.broken {
				assert.GreaterOrEqual(t, right, tt.found)
				return
			}
			assert.LessOrEqual(t, right, tt.found)
		})
	}
}
