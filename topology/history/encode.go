package history

import (
	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology/internal/packed"
)

const (
	slotMagic   = "psh"
	slotVersion = 1
)

// encode gives a slot in bytes of its own.
func encode(w *packed.Writer, s *Slot) ([]byte, error) {
	w.Reset()
	w.Number(uint64(s.Start))
	w.Number(uint64(s.End))
	w.Number(uint64(len(s.Nodes)))
	for i := range s.Nodes {
		encodeNode(w, &s.Nodes[i], s)
	}
	w.Number(uint64(len(s.Edges)))
	for i := range s.Edges {
		encodeEdge(w, &s.Edges[i], s)
	}
	return w.Compressed(slotMagic, slotVersion)
}

func encodeNode(w *packed.Writer, n *Node, s *Slot) {
	w.Name(n.NodeName)
	w.Text(string(n.Kind))
	w.Number(uint64(len(n.Languages)))
	for _, l := range n.Languages {
		w.Text(string(l))
	}
	w.Text(n.SDK)
	w.Text(n.Runtime)
	w.Number(uint64(n.Instances))
	w.Number(uint64(len(n.Versions)))
	for _, v := range n.Versions {
		w.Text(v.Name)
		w.Count(v.Spans)
	}
	encodeTimes(w, n.First, n.Last, s)
}

func encodeEdge(w *packed.Writer, e *Edge, s *Slot) {
	missing := uint64(0)
	if e.CallerMissing {
		missing = 1
	}
	w.Number(missing)
	w.Name(e.Source)
	w.Name(e.Target)
	w.Text(string(e.Transport))
	w.Text(string(e.Relation))
	w.Text(string(e.SourceLanguage))
	w.Text(string(e.TargetLanguage))
	encodeTimes(w, e.First, e.Last, s)
	w.Figures(&e.Figures)
}

// encodeTimes writes distances from the slot, which are short.
func encodeTimes(w *packed.Writer, first, last int64, s *Slot) {
	w.Signed(s.End - first)
	w.Signed(s.End - last)
}

// The least that a node and an edge take: they bound how many a record can hold.
const (
	minNodeBytes = 10
	minEdgeBytes = 28
)

// decode reads an encoded slot; it trusts nothing in it.
func decode(b []byte) (*Slot, error) {
	r, err := packed.NewReader(b, slotMagic, slotVersion)
	if err != nil {
		return nil, err
	}
	s := &Slot{Start: int64(r.Number()), End: int64(r.Number())}
	s.Nodes = make([]Node, r.Length(minNodeBytes))
	for i := range s.Nodes {
		decodeNode(r, &s.Nodes[i], s)
	}
	s.Edges = make([]Edge, r.Length(minEdgeBytes))
	for i := range s.Edges {
		decodeEdge(r, &s.Edges[i], s)
	}
	return s, r.Done()
}

func decodeNode(r *packed.Reader, n *Node, s *Slot) {
	n.NodeName = r.Name()
	n.Kind = contract.NodeKind(r.Text())
	if count := r.Length(1); count > 0 {
		n.Languages = make([]contract.Language, count)
		for i := range n.Languages {
			n.Languages[i] = contract.Language(r.Text())
		}
	}
	n.SDK, n.Runtime = r.Text(), r.Text()
	n.Instances = int(r.Number())
	if count := r.Length(2); count > 0 {
		n.Versions = make([]Version, count)
		for i := range n.Versions {
			n.Versions[i] = Version{Name: r.Text(), Spans: r.Count()}
		}
	}
	n.First, n.Last = s.End-r.Signed(), s.End-r.Signed()
}

func decodeEdge(r *packed.Reader, e *Edge, s *Slot) {
	e.CallerMissing = r.Number() == 1
	e.Source, e.Target = r.Name(), r.Name()
	e.Transport = contract.Transport(r.Text())
	e.Relation = contract.Relation(r.Text())
	e.SourceLanguage, e.TargetLanguage = contract.Language(r.Text()), contract.Language(r.Text())
	e.First, e.Last = s.End-r.Signed(), s.End-r.Signed()
	r.Figures(&e.Figures)
}
