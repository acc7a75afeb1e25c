package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/polyspan/polyspan/topology/internal/packed"
)

// Options bound a store.
type Options struct {
	// Width is that of the slots that are written.
	Width time.Duration
	// Retention is how far back the store answers.
	Retention time.Duration
	// MaxBytes bounds the encoded slots, in memory and in Blobs together.
	MaxBytes int64
	// Blobs keep the slots over a restart; nil keeps them in memory.
	Blobs Blobs
}

// slotsPerWindow is how many slots make a window of the graph.
const slotsPerWindow = 6

// coarser is how many slots of a level make one of the next.
const coarser = 6

// ages are, in widths of a slot, how old a slot of each level is when it is merged
// into the next: two windows, 25 windows.
var ages = [...]int64{2 * slotsPerWindow, 25 * slotsPerWindow}

// Stats are the store's own figures: counters since it was made, and what is held now.
type Stats struct {
	// Records and Bytes are held now, Unsaved those of them only in memory though there
	// are blobs.
	Records, Unsaved int
	Bytes            int64
	// Dropped counts records that left because of MaxBytes, before their time.
	Dropped uint64
	// Damaged counts records that could not be read, Failed writes that did not succeed.
	Damaged, Failed uint64
}

// Store keeps the slots of the retention. Make one with [New] or [Open].
type Store struct {
	options Options

	mu sync.Mutex // guards what follows, also during reads and writes of Blobs
	// records are sorted by start, then by number.
	records []record
	next    uint64 // number of the next record
	// deleted are the keys of records that are gone and still in Blobs.
	deleted []string
	writer  packed.Writer
	stats   Stats
}

// record is an encoded slot: the first of its time, or a correction of earlier ones.
type record struct {
	start, end int64
	level      int
	number     uint64 // also its key in Blobs
	size       int64
	held       []byte // nil when it is in Blobs only
}

// New makes an empty store.
func New(o Options) (*Store, error) {
	if o.Width <= 0 || o.Retention < o.Width || o.MaxBytes <= 0 {
		return nil, fmt.Errorf("history of %v in slots of %v and %d bytes: all must be positive, the retention no shorter than a slot", o.Retention, o.Width, o.MaxBytes)
	}
	return &Store{options: o}, nil
}

// Open gives the store with what is in the blobs. An index that is damaged or foreign
// is an error beside a store that works and is empty.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := New(o)
	if err != nil || o.Blobs == nil {
		return s, err
	}
	err = s.load(ctx)
	return s, err
}

// Write adds a record of a slot: a new one, or a correction of one written before. A
// slot without edges and nodes is not written.
func (s *Store) Write(ctx context.Context, slot *Slot) error {
	if len(slot.Edges) == 0 && len(slot.Nodes) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.encode(slot, 0)
	if err != nil {
		return err
	}
	s.insert(r)
	return s.save(ctx)
}

// Tidy makes old slots coarser, forgets what is beyond the retention or the bound,
// and tries again to save what could not be saved.
func (s *Store) Tidy(ctx context.Context, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for level := range ages {
		for {
			merged, err := s.merge(ctx, level, now.UnixNano())
			if err != nil {
				errs = append(errs, err)
			}
			if !merged {
				break
			}
		}
	}
	s.expire(now.UnixNano())
	errs = append(errs, s.save(ctx))
	return errors.Join(errs...)
}

// Span is the span time that is kept; false when nothing is.
func (s *Store) Span() (from, to time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.records) == 0 {
		return time.Time{}, time.Time{}, false
	}
	end := s.records[0].end
	for i := range s.records {
		end = max(end, s.records[i].end)
	}
	return time.Unix(0, s.records[0].start).UTC(), time.Unix(0, end).UTC(), true
}

// Stats returns the present figures.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Records = len(s.records)
	for i := range s.records {
		st.Bytes += s.records[i].size
		if s.options.Blobs != nil && s.records[i].held != nil {
			st.Unsaved++
		}
	}
	return st
}

func (s *Store) encode(slot *Slot, level int) (record, error) {
	b, err := encode(&s.writer, slot)
	if err != nil {
		return record{}, err
	}
	r := record{start: slot.Start, end: slot.End, level: level, number: s.next, size: int64(len(b)), held: b}
	s.next++
	return r, nil
}

func (s *Store) insert(r record) {
	i, _ := slices.BinarySearchFunc(s.records, r, compareRecords)
	s.records = slices.Insert(s.records, i, r)
}

// expire takes out what is older than the retention, and the oldest while the bound
// is exceeded.
func (s *Store) expire(now int64) {
	var bytes int64
	for i := range s.records {
		bytes += s.records[i].size
	}
	oldest := now - int64(s.options.Retention)
	for len(s.records) > 0 {
		r := &s.records[0]
		if r.end > oldest {
			if bytes <= s.options.MaxBytes {
				break
			}
			s.stats.Dropped++
		}
		bytes -= r.size
		s.forget(s.records[:1])
		s.records = s.records[1:]
	}
}

// forget notes that records leave.
func (s *Store) forget(gone []record) {
	for i := range gone {
		if gone[i].held == nil {
			s.deleted = append(s.deleted, gone[i].key())
		}
	}
}
