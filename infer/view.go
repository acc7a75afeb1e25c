package infer

import (
	"bytes"
	"cmp"
	"slices"
)

// view is the spans held at the close of a window, ordered and linked by the
// parents that are known. Everything after it works on its order, so that the
// order of arrival cannot matter.
type view struct {
	nodes []node
	index map[Ref]int32
}

// node is one span of a view.
type node struct {
	*held
	// up is the parent in the same process, or none.
	up int32
	// top is the last node reached by up; itself where up is none.
	top int32
	// callee is the span that answered a client span, or none.
	callee int32
	place  place
	// hasInside says that others name it as their local parent; request is its
	// number among its scope's requests, or none.
	hasInside bool
	request   int32
}

const none int32 = -1

// place is what a node is to its process.
type place uint8

const (
	placeUnknown place = iota // its parent is named and not here
	placeEntry                // a request from outside
	placeOrphan               // nothing says who caused it
	placeInside               // its parent is here
)

func (n *node) entersProcess() bool { return n.Kind == KindServer || n.Kind == KindConsumer }
func (n *node) leavesProcess() bool { return n.Kind == KindClient || n.Kind == KindProducer }

// build orders and links the spans.
func (v *view) build(spans []held) {
	v.nodes = resize(v.nodes, len(spans))
	for i := range spans {
		v.nodes[i] = node{held: &spans[i], up: none, callee: none, request: none}
	}
	slices.SortFunc(v.nodes, func(a, b node) int { return compareSpans(&a.Span, &b.Span) })
	if v.index == nil {
		v.index = make(map[Ref]int32, len(spans))
	}
	clear(v.index)
	for i := range v.nodes {
		ref := v.nodes[i].Ref()
		if _, ok := v.index[ref]; !ok {
			v.index[ref] = int32(i)
		}
	}
	for i := range v.nodes {
		v.link(int32(i))
	}
	for i := range v.nodes {
		v.nodes[i].top = v.topOf(int32(i))
	}
}

// compareSpans orders by process, then time; ids only break ties.
func compareSpans(a, b *Span) int {
	if a.Service != b.Service {
		return cmp.Compare(a.Service, b.Service)
	}
	if a.Process != b.Process {
		return cmp.Compare(a.Process, b.Process)
	}
	if a.Start != b.Start {
		return cmp.Compare(a.Start, b.Start)
	}
	if a.End != b.End {
		return cmp.Compare(a.End, b.End)
	}
	if c := bytes.Compare(a.Trace[:], b.Trace[:]); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}

func (v *view) link(i int32) {
	n := &v.nodes[i]
	if n.entersProcess() {
		n.place = placeEntry
	}
	if n.Parent == [8]byte{} {
		if !n.entersProcess() {
			n.place = placeOrphan
		} else if p, ok := v.index[n.joined]; n.decided && ok && v.nodes[p].leavesProcess() {
			v.nodes[p].callee = i // as an earlier window decided
		}
		return
	}
	p, ok := v.index[Ref{Trace: n.Trace, ID: n.Parent}]
	if !ok || p == i {
		return
	}
	parent := &v.nodes[p]
	switch {
	case n.entersProcess():
		if parent.leavesProcess() && parent.callee == none {
			parent.callee = i
		}
	case parent.Service == n.Service && parent.Process == n.Process:
		n.up = p
		n.place = placeInside
	}
}

// maxDepth bounds the walk up a tree, so that a cycle of parents ends.
const maxDepth = 64

func (v *view) topOf(i int32) int32 {
	for range maxDepth {
		up := v.nodes[i].up
		if up == none {
			return i
		}
		i = up
	}
	return i
}

// callFrom returns the top a call of node i belongs to, and whether i is a call
// at all: a client or producer span that no other such span encloses, or an
// internal span nobody is known to have caused.
func (v *view) callFrom(i int32) (top int32, ok bool) {
	n := &v.nodes[i]
	if n.place == placeOrphan {
		return none, true
	}
	if n.place != placeInside || !n.leavesProcess() {
		return none, false
	}
	p := n.up
	for range maxDepth {
		if p == none {
			break
		}
		if v.nodes[p].leavesProcess() {
			return none, false
		}
		p = v.nodes[p].up
	}
	return n.top, true
}

// typeOf returns what kind of call node i is, as its model knows it.
func (v *view) typeOf(i int32) typeKey {
	n := &v.nodes[i]
	k := typeKey{kind: n.Kind, operation: n.Operation, peer: n.Peer}
	if n.callee != none {
		c := &v.nodes[n.callee]
		k.peer, k.peerOperation = c.Service, c.Operation
	}
	return k
}
