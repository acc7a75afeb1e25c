package breaks

import "github.com/polyspan/polyspan/topology"

// verdict is what was made of a lone caller, so that it can be taken back.
type verdict struct {
	trace  topology.TraceID
	caller topology.Party
	group  *group
	level  int
	weight float64
}

// verdicts remembers the latest, in a ring. Constructor: newVerdicts.
type verdicts struct {
	byTrace map[topology.TraceID]int // the latest of a trace
	ring    []verdict
	next    int
}

func newVerdicts(limit int) verdicts {
	return verdicts{byTrace: map[topology.TraceID]int{}, ring: make([]verdict, 0, limit)}
}

// verdict counts what a lone caller is found to be.
func (d *Detector) verdict(t *groupTable, f *finding, c *waiting) {
	if g := t.count(f); g != nil {
		d.verdicts.add(verdict{trace: c.Trace, caller: c.Party, group: g, level: f.level, weight: f.weight})
	}
}

func (v *verdicts) add(n verdict) {
	if len(v.ring) < cap(v.ring) {
		v.ring = append(v.ring, n)
	} else {
		if old := v.ring[v.next].trace; v.byTrace[old] == v.next {
			delete(v.byTrace, old)
		}
		v.ring[v.next] = n
	}
	v.byTrace[n.trace] = v.next
	v.next = (v.next + 1) % cap(v.ring)
}

// takeBack undoes the latest verdict on a caller in a trace.
func (v *verdicts) takeBack(trace topology.TraceID, caller topology.Party) {
	i, ok := v.byTrace[trace]
	if !ok || v.ring[i].caller != caller {
		return
	}
	n := &v.ring[i]
	n.group.calls[n.level] -= n.weight
	delete(v.byTrace, trace)
}
