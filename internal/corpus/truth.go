package corpus

import (
	"slices"

	"github.com/polyspan/polyspan/contract"
)

// edge tells the truth about a broken edge. Where two breaks share an edge the
// one that allows more decides.
func (x *surgery) edge(b *broken, want Join, evidence contract.Evidence) {
	x.edgeAt(b, b.at, want, evidence)
}

func (x *surgery) edgeAt(b *broken, at int32, want Join, evidence contract.Evidence) {
	e := Edge{Break: b.Name, Span: at, Parent: x.c.Exported(at), Want: want, Evidence: string(evidence)}
	if e.Parent >= 0 && timed(evidence) && x.span(at).process.host.astray != x.span(e.Parent).process.host.astray {
		e.Want, e.Evidence = JoinNone, "" // M7: the error between the clocks may be unknown
	}
	i := slices.IndexFunc(x.c.Edges, func(o Edge) bool { return o.Span == at })
	if i < 0 {
		x.c.Edges = append(x.c.Edges, e)
		return
	}
	o := &x.c.Edges[i]
	o.Break += "+" + e.Break
	if e.Want > o.Want {
		o.Want, o.Evidence = e.Want, e.Evidence
	}
}

// timed reports whether evidence is subject to the times of its spans: keys are,
// identities are not.
func timed(e contract.Evidence) bool {
	switch e {
	case contract.EvidenceMessageID, contract.EvidenceMessageOffset, contract.EvidenceRequestID, evidenceCustom, contract.EvidenceInferredParent:
		return true
	default:
		return false
	}
}
