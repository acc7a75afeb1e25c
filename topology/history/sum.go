package history

import (
	"slices"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// maxVersions bounds the versions told apart of one node; further ones are left out.
const maxVersions = 16

// Sum adds slots up. Make one with [NewSum].
type Sum struct {
	// From and To are the span time that is covered, Unix nanoseconds; 0 when nothing is.
	From, To int64
	// pieces is the time of the slots taken of a sum that leaves others out, else 0.
	pieces int64

	nodes map[topology.NodeName]*Node
	edges map[topology.EdgeName]*Edge
}

// NewSum makes an empty sum.
func NewSum() *Sum {
	return &Sum{nodes: map[topology.NodeName]*Node{}, edges: map[topology.EdgeName]*Edge{}}
}

// Cover makes the sum one of this stretch and what it covers already: time in which
// nothing was seen counts, too.
func (s *Sum) Cover(from, to int64) {
	if s.From == s.To {
		s.From, s.To = from, to
		return
	}
	s.From, s.To = min(s.From, from), max(s.To, to)
}

// Until ends what the sum covers at a time before which it began.
func (s *Sum) Until(to int64) {
	if s.From < to {
		s.To = min(s.To, to)
	}
}

// add adds another stretch to the sum. The slot is taken over.
func (s *Sum) add(o *Slot) {
	s.Cover(o.Start, o.End)
	for i := range o.Nodes {
		s.addNode(&o.Nodes[i])
	}
	for i := range o.Edges {
		e := &o.Edges[i]
		have := s.edges[e.EdgeName]
		if have == nil {
			s.edges[e.EdgeName] = e
			continue
		}
		have.learn(e)
		addFigures(&have.Figures, &e.Figures)
	}
}

// correct takes over another record of the same slot: of each edge the larger one
// counts (slots only grow).
func (s *Sum) correct(o *Slot) {
	s.Cover(o.Start, o.End)
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if have := s.nodes[n.NodeName]; have != nil {
			versions := have.Versions
			s.addNode(n)
			have.Versions = larger(versions, n.Versions)
			continue
		}
		s.addNode(n)
	}
	for i := range o.Edges {
		e := &o.Edges[i]
		have := s.edges[e.EdgeName]
		if have == nil {
			s.edges[e.EdgeName] = e
			continue
		}
		have.learn(e)
		if e.Figures.Calls >= have.Figures.Calls {
			have.Figures = e.Figures
		}
	}
}

// learn takes over what is not counted.
func (e *Edge) learn(o *Edge) {
	if o.Last >= e.Last {
		e.Last = o.Last
		e.SourceLanguage = later(e.SourceLanguage, o.SourceLanguage)
		e.TargetLanguage = later(e.TargetLanguage, o.TargetLanguage)
	}
	e.First = earliest(e.First, o.First)
}

func (s *Sum) addNode(n *Node) {
	have := s.nodes[n.NodeName]
	if have == nil {
		own := *n
		own.Versions = slices.Clone(n.Versions)
		s.nodes[n.NodeName] = &own
		return
	}
	have.First = earliest(have.First, n.First)
	if n.Last >= have.Last {
		have.Last, have.Kind = n.Last, n.Kind
		have.SDK, have.Runtime = later(have.SDK, n.SDK), later(have.Runtime, n.Runtime)
		if len(n.Languages) > 0 {
			have.Languages = n.Languages
		}
	}
	have.Instances = max(have.Instances, n.Instances)
	for _, v := range n.Versions {
		have.addVersion(v)
	}
}

func (n *Node) addVersion(v Version) {
	i := slices.IndexFunc(n.Versions, func(o Version) bool { return o.Name == v.Name })
	switch {
	case i >= 0:
		n.Versions[i].Spans += v.Spans
	case len(n.Versions) < maxVersions:
		n.Versions = append(n.Versions, v)
	}
}

// larger is, version by version, the larger of two counts of one slot.
func larger(a, b []Version) []Version {
	out := slices.Clone(a)
	for _, v := range b {
		i := slices.IndexFunc(out, func(o Version) bool { return o.Name == v.Name })
		switch {
		case i >= 0:
			out[i].Spans = max(out[i].Spans, v.Spans)
		case len(out) < maxVersions:
			out = append(out, v)
		}
	}
	return out
}

// slot gives the sum as one slot, in no particular order. The sum is used up.
func (s *Sum) slot() *Slot {
	o := &Slot{Start: s.From, End: s.To}
	for _, n := range s.nodes {
		o.Nodes = append(o.Nodes, *n)
	}
	for _, e := range s.edges {
		o.Edges = append(o.Edges, *e)
	}
	return o
}

// later is the newer of two names; not to know one is no news.
func later[S ~string](have, news S) S {
	if news == "" {
		return have
	}
	return news
}

// earliest is the earlier of two times, of which 0 is not known.
func earliest(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// Languages as the API writes them.
func texts(languages []contract.Language) []string {
	out := make([]string, len(languages))
	for i, l := range languages {
		out[i] = string(l)
	}
	return out
}
