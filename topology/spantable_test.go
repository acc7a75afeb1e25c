package topology

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spanTotals are the rows of a table by service, name, kind and status.
func spanTotals(t *SpanTable) map[string]SpanTotal {
	out := map[string]SpanTotal{}
	EachSpanTotal(&sync.Mutex{}, t, func(s *SpanTotal) {
		c := *s
		c.Seconds.Counts = append([]float64(nil), s.Seconds.Counts...)
		out[fmt.Sprintf("%s %s %d %d", s.Service, s.Name, s.Kind, s.Status)] = c
	})
	return out
}

// newSpanTable is a table at testStart.
func newSpanTable(limits SpanLimits) *SpanTable {
	table := NewSpanTable(limits)
	table.Advance(testStart)
	return table
}

// count adds a span of the given length.
func count(s *ServiceSpans, key SpanKey, d time.Duration, weight float64) {
	s.Count(key, testStart.UnixNano(), testStart.Add(d).UnixNano(), weight)
}

func TestSpanTable(t *testing.T) {
	table := newSpanTable(SpanLimits{MaxServices: 10, MaxNames: 10, Retention: time.Hour})
	get := SpanKey{Name: "GET /", Kind: KindServer}
	count(table.Service("a"), get, 100*time.Millisecond, 1)
	count(table.Service("a"), get, 200*time.Millisecond, 2.5)
	count(table.Service("a"), get, -time.Millisecond, 1)
	count(table.Service("a"), SpanKey{Name: "GET /", Kind: KindServer, Status: StatusError}, time.Second, 1)
	count(table.Service("b"), get, time.Second, 1)
	got := spanTotals(table)
	require.Len(t, got, 3)
	row := got["a GET / 2 0"]
	assert.Equal(t, testStart, row.Created)
	assert.InDelta(t, 4.5, row.Calls, 1e-9, "a span with an absurd duration is a call all the same")
	assert.InDelta(t, 3.5, row.Seconds.Count(), 1e-9)
	assert.InDelta(t, 0.6, row.Seconds.SumSeconds, 1e-9)
	assert.InDelta(t, 0.1, UpperBound(row.Seconds.First), 1e-9)
	assert.Zero(t, table.Refused())
}

// A client with an id in every span name, or ever new services, takes no more than
// its share; nothing is lost.
func TestSpanTableIsBounded(t *testing.T) {
	table := newSpanTable(SpanLimits{MaxServices: 3, MaxNames: 5, Retention: time.Hour})
	for i := range 1000 {
		count(table.Service("a"), SpanKey{Name: fmt.Sprint("GET /", i), Kind: KindServer}, time.Second, 1)
		count(table.Service(fmt.Sprint("s", i)), SpanKey{Name: "GET /", Kind: KindServer}, time.Second, 1)
	}
	count(table.Service("a"), SpanKey{Name: strings.Repeat("x", 70_000)}, time.Second, 1)
	got := spanTotals(table)
	calls := 0.0
	for _, row := range got {
		calls += row.Calls
	}
	assert.InDelta(t, 2001, calls, 0)
	// 5 names and the overflow's two kinds; s0 and s1; the overflow service.
	assert.Len(t, got, 5+2+2+1)
	assert.InDelta(t, 995, got["a "+OverflowName+" 2 0"].Calls, 0)
	assert.InDelta(t, 998, got[OverflowName+" GET / 2 0"].Calls, 0)
	assert.Equal(t, uint64(995+998+1), table.Refused())
}

func TestSpanTableForgets(t *testing.T) {
	table := newSpanTable(SpanLimits{MaxServices: 10, MaxNames: 1, Retention: time.Hour})
	count(table.Service("a"), SpanKey{Name: "old"}, time.Second, 1)
	table.Advance(testStart.Add(30 * time.Minute))
	count(table.Service("b"), SpanKey{Name: "new"}, time.Second, 1)
	table.Advance(testStart.Add(80 * time.Minute))
	assert.Len(t, spanTotals(table), 1)
	assert.Contains(t, spanTotals(table), "b new 0 0")
	count(table.Service("a"), SpanKey{Name: "fresh"}, time.Second, 1)
	assert.Contains(t, spanTotals(table), "a fresh 0 0", "the old name's place is free again")
}

func TestSpanTableAllocatesNothingInTheSteadyState(t *testing.T) {
	table := newSpanTable(SpanLimits{MaxServices: 10, MaxNames: 10, Retention: time.Hour})
	one := func() {
		s := table.Service("a")
		count(s, SpanKey{Name: "GET /", Kind: KindServer}, 100*time.Millisecond, 1)
	}
	one()
	assert.Zero(t, testing.AllocsPerRun(100, one))
}

func BenchmarkSpanTable(b *testing.B) {
	table := newSpanTable(SpanLimits{MaxServices: 100, MaxNames: 100, Retention: time.Hour})
	keys := make([]SpanKey, 50)
	for i := range keys {
		keys[i] = SpanKey{Name: fmt.Sprint("GET /orders/{id}/", i), Kind: KindServer}
	}
	s := table.Service("a")
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		s.Count(keys[n%len(keys)], 1, int64(n%1000)*1000, 1)
	}
}
