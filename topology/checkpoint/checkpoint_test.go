package checkpoint

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/history"
	"github.com/polyspan/polyspan/topology/internal/packed"
)

var testStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var errFull = errors.New("no space left")

// memory is [history.Blobs] that can be told to fail; it remembers what was written last.
type memory struct {
	values map[string][]byte
	last   []string
	fails  bool
}

func (m *memory) Apply(_ context.Context, changes []history.Change) error {
	if m.fails {
		return errFull
	}
	m.last = nil
	for _, c := range changes {
		m.last = append(m.last, c.Key)
		if c.Value == nil {
			delete(m.values, c.Key)
			continue
		}
		m.values[c.Key] = append([]byte(nil), c.Value...)
	}
	return nil
}

func (m *memory) Load(_ context.Context, key string) ([]byte, error) {
	if m.fails {
		return nil, errFull
	}
	return m.values[key], nil
}

func newGraph(t *testing.T, now time.Time, change func(*topology.Limits)) *topology.Graph {
	t.Helper()
	l := topology.DefaultLimits()
	if change != nil {
		change(&l)
	}
	g, err := topology.New(l, now)
	require.NoError(t, err)
	return g
}

var spans uint64

// call adds a call between two services that ends at a time.
func call(g *topology.Graph, from, to string, at time.Time) {
	spans++
	var o [2]topology.Observation
	for i := range o {
		binary.BigEndian.PutUint64(o[i].Trace[8:], spans)
		binary.BigEndian.PutUint64(o[i].Span[:], 2*spans+uint64(i))
		o[i].Start, o[i].End = at.Add(-20*time.Millisecond).UnixNano(), at.UnixNano()
		o[i].Weight = 1.5
	}
	o[0].Service = g.Service(&topology.Resource{Name: from, SDKLanguage: "java"})
	o[0].Kind, o[0].Attributes.ServerAddress = topology.KindClient, to+".shop.svc"
	o[1].Service = g.Service(&topology.Resource{Name: to, SDKLanguage: "go"})
	o[1].Kind, o[1].Parent, o[1].Failed = topology.KindServer, o[0].Span, spans%3 == 0
	g.Advance(at)
	g.Add(o[:])
}

// states are all edges of a graph, by name.
func states(g *topology.Graph, now time.Time) map[topology.EdgeName]topology.EdgeState {
	out := map[topology.EdgeName]topology.EdgeState{}
	topology.EachEdge(&sync.Mutex{}, g, now, func(e *topology.EdgeState) {
		c := *e
		c.Total = cloned(&e.Total)
		c.Slots, c.Via, c.Exemplars = nil, nil, nil
		for _, s := range e.Slots {
			if s.Calls > 0 {
				c.Slots = append(c.Slots, topology.Slot{Start: s.Start, Figures: cloned(&s.Figures)})
			}
		}
		out[e.EdgeName] = c
	})
	return out
}

// cloned is a copy without what is not restored: sums that are estimated, the share of
// the critical path, empty buckets at either end.
func cloned(f *topology.Figures) topology.Figures {
	c := *f
	c.CriticalSeconds, c.EntrySeconds = 0, 0
	for _, h := range []*topology.Histogram{&c.Client, &c.Server, &c.Boundary, &c.Queue} {
		for len(h.Counts) > 0 && h.Counts[0] == 0 {
			h.First, h.Counts = h.First+1, h.Counts[1:]
		}
		for len(h.Counts) > 0 && h.Counts[len(h.Counts)-1] == 0 {
			h.Counts = h.Counts[:len(h.Counts)-1]
		}
		h.Counts = append([]float64(nil), h.Counts...)
		if len(h.Counts) == 0 {
			h.First = 0
		}
	}
	return c
}

func save(t *testing.T, s *Saver, to *memory, g *topology.Graph, now time.Time) {
	t.Helper()
	require.NoError(t, s.Save(t.Context(), to, &sync.Mutex{}, g, now))
}

