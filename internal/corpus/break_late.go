package corpus

import "github.com/polyspan/polyspan/contract"

// lateBreaks are spans that arrive when the others of their trace have left.
func lateBreaks() []*Break {
	return []*Break{
		{
			Name: "late.alias", Note: "the callee was joined in time; what is below it comes late and must follow it (M2)", late: true,
			site: site{demand: hasLocal}, takes: func(c *Case, at int32) []int32 { return c.below(at) },
			open: severed,
			mark: func(x *surgery, b *broken) {
				for _, i := range x.c.below(b.at) {
					if x.span(i).TraceID == x.span(b.at).TraceID {
						x.span(i).Late = true
					}
				}
				writeW3C(x, b, x.parent(b.at))
				x.edge(b, JoinParent, contract.EvidenceHeaderW3C)
			},
		},
		{
			Name: "decoy.late", Note: "the callee itself comes late, with its header, after spans of its trace have left: the trace keeps its id (M2)", late: true,
			site: site{demand: hasLocal}, takes: func(c *Case, at int32) []int32 { return c.below(at) },
			open: severed,
			mark: func(x *surgery, b *broken) {
				x.span(b.at).Late = true
				writeW3C(x, b, x.parent(b.at))
				x.edge(b, JoinNone, "")
			},
		},
	}
}

// hasLocal holds for calls whose callee has spans of its own below it.
func hasLocal(c *Case, at int32) bool { return len(c.local(at)) > 0 }
