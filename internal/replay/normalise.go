package replay

import (
	"cmp"
	"slices"

	"github.com/polyspan/polyspan/infer"
)

// Roots says which traces of a recording are replayed.
type Roots string

// Choices of roots.
const (
	// RootsCommon keeps the traces whose root is the recording's most common one.
	RootsCommon Roots = "common"
	// RootsAll keeps every trace.
	RootsAll Roots = "all"
)

// Normalise returns the recording as the replay needs it: each tree of spans is a
// trace of its own, traces with another root than the most common one are left
// out (unless all are asked for), and every server span whose caller recorded no
// client span gets one, with the server's times, in its caller. A client span at
// the root of a trace stands for the request that caused it, and serves, where its
// recording has no client spans between services.
func (r *Recording) Normalise(roots Roots) *Recording {
	out := &Recording{Names: r.Names, Duplicates: r.Duplicates, Orphans: r.Orphans}
	top := topOf(r.Spans)
	keep := func(int32) bool { return true }
	if roots == RootsCommon {
		common := r.commonRoot()
		keep = func(root int32) bool { return r.root(root) == common }
	}
	traces := map[int32]int32{}
	moved := make([]int32, len(r.Spans))
	for i := range r.Spans {
		moved[i] = -1
		if !keep(top[i]) {
			continue
		}
		if _, ok := traces[top[i]]; !ok {
			traces[top[i]] = int32(len(traces))
		}
		moved[i] = int32(len(out.Spans))
		s := r.Spans[i]
		s.Trace = traces[top[i]]
		out.Spans = append(out.Spans, s)
	}
	for i := range out.Spans {
		if up := out.Spans[i].Up; up >= 0 {
			out.Spans[i].Up = moved[up]
		}
	}
	out.addClients()
	return out
}

// rootName is a kind of request: what its root span is called, and in which service.
type rootName struct{ service, operation uint32 }

func (r *Recording) root(i int32) rootName {
	return rootName{service: r.Spans[i].Service, operation: r.Spans[i].Operation}
}

// commonRoot is the most frequent root; of equals the one that was read first.
func (r *Recording) commonRoot() rootName {
	count := map[rootName]int{}
	var order []rootName
	for i := range r.Spans {
		if r.Spans[i].Up >= 0 {
			continue
		}
		name := r.root(int32(i))
		if count[name] == 0 {
			order = append(order, name)
		}
		count[name]++
	}
	return slices.MaxFunc(order, func(a, b rootName) int { return cmp.Compare(count[a], count[b]) })
}

// topOf finds the root of every span.
func topOf(spans []Span) []int32 {
	top := make([]int32, len(spans))
	for i := range top {
		top[i] = -1
	}
	var path []int32
	for i := range spans {
		path = path[:0]
		at := int32(i)
		for top[at] < 0 && spans[at].Up >= 0 {
			path = append(path, at)
			at = spans[at].Up
		}
		root := at
		if top[at] >= 0 {
			root = top[at]
		}
		top[at] = root
		for _, j := range path {
			top[j] = root
		}
	}
	return top
}

// addClients gives calls without a client side one.
func (r *Recording) addClients() {
	rootsServe := r.callsAreOneSided()
	for i := range len(r.Spans) {
		s := &r.Spans[i]
		if s.Kind == infer.KindClient && s.Up < 0 && rootsServe {
			s.Kind = infer.KindServer
		}
	}
	for i := range len(r.Spans) {
		s := r.Spans[i]
		if s.Kind != infer.KindServer || s.Up < 0 || r.Spans[s.Up].Kind == infer.KindClient {
			continue
		}
		caller := &r.Spans[s.Up]
		copied := s
		copied.Kind, copied.Peer, copied.Thread = infer.KindClient, 0, 0
		copied.Service, copied.Process, copied.Host = caller.Service, caller.Process, caller.Host
		r.Spans[i].Up = int32(len(r.Spans))
		r.Spans = append(r.Spans, copied)
	}
}

// callsAreOneSided reports whether most server spans hang under something else
// than a client span that itself has a parent.
func (r *Recording) callsAreOneSided() bool {
	oneSided, paired := 0, 0
	for i := range r.Spans {
		s := &r.Spans[i]
		if s.Kind != infer.KindServer || s.Up < 0 {
			continue
		}
		switch caller := &r.Spans[s.Up]; {
		case caller.Kind != infer.KindClient:
			oneSided++
		case caller.Up >= 0:
			paired++
		}
	}
	return oneSided > paired
}
