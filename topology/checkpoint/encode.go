package checkpoint

import (
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/internal/packed"
)

// Kinds of parts. The version is that of all of them.
const (
	headMagic  = "pch"
	nodeMagic  = "pcn"
	edgeMagic  = "pce"
	aliasMagic = "pca"
	version    = 1
)

func encodeNode(w *packed.Writer, n *topology.NodeState) {
	w.Name(n.NodeName)
	w.Text(string(n.Kind))
	w.Signed(n.FirstSeen)
	w.Signed(n.LastSeen)
	w.Signed(n.LastArrival.UnixNano())
}

func decodeNode(r *packed.Reader) topology.NodeState {
	return topology.NodeState{
		NodeName: r.Name(), Kind: contract.NodeKind(r.Text()),
		FirstSeen: r.Signed(), LastSeen: r.Signed(), LastArrival: time.Unix(0, r.Signed()).UTC(),
	}
}

func encodeEdge(w *packed.Writer, e *topology.EdgeState) {
	w.Name(e.Source)
	w.Name(e.Target)
	w.Text(string(e.Transport))
	w.Text(string(e.Relation))
	w.Text(string(e.SourceKind))
	w.Text(string(e.TargetKind))
	w.Text(string(e.SourceLanguage))
	w.Text(string(e.TargetLanguage))
	w.Signed(e.Created.UnixNano())
	w.Signed(e.LastArrival.UnixNano())
	w.Signed(e.FirstSeen)
	w.Signed(e.LastSeen)
	w.Figures(&e.Total)
	w.Number(uint64(len(e.Slots)))
	for i := range e.Slots {
		w.Signed(e.Slots[i].Start)
		w.Figures(&e.Slots[i].Figures)
	}
}

// decodeEdge reads an edge; its slots use the memory of the last one's.
func decodeEdge(r *packed.Reader, e *topology.EdgeState) {
	*e = topology.EdgeState{Slots: e.Slots[:0]}
	e.Source, e.Target = r.Name(), r.Name()
	e.Transport, e.Relation = contract.Transport(r.Text()), contract.Relation(r.Text())
	e.SourceKind, e.TargetKind = contract.NodeKind(r.Text()), contract.NodeKind(r.Text())
	e.SourceLanguage, e.TargetLanguage = contract.Language(r.Text()), contract.Language(r.Text())
	e.Created, e.LastArrival = time.Unix(0, r.Signed()).UTC(), time.Unix(0, r.Signed()).UTC()
	e.FirstSeen, e.LastSeen = r.Signed(), r.Signed()
	r.Figures(&e.Total)
	for range r.Length(minSlotBytes) {
		s := topology.Slot{Start: r.Signed()}
		r.Figures(&s.Figures)
		e.Slots = append(e.Slots, s)
	}
}

func encodeAlias(w *packed.Writer, a *topology.Alias) {
	w.Text(a.Address)
	w.Number(uint64(a.Port))
	w.Name(a.Caller)
	w.Name(a.Target)
	w.Signed(a.Seen)
}

func decodeAlias(r *packed.Reader) topology.Alias {
	return topology.Alias{Address: r.Text(), Port: uint16(r.Number()), Caller: r.Name(), Target: r.Name(), Seen: r.Signed()}
}

// minSlotBytes is the least that a slot takes: it bounds how many an edge can hold.
const minSlotBytes = 18