func TestRestart(t *testing.T) {
	disk := &memory{values: map[string][]byte{}}
	g := newGraph(t, testStart, nil)
	for i := range 600 {
		call(g, "web", fmt.Sprint("s", i%300), testStart.Add(time.Duration(i)*time.Second))
	}
	now := testStart.Add(10 * time.Minute)
	save(t, &Saver{}, disk, g, now)

	again := newGraph(t, now, nil)
	got, err := Load(t.Context(), disk, again)
	require.NoError(t, err)
	assert.Equal(t, Loaded{Saved: now, Nodes: got.Nodes, Edges: 300, Aliases: 300}, got)
	assert.GreaterOrEqual(t, got.Nodes, 301)
	assert.Equal(t, states(g, now), states(again, now))

	before, after := g.Snapshot(now), again.Snapshot(now)
	require.Len(t, after.Edges, len(before.Edges), "edges do not vanish")
	for i := range before.Edges {
		assert.Equal(t, before.Edges[i].FirstSeen, after.Edges[i].FirstSeen)
		assert.Equal(t, before.Edges[i].ClientLanguage, after.Edges[i].ClientLanguage)
	}

	// What comes next is counted on top, in both alike.
	for i := range 30 {
		at := now.Add(time.Duration(i) * time.Second)
		call(g, "web", "s7", at)
		spans--
		call(again, "web", "s7", at)
	}
	later := now.Add(time.Minute)
	name := edgeBetween(t, again, "web", "s7", later)
	assert.Equal(t, states(g, later)[name].Total, states(again, later)[name].Total)
	assert.InDelta(t, 1.5*32, states(again, later)[name].Total.Calls, 0)
}

func edgeBetween(t *testing.T, g *topology.Graph, from, to string, now time.Time) topology.EdgeName {
	t.Helper()
	for name := range states(g, now) {
		if name.Source.Name == from && name.Target.Name == to {
			return name
		}
	}
	require.Fail(t, "no edge", "from %s to %s", from, to)
	return topology.EdgeName{}
}

func TestOnlyWhatChangedIsWrittenAgain(t *testing.T) {
	disk := &memory{values: map[string][]byte{}}
	g := newGraph(t, testStart, nil)
	for i := range 1000 {
		call(g, fmt.Sprint("c", i), fmt.Sprint("s", i), testStart)
	}
	var s Saver
	save(t, &s, disk, g, testStart)
	all := maps.Clone(disk.values)
	assert.Len(t, all, 1+1+4+1, "head, nodes, edges, aliases")
	save(t, &s, disk, g, testStart.Add(time.Second))
	assert.NotContains(t, disk.last, partKey(edges, 0))
	assert.Contains(t, disk.last, headKey)
	call(g, "c0", "s0", testStart.Add(2*time.Second))
	save(t, &s, disk, g, testStart.Add(2*time.Second))
	changed := 0
	for n := range 4 {
		for _, key := range disk.last {
			if key == partKey(edges, n) {
				changed++
			}
		}
	}
	assert.Equal(t, 1, changed)

	// Edges that are forgotten leave the disk.
	later := testStart.Add(time.Hour)
	g.Advance(later)
	call(g, "c0", "s0", later)
	save(t, &s, disk, g, later)
	assert.Len(t, disk.values, 4)
	got, err := Load(t.Context(), disk, newGraph(t, later, nil))
	require.NoError(t, err)
	assert.Equal(t, 1, got.Edges)
}

func TestFullDisk(t *testing.T) {
	disk := &memory{values: map[string][]byte{}}
	g := newGraph(t, testStart, nil)
	call(g, "a", "b", testStart)
	var s Saver
	save(t, &s, disk, g, testStart)
	disk.fails = true
	call(g, "a", "c", testStart.Add(time.Second))
	require.ErrorIs(t, s.Save(t.Context(), disk, &sync.Mutex{}, g, testStart.Add(time.Second)), errFull)
	_, err := Load(t.Context(), disk, newGraph(t, testStart, nil))
	require.ErrorIs(t, err, errFull)
	disk.fails = false
	save(t, &s, disk, g, testStart.Add(2*time.Second))
	got, err := Load(t.Context(), disk, newGraph(t, testStart, nil))
	require.NoError(t, err)
	assert.Equal(t, 2, got.Edges)
}

