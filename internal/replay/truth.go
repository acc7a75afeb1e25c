package replay

import (
	"math/rand/v2"

	"github.com/polyspan/polyspan/infer"
)

// Truth is what a replay knows and the engine does not. It is indexed like the
// spans of the normalised recording.
type Truth struct {
	spans []Span
	// cut is the problem that a span's lost parent poses, 0 where nothing was lost.
	cut []infer.Problem
	// parent is the answer: the client span (Between), or the entry of the request
	// that caused the call (Within); -1 for spans that lost nothing.
	parent []int32
	// entry is the span by which a request entered the process in which the span
	// is: a server or consumer span, a root, or the first span of the process.
	entry []int32
	// callee is what a cut call goes to, as a name: the service that served it,
	// else what the span says it calls, else its operation.
	callee []callee
}

// callee names the far side of a call; of is what the name is.
type callee struct {
	of   calleeKind
	name uint32
}

type calleeKind uint8

const (
	calleeService calleeKind = iota + 1
	calleePeer
	calleeOperation
)

// newTruth cuts a normalised recording and keeps what was cut.
func newTruth(r *Recording, recipe *Recipe) *Truth {
	v, kept := recipe.Variant, recipe.keptTraces(r)
	n := len(r.Spans)
	t := &Truth{
		spans: r.Spans, cut: make([]infer.Problem, n), parent: make([]int32, n),
		entry: make([]int32, n), callee: make([]callee, n),
	}
	for i := range t.entry {
		t.entry[i] = -1
	}
	below := children(r.Spans)
	for i := range r.Spans {
		t.parent[i] = -1
		s := &r.Spans[i]
		if s.Up < 0 || kept[s.Trace] {
			continue
		}
		up := &r.Spans[s.Up]
		switch {
		case v.within() && s.Kind == infer.KindClient && up.Kind != infer.KindClient && up.Process == s.Process:
			t.cut[i], t.parent[i] = infer.Within, t.entryOf(s.Up)
			t.callee[i] = r.calleeOf(int32(i), below)
		case v.between() && s.Kind == infer.KindServer && up.Kind == infer.KindClient:
			t.cut[i], t.parent[i] = infer.Between, s.Up
			t.callee[i] = callee{of: calleeService, name: s.Service}
		}
	}
	for i := range r.Spans {
		t.entryOf(int32(i))
	}
	return t
}

// keptTraces draws the traces that lose nothing.
func (r *Recipe) keptTraces(rec *Recording) []bool {
	draw := rand.New(rand.NewPCG(r.Seed, streamKept))
	kept := make([]bool, rec.traces())
	for i := range kept {
		kept[i] = draw.Float64() < r.Propagated
	}
	return kept
}

// entryOf climbs to the span by which the request came into the process.
func (t *Truth) entryOf(i int32) int32 {
	at := i
	for t.entry[at] < 0 && !serverSide(t.spans[at].Kind) {
		up := t.spans[at].Up
		if up < 0 || t.spans[up].Process != t.spans[at].Process {
			break
		}
		at = up
	}
	found := at
	if t.entry[at] >= 0 {
		found = t.entry[at]
	}
	for at = i; t.entry[at] < 0; at = t.spans[at].Up {
		t.entry[at] = found
		if at == found {
			break
		}
	}
	return found
}

// calleeOf follows nested client spans to whoever served the call.
func (r *Recording) calleeOf(i int32, below [][]int32) callee {
	for at := i; at >= 0; {
		next := int32(-1)
		for _, child := range below[at] {
			switch s := &r.Spans[child]; s.Kind {
			case infer.KindServer:
				return callee{of: calleeService, name: s.Service}
			case infer.KindClient:
				next = child
			}
		}
		at = next
	}
	if s := &r.Spans[i]; s.Peer != 0 {
		return callee{of: calleePeer, name: s.Peer}
	}
	return callee{of: calleeOperation, name: r.Spans[i].Operation}
}

// orphans counts the spans that lost a parent, and the true roots among the rest.
func (t *Truth) orphans() (cut, roots int) {
	for i := range t.spans {
		switch {
		case t.cut[i] != 0:
			cut++
		case t.spans[i].Up < 0:
			roots++
		}
	}
	return cut, roots
}
