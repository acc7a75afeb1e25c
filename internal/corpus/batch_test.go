package corpus

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestBatchesHoldEverySpanAsOftenAsItIsSent(t *testing.T) {
	batches := NewTaggedBatcher(2)
	want := map[int64]int{}
	late := map[int64]bool{}
	for _, brk := range Breaks() {
		draw(t, 6, 5, func(c *Case) {
			c.First += int64(len(want)) * 1000 // every draw begins anew
			for i, s := range c.Spans {
				if s.Copies > 0 {
					want[c.First+int64(i)] = int(s.Copies)
					late[c.First+int64(i)] = s.Late
				}
			}
			batches.Add(c)
		}, brk)
	}
	spans := batches.Spans()
	onTime, after := batches.Take()
	got := map[int64]int{}
	count := func(td ptrace.Traces, isLate bool) {
		assert.LessOrEqual(t, td.SpanCount(), maxBatch)
		spans -= td.SpanCount()
		for _, rs := range td.ResourceSpans().All() {
			_, ok := rs.Resource().Attributes().Get("telemetry.sdk.language")
			require.True(t, ok)
			for _, ss := range rs.ScopeSpans().All() {
				require.NotEmpty(t, ss.Scope().Name())
				for _, s := range ss.Spans().All() {
					tag, ok := s.Attributes().Get(TagKey)
					require.True(t, ok)
					got[tag.Int()]++
					require.Equal(t, isLate, late[tag.Int()])
				}
			}
		}
	}
	for _, td := range onTime {
		count(td, false)
	}
	for _, td := range after {
		count(td, true)
	}
	assert.Equal(t, want, got)
	assert.Zero(t, spans)
	assert.NotEmpty(t, after)
	assert.Zero(t, batches.Spans())
}

// The spans of a request leave in several batches, and a batch has spans of several.
func TestBatchesMixRequests(t *testing.T) {
	batches := NewBatcher(2)
	draw(t, 6, 500, batches.Add)
	onTime, late := batches.Take()
	assert.Empty(t, late)
	places, mixed := map[[16]byte]int{}, 0
	for _, td := range onTime {
		seen := map[[16]byte]bool{}
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					seen[s.TraceID()] = true
					_, tagged := s.Attributes().Get(TagKey)
					require.False(t, tagged)
				}
			}
		}
		if len(seen) > 1 {
			mixed++
		}
		for id := range seen {
			places[id]++
		}
	}
	spread := 0
	for _, n := range places {
		if n > 1 {
			spread++
		}
	}
	assert.Greater(t, mixed, len(onTime)/2)
	assert.Greater(t, spread, len(places)*9/10)
}
