package history

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/polyspan/polyspan/topology/internal/packed"
)

// The index lists the records in Blobs, so that opening reads nothing else. It is
// changed together with the records it lists, so it never names one that is not there.
const (
	indexKey     = "history/index"
	indexMagic   = "psi"
	indexVersion = 1
)

func (r *record) key() string { return "history/" + strconv.FormatUint(r.number, 36) }

// save writes what is held only in memory and deletes what is gone, in one change with
// the index. When that fails the records stay in memory.
func (s *Store) save(ctx context.Context) error {
	if s.options.Blobs == nil {
		return nil
	}
	var changes []Change
	for i := range s.records {
		if r := &s.records[i]; r.held != nil {
			changes = append(changes, Change{Key: r.key(), Value: r.held})
		}
	}
	for _, key := range s.deleted {
		changes = append(changes, Change{Key: key})
	}
	if len(changes) == 0 {
		return nil
	}
	changes = append(changes, Change{Key: indexKey, Value: s.index()})
	if err := s.options.Blobs.Apply(ctx, changes); err != nil {
		s.stats.Failed++
		return fmt.Errorf("save history: %w", err)
	}
	for i := range s.records {
		s.records[i].held = nil
	}
	s.deleted = s.deleted[:0]
	return nil
}

func (s *Store) index() []byte {
	w := &s.writer
	w.Reset()
	w.Number(uint64(len(s.records)))
	for i := range s.records {
		r := &s.records[i]
		w.Number(uint64(r.start))
		w.Number(uint64(r.end))
		w.Number(uint64(r.level))
		w.Number(r.number)
		w.Number(uint64(r.size))
	}
	return w.Record(indexMagic, indexVersion)
}

// minRecordBytes is the least that a record takes in the index.
const minRecordBytes = 5

// load reads the index.
func (s *Store) load(ctx context.Context) error {
	b, err := s.options.Blobs.Load(ctx, indexKey)
	if err != nil {
		return fmt.Errorf("history index: %w", err)
	}
	if b == nil {
		return nil
	}
	r, err := packed.NewReader(b, indexMagic, indexVersion)
	if err != nil {
		return fmt.Errorf("history index: %w", err)
	}
	records := make([]record, r.Length(minRecordBytes))
	var next uint64
	for i := range records {
		records[i] = record{
			start: int64(r.Number()), end: int64(r.Number()), level: int(r.Number()), number: r.Number(), size: int64(r.Number()),
		}
		if d := &records[i]; d.start < 0 || d.end <= d.start || d.level < 0 || d.level > len(ages) || d.size < 0 {
			return fmt.Errorf("history index: %w", packed.ErrDamaged)
		}
		next = max(next, records[i].number+1)
	}
	if err := r.Done(); err != nil {
		return fmt.Errorf("history index: %w", err)
	}
	slices.SortFunc(records, compareRecords)
	s.records, s.next = records, next
	return nil
}
