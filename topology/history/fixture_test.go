package history

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

const testWidth = 10 * time.Second

// testStart is the start of slot 0: a bound of every level.
var testStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// at is the instant a number of slots after testStart.
func at(slots int) time.Time { return testStart.Add(time.Duration(slots) * testWidth) }

// slotOf is slot n with edges between services.
func slotOf(n int, edges ...Edge) *Slot {
	s := &Slot{Start: at(n).UnixNano(), End: at(n + 1).UnixNano()}
	seen := map[topology.NodeName]bool{}
	for _, e := range edges {
		e.First, e.Last = testStart.UnixNano(), s.End-1
		s.Edges = append(s.Edges, e)
		for _, name := range []topology.NodeName{e.Source, e.Target} {
			if !seen[name] {
				seen[name] = true
				s.Nodes = append(s.Nodes, Node{
					NodeName: name, Kind: contract.NodeService, First: testStart.UnixNano(), Last: s.End - 1,
					Versions: []Version{{"1", 2}},
				})
			}
		}
	}
	return s
}

func edgeOf(source, target string, calls float64) Edge {
	return Edge{
		EdgeName: topology.EdgeName{
			Source: topology.NodeName{Name: source}, Target: topology.NodeName{Name: target},
			Transport: contract.TransportHTTP, Relation: contract.RelationCall,
		},
		Figures: topology.Figures{Calls: calls, Server: topology.Histogram{First: 120, Counts: []float64{calls}, SumSeconds: calls / 4}},
	}
}

func open(t *testing.T, change func(*Options)) *Store {
	t.Helper()
	o := Options{Width: testWidth, Retention: 24 * time.Hour, MaxBytes: 1 << 20}
	if change != nil {
		change(&o)
	}
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	return s
}

func write(t *testing.T, s *Store, slots ...*Slot) {
	t.Helper()
	for _, slot := range slots {
		require.NoError(t, s.Write(t.Context(), slot))
	}
}

// calls are the calls of an edge between two instants.
func calls(t *testing.T, s *Store, from, to time.Time, live ...*Slot) map[string]float64 {
	t.Helper()
	sum, err := s.Read(t.Context(), from.UnixNano(), to.UnixNano(), live)
	require.NoError(t, err)
	out := map[string]float64{}
	for _, e := range sum.Draw().Edges {
		out[e.Source+" "+e.Target] = *e.Rate * sum.seconds()
	}
	return out
}

// memory is [Blobs] that can be told to fail.
type memory struct {
	values map[string][]byte
	fails  bool
}

var errFull = errors.New("no space left")

func newMemory() *memory { return &memory{values: map[string][]byte{}} }

func (m *memory) Apply(_ context.Context, changes []Change) error {
	if m.fails {
		return errFull
	}
	next := maps.Clone(m.values)
	for _, c := range changes {
		if c.Value == nil {
			delete(next, c.Key)
			continue
		}
		next[c.Key] = append([]byte(nil), c.Value...)
	}
	m.values = next
	return nil
}

func (m *memory) Load(_ context.Context, key string) ([]byte, error) {
	if m.fails {
		return nil, errFull
	}
	return m.values[key], nil
}
