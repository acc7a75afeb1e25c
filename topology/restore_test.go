package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What an earlier graph counted comes back as it was, counters and window alike.
func TestRestore(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(pairOfSpans(1, 0, 100, 50)...)
	w.add(pairOfSpans(2, 10*time.Minute, 200, 190)...)
	w.add(
		span{service: "ns/b", kind: KindServer, id: 7, parent: 6, attrs: http, failed: true, at: 10 * time.Minute, start: 600_000},
		span{service: "a", kind: KindClient, id: 9, attrs: postgres, at: 10 * time.Minute, start: 600_000},
		span{service: "a", kind: KindServer, id: 10, attrs: http, at: 10 * time.Minute, start: 600_000},
	)
	w.Advance(testStart.Add(11 * time.Minute))
	before := w.states()
	require.Len(t, before, 4)

	restored := newWorld(t, DefaultLimits())
	restored.Advance(testStart.Add(11 * time.Minute))
	EachNode(noLock{}, w.Graph, time.Unix(0, w.now), func(s *NodeState) { require.NoError(t, restored.RestoreNode(s)) })
	EachEdge(noLock{}, w.Graph, time.Unix(0, w.now), func(s *EdgeState) { require.NoError(t, restored.RestoreEdge(s)) })
	after := restored.states()
	for name, want := range before {
		got := after[name]
		want.Exemplars, got.Exemplars = nil, nil // examples are not restored
		trim(&want, &got)
		assert.Equal(t, want, got, name)
	}
	assert.Len(t, after, len(before))

	// The picture is that of before: rates cover the time before the restart, and
	// services that have not sent since keep the language that their edges remember.
	was := w.Snapshot(time.Unix(0, w.now))
	is := restored.Snapshot(time.Unix(0, w.now))
	for i := range was.Edges {
		require.Equal(t, was.Edges[i].ID, is.Edges[i].ID)
		if was.Edges[i].Rate != nil {
			assert.InDelta(t, *was.Edges[i].Rate, *is.Edges[i].Rate, *was.Edges[i].Rate/5, was.Edges[i].ID)
		}
	}
	for i := range was.Nodes {
		assert.Equal(t, was.Nodes[i].Language, is.Nodes[i].Language, was.Nodes[i].ID)
	}

	// It goes on from there.
	restored.add(pairOfSpans(3, 11*time.Minute, 200, 190)...)
	assert.InDelta(t, 3, restored.states()["a -> b"].Total.Calls, 0)
}

// trim leaves out empty slots and the empty buckets at the ends of histograms, which
// depend on the order in which they were met.
func trim(states ...*EdgeState) {
	for _, s := range states {
		figures := []*Figures{&s.Total}
		slots := []Slot{}
		for _, slot := range s.Slots {
			if slot.Calls > 0 {
				slots = append(slots, slot)
			}
		}
		s.Slots = slots
		for i := range s.Slots {
			figures = append(figures, &s.Slots[i].Figures)
		}
		for _, f := range figures {
			for _, h := range []*Histogram{&f.Client, &f.Server, &f.Boundary, &f.Queue} {
				for len(h.Counts) > 0 && h.Counts[0] == 0 {
					h.Counts, h.First = h.Counts[1:], h.First+1
				}
				for len(h.Counts) > 0 && h.Counts[len(h.Counts)-1] == 0 {
					h.Counts = h.Counts[:len(h.Counts)-1]
				}
				if len(h.Counts) == 0 {
					*h = Histogram{}
				}
			}
		}
	}
}

func TestRestoreWithoutRoom(t *testing.T) {
	l := DefaultLimits()
	l.MaxNodes, l.MaxEdges = 2, 1
	w := newWorld(t, l)
	for _, name := range []string{"a", "b"} {
		require.NoError(t, w.RestoreNode(&NodeState{NodeName: NodeName{Name: name}, Kind: "service"}))
	}
	require.EqualError(t, w.RestoreNode(&NodeState{NodeName: NodeName{Name: "c"}, Kind: "service"}), `node "c": a bound on nodes is reached`)
	edge := EdgeState{EdgeName: EdgeName{Source: NodeName{Name: "a"}, Target: NodeName{Name: "b"}, Transport: "http", Relation: "call"}, SourceKind: "service", TargetKind: "service"}
	require.NoError(t, w.RestoreEdge(&edge))
	edge.Transport = "grpc"
	assert.EqualError(t, w.RestoreEdge(&edge), `edge from "a" to "b": a bound on edges is reached`)
}
