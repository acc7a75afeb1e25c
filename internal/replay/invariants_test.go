package replay

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/infer"
)

// played runs the engine over a broken recording.
func played(t *testing.T, b *Broken) []infer.Join {
	t.Helper()
	p, err := Play(context.Background(), b, infer.DefaultConfig())
	require.NoError(t, err)
	return p.Joins
}

// What joins must be whatever the spans are: of orphans, to spans that exist, one
// for each, with a probability, and without circles.
func checkJoins(t *testing.T, spans []infer.Span, joins []infer.Join) {
	t.Helper()
	byRef := map[infer.Ref]*infer.Span{}
	for i := range spans {
		byRef[spans[i].Ref()] = &spans[i]
	}
	parent := map[infer.Ref]infer.Ref{}
	for _, j := range joins {
		child, up := byRef[j.Child], byRef[j.Parent]
		require.NotNil(t, child, "the child was never sent")
		require.NotNil(t, up, "the parent was never sent")
		assert.Equal(t, [8]byte{}, child.Parent, "a present parent is never replaced")
		assert.NotContains(t, parent, j.Child, "one join for an orphan")
		assert.True(t, j.Confidence >= 0 && j.Confidence <= 1, "confidence %v", j.Confidence)
		if j.Problem == infer.Within {
			assert.Equal(t, up.Process, child.Process)
		}
		parent[j.Child] = j.Parent
	}
	for i := range spans {
		if spans[i].Parent != ([8]byte{}) {
			parent[spans[i].Ref()] = infer.Ref{Trace: spans[i].Trace, ID: spans[i].Parent}
		}
	}
	for _, j := range joins {
		at := j.Child
		for steps := 0; ; steps++ {
			up, ok := parent[at]
			if !ok {
				break
			}
			require.LessOrEqual(t, steps, len(spans), "joins go in a circle")
			at = up
		}
	}
}

func TestJoinsOfMadeUpSystems(t *testing.T) {
	for seed := range uint64(3) {
		for _, v := range []Variant{VariantA, VariantB, VariantC} {
			t.Run(fmt.Sprintf("%s %d", v, seed), func(t *testing.T) {
				recipe := DefaultRecipe()
				recipe.Variant, recipe.Seed = v, seed
				b, err := Break(Synthetic(SyntheticOptions{Seed: seed, InFlight: 4, Spans: 2000}), recipe)
				require.NoError(t, err)
				checkJoins(t, b.Spans, played(t, b))
			})
		}
	}
}

// Spans as no system sends them: the engine must neither hang nor break the rules.
func TestJoinsOfHostileSpans(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const extreme = int64(1) << 62
	for round := range 30 {
		recipe := DefaultRecipe()
		recipe.Variant = []Variant{VariantA, VariantB, VariantC}[round%3]
		b, err := Break(Synthetic(SyntheticOptions{Seed: uint64(round), InFlight: 3, Spans: 400}), recipe)
		require.NoError(t, err)
		for range 100 {
			s := &b.Spans[r.IntN(len(b.Spans))]
			switch r.IntN(9) {
			case 0:
				s.Start, s.End = 0, 0
			case 1:
				s.Start, s.End = -extreme, extreme
			case 2:
				s.End = s.Start - 1
			case 3:
				s.Kind = uint8(r.IntN(8))
			case 4:
				s.Process, s.Service, s.Operation = 0, 0, 0
			case 5:
				s.Parent = s.ID
			case 6:
				s.End = s.Start
			case 7:
				s.Trace, s.Parent = b.Spans[r.IntN(len(b.Spans))].Trace, b.Spans[r.IntN(len(b.Spans))].ID
			case 8:
				s.Host, s.Peer, s.Thread = uint64(r.IntN(3)), uint32(r.IntN(4)), uint64(r.IntN(2))
			}
		}
		engine, err := infer.New(infer.DefaultConfig())
		require.NoError(t, err)
		var joins []infer.Join
		for i, chunk := range slices.Collect(slices.Chunk(b.Spans, 64)) {
			engine.Add(int64(i)*1e9, chunk)
			joins = append(joins, engine.Advance(int64(i)*1e9)...)
		}
		joins = append(joins, engine.Flush()...)
		kept := map[infer.Ref]bool{}
		for _, j := range joins {
			assert.False(t, kept[j.Child], "round %d: one join for an orphan", round)
			kept[j.Child] = true
			assert.True(t, j.Confidence >= 0 && j.Confidence <= 1, "round %d: confidence %v", round, j.Confidence)
			assert.NotEqual(t, j.Child, j.Parent, "round %d", round)
		}
	}
}

// The result is a function of the set of spans, not of their order.
func TestJoinsDoNotDependOnOrder(t *testing.T) {
	recipe := DefaultRecipe()
	recipe.Variant, recipe.AtOnce = VariantC, true
	b, err := Break(Synthetic(SyntheticOptions{Seed: 5, InFlight: 4, Spans: 2000}), recipe)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(2, 2))
	var want []string
	for round := range 3 {
		spans := slices.Clone(b.Spans)
		r.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		engine, err := infer.New(infer.DefaultConfig())
		require.NoError(t, err)
		engine.Add(0, spans)
		var got []string
		for _, j := range engine.Flush() {
			got = append(got, fmt.Sprintf("%x %x %v %.9f %t", j.Child, j.Parent, j.Problem, j.Confidence, j.Accepted))
		}
		slices.Sort(got)
		if round == 0 {
			want = got
			assert.NotEmpty(t, want)
			continue
		}
		assert.Equal(t, want, got)
	}
}
