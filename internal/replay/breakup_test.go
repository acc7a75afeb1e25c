package replay

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/infer"
)

// Two traces in Jaeger's form, of which the ids are easy to search for.
func leaky() *Recording {
	d := newDocuments(bytes.NewReader(nil))
	for trace := byte(1); trace <= 2; trace++ {
		for id := byte(1); id <= 4; id++ {
			s := recorded{key: spanKey{trace: [16]byte{15: trace, 0: 0xAA}, id: [8]byte{0: 0xBB, 7: id}}}
			s.Service, s.Kind = d.linker.names.ID("s"), infer.KindServer
			if id > 1 {
				s.parent = [8]byte{0: 0xBB, 7: id - 1}
			}
			if id%2 == 0 {
				s.Kind = infer.KindClient
			}
			if id > 2 {
				s.Service = d.linker.names.ID("t")
			}
			s.Process = s.Service
			s.Start, s.End = int64(id), 100-int64(id)
			d.linker.spans = append(d.linker.spans, s)
		}
	}
	return d.linker.link().Normalise(RootsAll)
}

func TestBreakLeaksNothing(t *testing.T) {
	for _, v := range []Variant{VariantA, VariantB, VariantC} {
		t.Run(string(v), func(t *testing.T) {
			recipe := DefaultRecipe()
			recipe.Variant = v
			b, err := Break(leaky(), recipe)
			require.NoError(t, err)
			ids := map[[8]byte]bool{}
			for _, s := range b.Spans {
				assert.False(t, ids[s.ID], "ids are unique")
				ids[s.ID] = true
				for _, id := range [][]byte{s.Trace[:], s.ID[:], s.Parent[:]} {
					assert.NotContains(t, string(id), string([]byte{0xBB, 0, 0, 0, 0, 0, 0}))
					assert.NotContains(t, string(id), string([]byte{0xAA, 0, 0, 0, 0, 0, 0}))
				}
			}
		})
	}
}

// What stays connected has one trace id and its parents; what was cut has neither.
func TestBreakFragments(t *testing.T) {
	b := newBuilder()
	root := b.root("a", "GET /", 0, 100)
	inner := b.add(root, infer.KindInternal, "a", "work", 5, 95)
	client, server := b.call(inner, "b", 10, 90)
	nested := b.add(client, infer.KindClient, "a", "connect", 10, 11)
	leaf := b.add(server, infer.KindClient, "b", "SELECT", 20, 30)
	tests := []struct {
		variant   Variant
		fragments [][]int32
		parents   map[int32]int32 // of what was cut: the answer
	}{
		{VariantA, [][]int32{{root, inner}, {client, server, nested}, {leaf}}, map[int32]int32{client: root, leaf: server}},
		{VariantB, [][]int32{{root, inner, client, nested}, {server, leaf}}, map[int32]int32{server: client}},
		{VariantC, [][]int32{{root, inner}, {client, nested}, {server}, {leaf}}, map[int32]int32{client: root, server: client, leaf: server}},
	}
	for _, tt := range tests {
		t.Run(string(tt.variant), func(t *testing.T) {
			broken := b.broken(t, tt.variant)
			traces := map[[16]byte]bool{}
			for _, fragment := range tt.fragments {
				for _, i := range fragment {
					assert.Equal(t, broken.Spans[fragment[0]].Trace, broken.Spans[i].Trace, "span %d", i)
				}
				traces[broken.Spans[fragment[0]].Trace] = true
			}
			assert.Len(t, traces, len(tt.fragments))
			for i := range broken.Spans {
				want, cut := tt.parents[int32(i)]
				if cut || b.rec.Spans[i].Up < 0 {
					assert.Equal(t, [8]byte{}, broken.Spans[i].Parent, "span %d", i)
				} else {
					assert.Equal(t, broken.Spans[b.rec.Spans[i].Up].ID, broken.Spans[i].Parent, "span %d", i)
				}
				if cut {
					assert.Equal(t, want, broken.Truth.parent[i], "answer for span %d", i)
				}
			}
		})
	}
}

func TestBreakCompress(t *testing.T) {
	b := newBuilder()
	b.root("a", "GET /", 1000, 1100)
	second := b.root("a", "GET /", 4000, 4100)
	b.call(second, "b", 4010, 4020)
	recipe := DefaultRecipe()
	recipe.Compress = 3
	broken, err := Break(b.rec, recipe)
	require.NoError(t, err)
	var got [][2]int64
	for _, s := range broken.Spans {
		got = append(got, [2]int64{s.Start / 1000, s.End / 1000})
	}
	assert.Equal(t, [][2]int64{{1000, 1100}, {2000, 2100}, {2010, 2020}, {2011, 2019}}, got)
}