func TestDamage(t *testing.T) {
	saved := func() *memory {
		disk := &memory{values: map[string][]byte{}}
		g := newGraph(t, testStart, nil)
		for i := range 600 {
			call(g, "web", fmt.Sprint("s", i), testStart)
		}
		save(t, &Saver{}, disk, g, testStart)
		return disk
	}
	tests := []struct {
		name   string
		damage func(map[string][]byte)
		want   error
		edges  int
	}{
		{"none", func(map[string][]byte) {}, nil, 600},
		{"nothing there", func(v map[string][]byte) { clear(v) }, nil, 0},
		{"a foreign head", func(v map[string][]byte) { v[headKey] = []byte("something else altogether") }, packed.ErrForeign, 0},
		{"a head of the next version", func(v map[string][]byte) { v[headKey][3]++ }, packed.ErrVersion, 0},
		{"one bit of a part", func(v map[string][]byte) { v[partKey(edges, 1)][500] ^= 4 }, packed.ErrDamaged, 600 - 256},
		{"a part cut", func(v map[string][]byte) { v[partKey(edges, 0)] = v[partKey(edges, 0)][:40] }, packed.ErrDamaged, 600 - 256},
		{"a part gone", func(v map[string][]byte) { delete(v, partKey(edges, 2)) }, packed.ErrDamaged, 512},
		{"parts swapped", func(v map[string][]byte) { v[partKey(edges, 0)] = v[partKey(nodes, 0)] }, packed.ErrForeign, 600 - 256},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			disk := saved()
			tt.damage(disk.values)
			g := newGraph(t, testStart, nil)
			got, err := Load(t.Context(), disk, g)
			if tt.want == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, tt.want)
			}
			assert.Equal(t, tt.edges, got.Edges)
			call(g, "a", "b", testStart)
			assert.Len(t, states(g, testStart), tt.edges+1, "the graph works")
		})
	}
}

func TestBounds(t *testing.T) {
	disk := &memory{values: map[string][]byte{}}
	g := newGraph(t, testStart, nil)
	for i := range 100 {
		call(g, fmt.Sprint("c", i), fmt.Sprint("s", i), testStart)
	}
	save(t, &Saver{}, disk, g, testStart)
	small := newGraph(t, testStart, func(l *topology.Limits) { l.MaxEdges = 10 })
	got, err := Load(t.Context(), disk, small)
	require.NoError(t, err)
	assert.Equal(t, 10, got.Edges)
	assert.Equal(t, 90, got.Refused)
}

func FuzzLoad(f *testing.F) {
	disk := &memory{values: map[string][]byte{}}
	g, err := topology.New(topology.DefaultLimits(), testStart)
	require.NoError(f, err)
	call(g, "a", "b", testStart)
	require.NoError(f, (&Saver{}).Save(f.Context(), disk, &sync.Mutex{}, g, testStart))
	f.Add(disk.values[headKey][13:], disk.values[partKey(nodes, 0)][13:], disk.values[partKey(edges, 0)][13:], disk.values[partKey(aliases, 0)][13:])
	f.Fuzz(func(t *testing.T, head, node, edge, alias []byte) {
		disk := &memory{values: map[string][]byte{}}
		for key, part := range map[string]struct {
			magic   string
			content []byte
		}{
			headKey: {headMagic, head}, partKey(nodes, 0): {nodeMagic, node}, partKey(edges, 0): {edgeMagic, edge}, partKey(aliases, 0): {aliasMagic, alias},
		} {
			disk.values[key] = signed(part.magic, part.content)
		}
		g := newGraph(t, testStart, func(l *topology.Limits) { l.MaxPending = topology.MinPending })
		_, _ = Load(t.Context(), disk, g)
		call(g, "a", "b", testStart)
		require.NotEmpty(t, states(g, testStart))
	})
}

// signed makes a record of any content, whose checksum is right.
func signed(magic string, content []byte) []byte {
	b := make([]byte, 13, 13+len(content))
	copy(b, magic)
	b[3] = version
	binary.LittleEndian.PutUint32(b[9:], uint32(len(content)))
	b = append(b, content...)
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[8:], crc32.MakeTable(crc32.Castagnoli)))
	return b
}
