package infer

import (
	"cmp"
	"slices"
)

// clocks estimates how far the hosts' clocks are apart, so that spans of two
// hosts can be held against each other. Each host gets one offset; the hosts of
// a group are set against the busiest of them.
type clocks struct {
	pairs map[hostPair]pairOffset
	// offset is how far a host's clock is ahead, ns.
	offset map[uint64]int64
	// waiting are distances of unlinked spans of pairs that had too few of them to
	// tell, for the next window; at most maxWaiting a pair and maxPairs pairs.
	waiting map[hostPair][]int64
}

// hostPair is a caller's and a callee's clock, which differ.
type hostPair struct{ from, to uint64 }

// pairOffset is the offset of a pair, of the last window that showed it well.
type pairOffset struct {
	ahead  int64 // ns the callee's clock is ahead of the caller's
	weight int   // observations behind it
}

const (
	// clockGrid is the resolution the offset of unlinked spans is sought at, and
	// maxSkew the largest offset that is found, ns.
	clockGrid = 250_000
	maxSkew   = 1_000_000_000
	// minPairs is from how many observations on a pair's offset is believed.
	minPairs = 12
	// minHeap is how many unlinked spans have to lie together beyond chance.
	minHeap = 4
	// maxWaiting bounds the distances of a pair kept for the next window. A pair
	// that has more of them in one window needs no more.
	maxWaiting = 500
	// maxPairs bounds the hosts told apart; more are taken to be exact.
	maxPairs = 16_384
)

func newClocks() clocks {
	return clocks{pairs: map[hostPair]pairOffset{}, offset: map[uint64]int64{}, waiting: map[hostPair][]int64{}}
}

// clockOf names the clock a span was stamped by.
func clockOf(s *Span) uint64 {
	if s.Host != 0 {
		return s.Host
	}
	return s.Process
}

// middle is the middle of a span; a call's and its answer's are close even where
// the durations differ.
func middle(s *Span) int64 { return s.Start + (s.End-s.Start)/2 }

// observe sets a pair's offset from the distances of middles of spans known or
// decided to belong together.
func (c *clocks) observe(p hostPair, distances []int64) {
	if len(distances) < minPairs {
		return
	}
	slices.Sort(distances)
	c.set(p, pairOffset{ahead: distances[len(distances)/2], weight: len(distances)})
}

func (c *clocks) set(p hostPair, o pairOffset) {
	if _, ok := c.pairs[p]; ok || len(c.pairs) < maxPairs {
		c.pairs[p] = o
	}
}

// guess finds a pair's offset from the distances between all spans that may
// belong together: those that do lie in one heap, the others everywhere.
func (c *clocks) guess(p hostPair, distances []int64) {
	distances = append(distances, c.waiting[p]...)
	count := map[int64]int{}
	for _, d := range distances {
		count[floorDiv(d, clockGrid)]++
	}
	best, most := int64(0), 0
	for b := range count {
		n := count[b-1] + 2*count[b] + count[b+1]
		if n > most || n == most && (abs(b) < abs(best) || abs(b) == abs(best) && b < best) {
			best, most = b, n
		}
	}
	// What lies there by chance: the counts of three cells, the middle one twice.
	chance := 4 * len(distances) / (2 * maxSkew / clockGrid)
	if most < 2*minHeap+4*chance {
		c.wait(p, distances)
		return
	}
	delete(c.waiting, p)
	near := distances[:0:0]
	for _, d := range distances {
		if abs(floorDiv(d, clockGrid)-best) <= 1 {
			near = append(near, d)
		}
	}
	slices.Sort(near)
	c.set(p, pairOffset{ahead: near[len(near)/2], weight: most / 4})
}

func (c *clocks) wait(p hostPair, distances []int64) {
	if _, ok := c.waiting[p]; ok || len(c.waiting) < maxPairs {
		c.waiting[p] = distances[:min(len(distances), maxWaiting)]
	}
}

// settle turns the pairs' offsets into one per host, strongest pairs first.
func (c *clocks) settle() {
	type link struct {
		hostPair
		pairOffset
	}
	links := make([]link, 0, len(c.pairs))
	for p, o := range c.pairs {
		links = append(links, link{p, o})
	}
	slices.SortFunc(links, func(a, b link) int {
		if a.weight != b.weight {
			return cmp.Compare(b.weight, a.weight)
		}
		if a.from != b.from {
			return cmp.Compare(a.from, b.from)
		}
		return cmp.Compare(a.to, b.to)
	})
	group := map[uint64][]uint64{}
	head := map[uint64]uint64{}
	clear(c.offset)
	join := func(h uint64) uint64 {
		if g, ok := head[h]; ok {
			return g
		}
		head[h], group[h] = h, []uint64{h}
		return h
	}
	for _, l := range links {
		a, b := join(l.from), join(l.to)
		if a == b {
			continue
		}
		move := c.offset[l.from] + l.ahead - c.offset[l.to]
		if len(group[a]) < len(group[b]) {
			a, b, move = b, a, -move
		}
		for _, h := range group[b] {
			c.offset[h] += move
			head[h] = a
		}
		group[a] = append(group[a], group[b]...)
		delete(group, b)
	}
}

func abs(a int64) int64 { return max(a, -a) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
