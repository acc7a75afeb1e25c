package infer

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClocksAgreeAlongPairs(t *testing.T) {
	ahead := map[uint64]int64{1: 0, 2: 3 * ms, 3: -2 * ms, 4: 500 * us, 7: 0, 8: 9 * ms}
	c := newClocks()
	for _, p := range []hostPair{{1, 2}, {2, 3}, {4, 3}, {7, 8}} {
		d := make([]int64, 20)
		for i := range d {
			d[i] = ahead[p.to] - ahead[p.from] + int64(i%3)*1000 - 1000
		}
		c.observe(p, d)
	}
	c.settle()
	for _, p := range []hostPair{{1, 3}, {1, 4}, {2, 4}, {7, 8}} {
		assert.InDelta(t, ahead[p.to]-ahead[p.from], c.offset[p.to]-c.offset[p.from], 5*us, "%v", p)
	}
}

func TestClocksGuessFromUnlinkedSpans(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var d []int64
	for range 3000 {
		d = append(d, r.Int64N(2*maxSkew)-maxSkew) // spans that do not belong together
	}
	c := newClocks()
	c.guess(hostPair{1, 2}, d)
	assert.Empty(t, c.pairs, "chance is no offset")
	for range 200 {
		d = append(d, -3*ms+r.Int64N(200*us))
	}
	c.guess(hostPair{1, 2}, d)
	assert.InDelta(t, -2.9*ms, c.pairs[hostPair{1, 2}].ahead, 100*us)
}

func TestClocksNeedSeveralObservations(t *testing.T) {
	c := newClocks()
	c.observe(hostPair{1, 2}, make([]int64, minPairs-1))
	assert.Empty(t, c.pairs)
}

func TestClocksGatherOverWindows(t *testing.T) {
	c := newClocks()
	window := []int64{5 * ms, 5*ms + 10_000, -700 * ms}
	c.guess(hostPair{1, 2}, window)
	assert.Empty(t, c.pairs, "two of a kind may be chance")
	c.guess(hostPair{1, 2}, window)
	c.guess(hostPair{1, 2}, window)
	assert.InDelta(t, 5*ms, c.pairs[hostPair{1, 2}].ahead, 20*us)
	assert.Len(t, c.waiting, 1, "what came after waits for more")
}
