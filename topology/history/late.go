package history

import (
	"context"

	"github.com/polyspan/polyspan/topology"
)

// WriteLate adds calls that came too late for their slots, which are not corrected any
// more: they are added to a record of their time that is six slots wide. Edges are by
// the span time, in Unix nanoseconds, at which that record shall be. It gives how many
// calls are older than the retention and left out.
func (s *Store) WriteLate(ctx context.Context, now int64, edges map[int64][]Edge) (tooOld float64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	width := int64(s.options.Width) * coarser
	periods := map[int64]*Sum{}
	for at, late := range edges {
		start := at / width * width
		for i := range late {
			e := &late[i]
			if start+width <= now-int64(s.options.Retention) {
				tooOld += e.Figures.Calls
				continue
			}
			sum := periods[start]
			if sum == nil {
				sum = NewSum()
				periods[start] = sum
			}
			sum.add(&Slot{Start: start, End: start + width, Edges: []Edge{*e}})
		}
	}
	for _, sum := range periods {
		for _, e := range sum.edges {
			sum.name(e.Source, e)
			sum.name(e.Target, e)
		}
		r, err := s.encode(sum.slot(), 1)
		if err != nil {
			return tooOld, err
		}
		s.insert(r)
	}
	return tooOld, s.save(ctx)
}

// name makes an end of a late edge known as a node, of which nothing else is.
func (s *Sum) name(n topology.NodeName, e *Edge) {
	if s.nodes[n] == nil {
		s.nodes[n] = &Node{NodeName: n, First: e.First, Last: e.Last}
	}
}