// With the step kept, times stay multiples of a millisecond where they were.
func TestBreakKeepStep(t *testing.T) {
	b := newBuilder()
	for _, at := range []int64{1_000, 4_000, 8_000} {
		b.root("a", "GET /", at, at+1000)
	}
	for _, tt := range []struct {
		keep bool
		want []int64
	}{{false, []int64{1000, 2500, 4500}}, {true, []int64{1000, 3000, 5000}}} {
		recipe := DefaultRecipe()
		recipe.Compress, recipe.KeepStep = 2, tt.keep
		broken, err := Break(b.rec, recipe)
		require.NoError(t, err)
		var got []int64
		for _, s := range broken.Spans {
			got = append(got, s.Start/1000)
		}
		assert.Equal(t, tt.want, got, "step kept: %t", tt.keep)
	}
}

func TestBreakSkew(t *testing.T) {
	b, _, _, _ := twoRequests()
	recipe := DefaultRecipe()
	recipe.Variant, recipe.Skew = VariantC, 5*time.Millisecond
	broken, err := Break(b.rec, recipe)
	require.NoError(t, err)
	offsets := map[uint64]int64{}
	for i, s := range broken.Spans {
		offset := s.Start - b.rec.Spans[i].Start
		assert.LessOrEqual(t, max(offset, -offset), int64(5*time.Millisecond))
		assert.Equal(t, offset, s.End-b.rec.Spans[i].End)
		if known, ok := offsets[s.Host]; ok {
			assert.Equal(t, known, offset, "one offset a host")
		}
		offsets[s.Host] = offset
	}
	assert.Len(t, offsets, 3)
	assert.NotEqual(t, offsets[broken.Spans[0].Host], offsets[broken.Spans[2].Host])
}

func TestBreakPropagated(t *testing.T) {
	rec := Synthetic(SyntheticOptions{Seed: 2, InFlight: 2, Spans: 5000})
	recipe := DefaultRecipe()
	whole, err := Break(rec, recipe)
	require.NoError(t, err)
	recipe.Propagated = 0.7
	some, err := Break(rec, recipe)
	require.NoError(t, err)
	all, _ := whole.Truth.orphans()
	left, _ := some.Truth.orphans()
	assert.InDelta(t, 0.3, float64(left)/float64(all), 0.1)
	cut := map[int32]bool{}
	for i, problem := range some.Truth.cut {
		if problem != 0 {
			cut[rec.Spans[i].Trace] = true
		}
	}
	for i, problem := range whole.Truth.cut {
		assert.Equal(t, problem != 0 && cut[rec.Spans[i].Trace], some.Truth.cut[i] != 0, "a trace is cut whole or not at all")
	}
}

func TestRecipeValidate(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Recipe)
		want   string
	}{
		{"default", func(*Recipe) {}, ""},
		{"variant", func(r *Recipe) { r.Variant = "D" }, `variant must be A, B or C, not "D"`},
		{"stretch", func(r *Recipe) { r.Compress = 0.5 }, "compression must be from 1 to 1000000, not 0.5"},
		{"share", func(r *Recipe) { r.Propagated = 1.5 }, "propagated share must be from 0 to 1, not 1.5"},
		{"skew", func(r *Recipe) { r.Skew = -1 }, "skew must be from 0s to 1h"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := DefaultRecipe()
			tt.change(&r)
			err := r.Validate()
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, tt.want)
		})
	}
}

// Batches hold every span once, in the order of arrival, in an order of their own,
// and the same ones for the same seed.
func TestBatches(t *testing.T) {
	b := Synthetic(SyntheticOptions{Seed: 7, InFlight: 3, Spans: 2000})
	recipe := DefaultRecipe()
	broken, err := Break(b, recipe)
	require.NoError(t, err)
	batches := broken.batches()
	assert.True(t, slices.IsSortedFunc(batches, func(a, c batch) int { return int(a.at - c.at) }))
	seen := map[infer.Ref]bool{}
	inOrder := 0
	for _, batch := range batches {
		for i, s := range batch.spans {
			assert.Equal(t, batch.spans[0].Process, s.Process, "a batch is of one process")
			end := broken.arrival[broken.index[s.Ref()]]
			assert.Greater(t, batch.at, end)
			assert.LessOrEqual(t, batch.at, end+int64(flushEvery))
			assert.False(t, seen[s.Ref()])
			seen[s.Ref()] = true
			if i > 0 && broken.index[s.Ref()] > broken.index[batch.spans[i-1].Ref()] {
				inOrder++
			}
		}
	}
	assert.Len(t, seen, len(broken.Spans))
	assert.InDelta(t, 0.5, float64(inOrder)/float64(len(broken.Spans)-len(batches)), 0.1, "share of neighbours in the recording's order")
	assert.Equal(t, fmt.Sprint(batches), fmt.Sprint(broken.batches()))
	broken.recipe.Seed++
	assert.NotEqual(t, fmt.Sprint(batches), fmt.Sprint(broken.batches()))
	broken.recipe.AtOnce = true
	processes := map[uint64]int{}
	for _, batch := range broken.batches() {
		processes[batch.spans[0].Process]++
		assert.Equal(t, int64(0), batch.at)
	}
	for process, n := range processes {
		assert.Equal(t, 1, n, "batches of process %d", process)
	}
}
