package corpus

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// draw makes n cases, each with the breaks, and hands them to look.
func draw(t *testing.T, seed uint64, n int, look func(*Case), breaks ...*Break) {
	t.Helper()
	g := New(Options{Seed: seed, Start: start})
	for range n {
		c, err := g.Next(breaks...)
		require.NoError(t, err)
		look(c)
	}
}

func TestSameSeedSameCases(t *testing.T) {
	bytes := func(seed uint64) []byte {
		b := NewTaggedBatcher(seed)
		g := New(Options{Seed: seed, Start: start})
		for _, brk := range append(Breaks(), nil) {
			var breaks []*Break
			if brk != nil {
				breaks = append(breaks, brk)
			}
			c, err := g.Next(breaks...)
			require.NoError(t, err)
			b.Add(c)
		}
		onTime, late := b.Take()
		var out []byte
		for _, td := range append(onTime, late...) {
			data, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
			require.NoError(t, err)
			out = append(out, data...)
		}
		return out
	}
	first, again, other := bytes(7), bytes(7), bytes(8)
	assert.Equal(t, first, again)
	assert.NotEqual(t, first, other)
}

func TestHealthyRequests(t *testing.T) {
	seen := map[pcommon.SpanID]bool{}
	traces := map[pcommon.TraceID]bool{}
	next := int64(1)
	sizes := map[int]bool{}
	draw(t, 1, 3000, func(c *Case) {
		require.Equal(t, next, c.First, "span numbers are consecutive")
		next += int64(len(c.Spans))
		sizes[len(c.Spans)] = true
		require.Empty(t, c.Edges)
		require.False(t, traces[c.Spans[0].TraceID], "trace ids are unique")
		traces[c.Spans[0].TraceID] = true
		for i, s := range c.Spans {
			require.False(t, seen[s.ID], "span ids are unique")
			seen[s.ID] = true
			require.Equal(t, c.Spans[0].TraceID, s.TraceID)
			require.GreaterOrEqual(t, s.End, s.Start)
			require.Less(t, s.Up, int32(i))
			if i == 0 {
				require.Equal(t, int32(-1), s.Up)
				require.True(t, s.Parent.IsEmpty())
				continue
			}
			require.Equal(t, c.Spans[s.Up].ID, s.Parent)
		}
	})
	assert.Greater(t, len(sizes), 30, "requests have many sizes")
}

// broke reports whether what is sent differs from the truth, or asks for care.
func broke(c *Case) bool {
	traces := map[pcommon.TraceID]bool{}
	twice := map[pcommon.SpanID]bool{}
	for i := range c.Spans {
		s := &c.Spans[i]
		traces[s.TraceID] = true
		switch {
		case s.Copies != 1, s.Late, s.Home != s.Request, twice[s.ID]:
			return true
		case s.Up >= 0 && s.Parent != c.Spans[s.Up].ID:
			return true
		case slices.Contains(c.Breaks, "decoy.follow_up") && s.Up >= 0 && s.begin > c.Spans[s.Up].end:
			return true
		}
		twice[s.ID] = true
	}
	return len(traces) > 1
}

func TestEveryBreakBreaksAndTruthIsATree(t *testing.T) {
	for _, brk := range Breaks() {
		t.Run(brk.Name, func(t *testing.T) {
			broken := 0
			draw(t, 3, 60, func(c *Case) {
				checkTruth(t, c)
				if broke(c) {
					broken++
				}
			}, brk)
			assert.Greater(t, broken, 20)
			assert.NotEmpty(t, brk.Note)
		})
	}
}

// checkTruth fails the test unless the case's truth is a tree per request, and
// its edges are in it.
func checkTruth(t *testing.T, c *Case) {
	t.Helper()
	roots := make([]int, c.Requests)
	for i, s := range c.Spans {
		if s.Up < 0 {
			roots[s.Request]++
			continue
		}
		require.Less(t, s.Up, int32(i), "a parent comes before its children")
		require.Equal(t, c.Spans[s.Up].Request, s.Request, "a child is of its parent's request")
	}
	for r, n := range roots {
		require.Equal(t, 1, n, "request %d has one root", r)
	}
	seen := map[int32]bool{}
	for _, e := range c.Edges {
		require.False(t, seen[e.Span], "one edge a span")
		seen[e.Span] = true
		require.Positive(t, c.Spans[e.Span].Copies, "the child of %s in %v is sent", e.Break, c.Breaks)
		require.Equal(t, c.Exported(e.Span), e.Parent)
		if e.Want == JoinParent || e.Want == JoinTrace {
			require.GreaterOrEqual(t, e.Parent, int32(0))
			require.Equal(t, c.Spans[e.Parent].Request, c.Spans[e.Span].Request)
		}
		if e.Want == JoinNone {
			require.Empty(t, e.Evidence)
		}
	}
}

func TestPairs(t *testing.T) {
	g := New(Options{Seed: 5, Start: start})
	misfits := 0
	for _, a := range Breaks() {
		for _, b := range Breaks() {
			if a == b {
				continue
			}
			c, err := g.Next(a, b)
			if err != nil {
				misfits++
				t.Log(err)
				continue
			}
			checkTruth(t, c)
			assert.Equal(t, []string{a.Name, b.Name}, c.Breaks)
		}
	}
	all := len(Breaks()) * (len(Breaks()) - 1)
	assert.Less(t, misfits, all/50, "of %d pairs", all)
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range Breaks() {
		assert.False(t, seen[b.Name], b.Name)
		seen[b.Name] = true
	}
}
