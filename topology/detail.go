package topology

// ScopeID numbers an instrumentation scope; 0 is not known.
type ScopeID uint16

// detailID numbers what a span says of its instrumentation; 0 is nothing.
type detailID uint16

// detail is what the watchers want to know of a span long after it was read.
type detail struct {
	scope, version string // of the instrumentation scope
	carriers       Carriers
	evidence       string // polyspan.merge.evidence
}

// maxDetails bounds the details told apart, about 100 bytes each: scopes and versions of
// libraries are few. What no longer fits has none.
const maxDetails = 1 << 14

// detailTable numbers details. Constructor: newDetailTable.
type detailTable struct {
	byKey map[detail]detailID
	all   []detail // all[0] is that of nothing
}

func newDetailTable() detailTable {
	return detailTable{byKey: map[detail]detailID{{}: 0}, all: make([]detail, 1)}
}

// Scope numbers the instrumentation scope of the spans that are added next. The
// number is good for the life of the graph.
func (g *Graph) Scope(name, version string) ScopeID {
	if g.watcher.Unmatched == nil && g.watcher.Repaired == nil {
		return 0
	}
	return ScopeID(g.details.number(detail{scope: cut(name), version: cut(version)}))
}

func (t *detailTable) number(d detail) detailID {
	if id, ok := t.byKey[d]; ok {
		return id
	}
	if len(t.all) == maxDetails {
		return 0
	}
	d.scope, d.version, d.evidence = keep(d.scope), keep(d.version), keep(d.evidence)
	id := detailID(len(t.all))
	t.all = append(t.all, d)
	t.byKey[d] = id
	return id
}

// detailOf is that of a span. Most say no more than their scope.
func (g *Graph) detailOf(o *Observation) detailID {
	if o.Carriers == 0 && o.MergeEvidence == "" || g.watcher.Unmatched == nil && g.watcher.Repaired == nil {
		return detailID(o.Scope)
	}
	d := g.details.all[o.Scope]
	d.carriers, d.evidence = o.Carriers, cut(o.MergeEvidence)
	return g.details.number(d)
}
