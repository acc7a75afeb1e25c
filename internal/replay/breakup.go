package replay

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"github.com/polyspan/polyspan/infer"
)

// Broken is a recording without contexts: what the engine sees, and the truth.
type Broken struct {
	// Spans are in the order of the recording; [Play] shuffles and batches them.
	Spans  []infer.Span
	Truth  *Truth
	recipe Recipe
	index  map[infer.Ref]int32
	// arrival is when a span's end is seen on a right clock.
	arrival []int64
}

// Streams of random numbers, so that one choice does not move the others.
const (
	streamIDs = iota + 1
	streamClocks
	streamBatches
	streamKept
	streamSystem
	streamRequests
)

// Break cuts the parents of the recipe's variant, moves the requests together and
// the clocks apart, and gives every fragment a random trace id and every span a
// random id. The recording must be normalised.
func Break(r *Recording, recipe Recipe) (*Broken, error) {
	if err := recipe.Validate(); err != nil {
		return nil, err
	}
	ids := rand.New(rand.NewPCG(recipe.Seed, streamIDs))
	b := &Broken{
		Spans: make([]infer.Span, len(r.Spans)), Truth: newTruth(r, &recipe), recipe: recipe,
		index: make(map[infer.Ref]int32, len(r.Spans)), arrival: make([]int64, len(r.Spans)),
	}
	shift := shifts(r, &recipe)
	offset := clockOffsets(r, recipe)
	for i := range r.Spans {
		in := &r.Spans[i]
		b.arrival[i] = in.End - shift[in.Trace]
		b.Spans[i] = infer.Span{
			ID:      newID(ids),
			Service: in.Service, Process: uint64(in.Process), Host: uint64(in.Host),
			Operation: in.Operation, Peer: in.Peer, Kind: in.Kind, Failed: in.Failed, Thread: in.Thread,
			Start: in.Start - shift[in.Trace] + offset[in.Host],
			End:   b.arrival[i] + offset[in.Host],
		}
	}
	b.nameFragments(ids)
	for i := range b.Spans {
		b.index[b.Spans[i].Ref()] = int32(i)
	}
	return b, nil
}

// nameFragments gives what still hangs together one trace id.
func (b *Broken) nameFragments(ids *rand.Rand) {
	fragment := make([]int32, len(b.Spans)) // its top, plus one
	var path []int32
	for i := range b.Spans {
		path = path[:0]
		at := int32(i)
		for fragment[at] == 0 && b.Truth.up(at) >= 0 {
			path = append(path, at)
			at = b.Truth.up(at)
		}
		if fragment[at] == 0 {
			fragment[at] = at + 1
			a, c := newID(ids), newID(ids)
			copy(b.Spans[at].Trace[:8], a[:])
			copy(b.Spans[at].Trace[8:], c[:])
		}
		for _, j := range path {
			fragment[j] = fragment[at]
			b.Spans[j].Trace = b.Spans[fragment[at]-1].Trace
			b.Spans[j].Parent = b.Spans[b.Truth.up(j)].ID
		}
	}
}

// up is the parent that a span still has, -1 if none.
func (t *Truth) up(i int32) int32 {
	if t.cut[i] != 0 {
		return -1
	}
	return t.spans[i].Up
}

// shifts is how much earlier each trace happens, in ns but whole steps: its
// distance to the recording's first trace becomes a Compress-th.
func shifts(r *Recording, recipe *Recipe) []int64 {
	step := int64(time.Microsecond)
	if recipe.KeepStep {
		step = r.coarsestStep()
	}
	var start []int64
	first := int64(math.MaxInt64)
	for i := range r.Spans {
		s := &r.Spans[i]
		for int(s.Trace) >= len(start) {
			start = append(start, math.MaxInt64)
		}
		if s.Up < 0 {
			start[s.Trace] = s.Start
			first = min(first, s.Start)
		}
	}
	for i, at := range start {
		distance := at - first
		start[i] = (distance - int64(float64(distance)/recipe.Compress)) / step * step
	}
	return start
}

// coarsestStep is the step of the coarsest clock, at least 1 µs: the largest power
// of ten of which all times of one of the processes are multiples.
func (r *Recording) coarsestStep() int64 {
	const most = int64(time.Second)
	steps := map[uint32]int64{}
	for i := range r.Spans {
		s := &r.Spans[i]
		if steps[s.Process] == 0 {
			steps[s.Process] = most
		}
		for steps[s.Process] > int64(time.Microsecond) && (s.Start%steps[s.Process] != 0 || s.End%steps[s.Process] != 0) {
			steps[s.Process] /= 10
		}
	}
	coarsest := int64(time.Microsecond)
	for _, step := range steps {
		coarsest = max(coarsest, step)
	}
	return coarsest
}

// clockOffsets draws how wrong each host's clock is, by the number of its name.
func clockOffsets(r *Recording, recipe Recipe) []int64 {
	offsets := make([]int64, len(r.Names.list))
	if recipe.Variant != VariantC || recipe.Skew < time.Microsecond {
		return offsets
	}
	clocks := rand.New(rand.NewPCG(recipe.Seed, streamClocks))
	bound := int64(recipe.Skew / time.Microsecond)
	for host := 1; host < len(offsets); host++ { // host 0 is unknown: its clock is taken as right
		offsets[host] = (clocks.Int64N(2*bound+1) - bound) * int64(time.Microsecond)
	}
	return offsets
}

func newID(r *rand.Rand) (id [8]byte) {
	for id == ([8]byte{}) {
		binary.BigEndian.PutUint64(id[:], r.Uint64())
	}
	return id
}
