package history

import (
	"context"
	"errors"
	"fmt"

	"github.com/polyspan/polyspan/topology/internal/packed"
)

// Read sums the slots that touch the span time from from to to, in Unix nanoseconds:
// whole ones, so that the sum may cover more, and says so. Live slots, those that are
// not over, are read as if they had been written. The sum is of what could be read;
// the error tells what could not.
func (s *Store) Read(ctx context.Context, from, to int64, live []*Slot) (*Sum, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var run []record
	for _, r := range s.records {
		if r.start < to && r.end > from {
			run = append(run, r)
		}
	}
	var touched []*Slot
	for _, l := range live {
		if l.Start < to && l.End > from {
			touched = append(touched, l)
		}
	}
	return s.sum(ctx, run, touched)
}

// Select sums the slots of a stretch, live ones among them, that keep chooses; its
// rates are over the time of these.
func (s *Store) Select(ctx context.Context, from, to int64, live []*Slot, keep func(*Slot) bool) (*Sum, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := NewSum()
	var errs []error
	take := func(slot *Slot) {
		if keep(slot) {
			out.pieces += slot.End - slot.Start
			out.add(slot)
		}
	}
	seen := map[int64]bool{}
	for i := 0; i < len(s.records); {
		first := &s.records[i]
		var run []record
		for ; i < len(s.records) && s.records[i].start == first.start && s.records[i].end == first.end; i++ {
			run = append(run, s.records[i])
		}
		if first.start >= to || first.end <= from {
			continue
		}
		seen[first.start] = true
		one, err := s.sum(ctx, run, slotsAt(live, first.start))
		if err != nil {
			errs = append(errs, err)
		}
		take(one.slot())
	}
	for _, l := range live {
		if !seen[l.Start] && l.Start < to && l.End > from {
			take(l)
		}
	}
	return out, errors.Join(errs...)
}

func slotsAt(slots []*Slot, start int64) (out []*Slot) {
	for _, s := range slots {
		if s.Start == start {
			out = append(out, s)
		}
	}
	return out
}

// sum adds up records, sorted, and live slots. Records of the finest level that are of
// one slot correct each other; all others add up.
func (s *Store) sum(ctx context.Context, run []record, live []*Slot) (*Sum, error) {
	out := NewSum()
	var errs []error
	taken := make([]bool, len(live))
	for i := 0; i < len(run); {
		one := NewSum()
		first := &run[i]
		for ; i < len(run) && run[i].start == first.start && run[i].end == first.end; i++ {
			slot, err := s.fetch(ctx, &run[i])
			switch {
			case err != nil:
				errs = append(errs, err)
			case run[i].level == 0:
				one.correct(slot)
			default:
				out.add(slot)
			}
		}
		for j, l := range live {
			if !taken[j] && l.Start == first.start && l.End == first.end {
				one.correct(l)
				taken[j] = true
			}
		}
		if one.From != one.To {
			out.add(one.slot())
		}
	}
	for j, l := range live {
		if !taken[j] {
			out.add(l)
		}
	}
	return out, errors.Join(errs...)
}

// errUnreadable marks what may be readable another time.
var errUnreadable = errors.New("cannot be read now")

// fetch decodes a record. One that cannot be read is counted.
func (s *Store) fetch(ctx context.Context, r *record) (*Slot, error) {
	b := r.held
	if b == nil {
		var err error
		if b, err = s.options.Blobs.Load(ctx, r.key()); err != nil {
			s.stats.Failed++
			return nil, fmt.Errorf("history record %s: %w: %w", r.key(), errUnreadable, err)
		}
	}
	slot, err := decode(b)
	if err == nil && (slot.Start != r.start || slot.End != r.end) {
		err = packed.ErrForeign
	}
	if err != nil {
		s.stats.Damaged++
		return nil, fmt.Errorf("history record %s: %w", r.key(), err)
	}
	return slot, nil
}
