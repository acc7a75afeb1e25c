package topology

import (
	"strings"
	"sync"
	"time"
)

// SpanKey tells what spans are counted together.
type SpanKey struct {
	// Name is the span's name; [OverflowName] for those that no longer fit.
	Name   string
	Kind   Kind
	Status SpanStatus
}

// SpanStatus is a span's status, with the numbers of OTLP.
type SpanStatus uint8

// Statuses.
const (
	StatusUnset SpanStatus = iota
	StatusOK
	StatusError
)

// SpanLimits bound a [SpanTable].
type SpanLimits struct {
	// MaxServices bounds the services; those beyond count as [OverflowName].
	MaxServices int
	// MaxNames bounds the span names of one service; those beyond count as
	// [OverflowName].
	MaxNames int
	// Retention is after how long without spans a row is forgotten.
	Retention time.Duration
}

// SpanTable counts spans by service, name, kind and status, with their durations. It
// is not safe for concurrent use; like a [Graph] it has an owner with a lock.
// Constructor: NewSpanTable.
type SpanTable struct {
	limits    SpanLimits
	services  map[string]*ServiceSpans
	now       int64 // Unix nanoseconds, of the last Advance
	nextSweep int64
	refused   uint64
}

// ServiceSpans are the rows of one service.
type ServiceSpans struct {
	table *SpanTable
	name  string
	rows  map[SpanKey]*spanRow
	names map[string]int // rows by span name
}

type spanRow struct {
	created, last int64 // Unix nanoseconds
	calls         float64
	seconds       Histogram
}

// NewSpanTable makes an empty table.
func NewSpanTable(limits SpanLimits) *SpanTable {
	return &SpanTable{limits: limits, services: map[string]*ServiceSpans{}}
}

// Service gives the rows of a service, which the caller may use until it lets go of
// the table.
func (t *SpanTable) Service(name string) *ServiceSpans {
	name = strings.ToValidUTF8(cut(name), "\uFFFD")
	if s, ok := t.services[name]; ok {
		return s
	}
	if len(t.services) >= t.limits.MaxServices && name != OverflowName {
		t.refused++
		return t.Service(OverflowName)
	}
	s := &ServiceSpans{table: t, name: strings.Clone(name), rows: map[SpanKey]*spanRow{}, names: map[string]int{}}
	t.services[s.name] = s
	return s
}

// Count adds a span from start to end, in Unix nanoseconds. An absurd duration is left
// out of the durations (rule T9).
func (s *ServiceSpans) Count(key SpanKey, start, end int64, weight float64) {
	r := s.rows[key]
	if r == nil { // only names that are cut and valid have rows
		r = s.add(key)
	}
	r.last = s.table.now
	r.calls += weight
	if start > 0 && end >= start && end-start <= maxDuration {
		r.seconds.Observe(time.Duration(end-start), weight)
	}
}

// add finds the row of a name that was not found as it came, or makes it: that of the
// overflow if the name is one too many.
func (s *ServiceSpans) add(key SpanKey) *spanRow {
	key.Name = strings.ToValidUTF8(cut(key.Name), "\uFFFD")
	if r := s.rows[key]; r != nil {
		return r
	}
	if s.names[key.Name] == 0 && len(s.names) >= s.table.limits.MaxNames {
		s.table.refused++
		key.Name = OverflowName
		if r := s.rows[key]; r != nil {
			return r
		}
	}
	key.Name = strings.Clone(key.Name)
	r := &spanRow{created: s.table.now}
	s.rows[key] = r
	s.names[key.Name]++
	return r
}

// Advance sets the clock, and forgets now and then the rows that were not used for
// the retention.
func (t *SpanTable) Advance(now time.Time) {
	t.now = now.UnixNano()
	if t.now < t.nextSweep {
		return
	}
	t.nextSweep = t.now + int64(sweepInterval)
	oldest := t.now - int64(t.limits.Retention)
	for name, s := range t.services {
		for key, r := range s.rows {
			if r.last < oldest {
				delete(s.rows, key)
				s.names[key.Name]--
				if s.names[key.Name] == 0 {
					delete(s.names, key.Name)
				}
			}
		}
		if len(s.rows) == 0 {
			delete(t.services, name)
		}
	}
}

// Refused counts the spans counted under [OverflowName].
func (t *SpanTable) Refused() uint64 { return t.refused }

// SpanTotal is a copy of one row.
type SpanTotal struct {
	SpanKey

	Service string
	Created time.Time
	Calls   float64
	Seconds Histogram
}

// EachSpanTotal visits a copy of every row, in no particular order. It takes the
// owner's lock for one service at a time, and not during the visits; the total is
// used again after the visit: what stays must be copied.
func EachSpanTotal(l sync.Locker, t *SpanTable, visit func(*SpanTotal)) {
	l.Lock()
	services := make([]*ServiceSpans, 0, len(t.services))
	for _, s := range t.services {
		services = append(services, s)
	}
	l.Unlock()
	var copies []SpanTotal
	for _, s := range services {
		l.Lock()
		n := 0
		for key, r := range s.rows {
			if n == len(copies) {
				copies = append(copies, SpanTotal{})
			}
			c := &copies[n]
			n++
			c.SpanKey, c.Service, c.Created, c.Calls = key, s.name, time.Unix(0, r.created).UTC(), r.calls
			c.Seconds.reset()
			c.Seconds.Add(&r.seconds)
		}
		l.Unlock()
		for i := range copies[:n] {
			visit(&copies[i])
		}
	}
}
