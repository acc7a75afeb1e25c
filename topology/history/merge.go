package history

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

func compareRecords(a, b record) int {
	return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.number, b.number))
}

// maxCorrections is how many records of one slot may wait for the slot to be merged;
// at more they are made one before.
const maxCorrections = 8

// merge makes one record of the oldest of a level that are due, in place of them;
// false when there is nothing to do.
func (s *Store) merge(ctx context.Context, level int, now int64) (bool, error) {
	first, end, to := s.due(level, now)
	if first == end {
		return false, nil
	}
	run := slices.Clone(s.records[first:end])
	sum, err := s.sum(ctx, run, nil)
	if errors.Is(err, errUnreadable) {
		return false, err
	}
	s.forget(run)
	s.records = slices.Delete(s.records, first, end)
	if slot := sum.slot(); len(slot.Edges) > 0 || len(slot.Nodes) > 0 {
		r, encodeErr := s.encode(slot, to)
		if encodeErr != nil {
			return false, encodeErr
		}
		s.insert(r)
	}
	return true, err
}

// due finds the records of a level that are to become one of the level to: those of
// one slot of the next level that is over for long enough, or too many of one slot.
func (s *Store) due(level int, now int64) (first, end, to int) {
	width := int64(s.options.Width)
	for range level {
		width *= coarser
	}
	age := ages[level] * int64(s.options.Width)
	for i := 0; i < len(s.records); {
		if s.records[i].level != level {
			i++
			continue
		}
		period := s.records[i].start / (width * coarser)
		same, all := i, i
		for all < len(s.records) && s.records[all].level == level && s.records[all].start/(width*coarser) == period {
			all++
			if s.records[all-1].start == s.records[i].start {
				same = all
			}
		}
		switch {
		case (period+1)*width*coarser+age <= now:
			return i, all, level + 1
		case same-i > maxCorrections:
			return i, same, level
		}
		i = same
	}
	return 0, 0, 0
}
