package infer

import "math"

// edge is one slot an item may be put into and what that gains.
type edge struct {
	slot int32
	gain float64
}

// matcher puts items into slots, one item a slot at most, so that the sum of
// gains is the largest possible. An item may stay out, at a gain of its own.
// It is the shortest augmenting path method on a sparse graph: every item is
// added in turn, moving others along the cheapest path; potentials keep all
// reduced costs at or above zero. What it touches is local, so a long window
// costs what its busy parts cost.
type matcher struct {
	edges [][]edge
	out   []float64 // gain of leaving the item out
	// itemOf and slotOf are the matching; -1 is none. slotOf is outside for an
	// item left out.
	itemOf, slotOf []int32
	price          []float64 // of a slot, ≤ 0

	dist  []float64
	via   []int32
	done  []bool
	seen  []int32
	queue frontier
}

const (
	free    = -1
	outside = -2
)

// solve matches all items of edges into slots 0…slots-1.
func (m *matcher) solve(edges [][]edge, out []float64, slots int) {
	m.edges, m.out = edges, out
	m.itemOf = resize(m.itemOf, slots)
	m.price = resize(m.price, slots)
	m.dist = resize(m.dist, slots)
	m.via = resize(m.via, slots)
	m.done = resize(m.done, slots)
	for s := range slots {
		m.itemOf[s], m.price[s], m.dist[s], m.done[s] = free, 0, math.Inf(1), false
	}
	m.slotOf = resize(m.slotOf, len(edges))
	for i := range m.slotOf {
		m.slotOf[i] = free
	}
	for i := range edges {
		m.insert(int32(i))
	}
}

// insert adds item by the cheapest path of displacements that ends at a free
// slot or with some item left out.
func (m *matcher) insert(item int32) {
	m.queue = m.queue[:0]
	m.seen = m.seen[:0]
	endDist, endItem, endSlot := math.Inf(1), int32(free), int32(free)
	last, lastDist := item, 0.0
	for {
		// base is the reduced cost of staying where last is, 0 on matched edges.
		base := lastDist - m.potential(last)
		if d := base - m.out[last]; d < endDist {
			endDist, endItem, endSlot = d, last, outside
		}
		for _, g := range m.edges[last] {
			if m.done[g.slot] {
				continue
			}
			d := base - g.gain - m.price[g.slot]
			if d < m.dist[g.slot] {
				if math.IsInf(m.dist[g.slot], 1) {
					m.seen = append(m.seen, g.slot)
				}
				m.dist[g.slot], m.via[g.slot] = d, last
				m.queue.push(reach{d, g.slot})
			}
		}
		s := m.nearest(endDist)
		if s == free {
			break
		}
		m.done[s] = true
		if m.itemOf[s] == free {
			endDist, endItem, endSlot = m.dist[s], m.via[s], s
			break
		}
		last, lastDist = m.itemOf[s], m.dist[s]
	}
	for _, s := range m.seen {
		if m.done[s] && m.dist[s] < endDist {
			m.price[s] += m.dist[s] - endDist
		}
	}
	m.shift(item, endItem, endSlot)
	for _, s := range m.seen {
		m.dist[s], m.done[s] = math.Inf(1), false
	}
}

// potential is the cost of last's present place at the present prices; an item
// being inserted has none, and any constant does for it.
func (m *matcher) potential(last int32) float64 {
	switch s := m.slotOf[last]; s {
	case free:
		return 0
	case outside:
		return -m.out[last]
	default:
		for _, g := range m.edges[last] {
			if g.slot == s {
				return -g.gain - m.price[s]
			}
		}
		return 0
	}
}

// nearest pops the closest slot not done, or free when none is closer than limit.
func (m *matcher) nearest(limit float64) int32 {
	for len(m.queue) > 0 {
		r := m.queue.pop()
		if m.done[r.slot] || r.dist > m.dist[r.slot] {
			continue
		}
		if r.dist >= limit {
			return free
		}
		return r.slot
	}
	return free
}

// shift moves items along the path back from its end to item.
func (m *matcher) shift(item, endItem, endSlot int32) {
	i, s := endItem, endSlot
	for {
		left := m.slotOf[i]
		m.slotOf[i] = s
		if s != outside {
			m.itemOf[s] = i
		}
		if i == item {
			return
		}
		s = left
		i = m.via[s]
	}
}

// resize returns s with n elements, their values undefined.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}
