package topology

import (
	"fmt"

	"github.com/polyspan/polyspan/contract"
)

// RestoreNode brings back a node that an earlier graph knew. Services come back as
// names: their resources are known again with their first spans.
func (g *Graph) RestoreNode(s *NodeState) error {
	id, err := g.restoredNode(s.NodeName, s.Kind)
	if err != nil {
		return err
	}
	n := &g.nodes.all[id]
	n.seen.see(s.FirstSeen, s.LastSeen)
	n.lastArrival = max(n.lastArrival, min(s.LastArrival.UnixNano(), g.now))
	return nil
}

// RestoreEdge brings back what an earlier graph counted on an edge. It wants an empty
// graph: what was counted on the edge before is added to. Slots that the window still
// covers come back as such.
func (g *Graph) RestoreEdge(s *EdgeState) error {
	source, err := g.restoredNode(s.Source, s.SourceKind)
	if err != nil {
		return err
	}
	target, err := g.restoredNode(s.Target, s.TargetKind)
	if err != nil {
		return err
	}
	key := edgeKey{source: source, target: target, transport: g.transports.number(s.Transport)}
	if s.Relation == contract.RelationMessage {
		key.relation = relationMessage
	}
	i := g.edgeOf(key)
	e := g.edges.all[i]
	if e.key != key {
		return fmt.Errorf("edge from %q to %q: a bound on edges is reached", s.Source.Name, s.Target.Name)
	}
	e.created = min(e.created, s.Created.UnixNano())
	if g.born == 0 || e.created < g.born {
		g.born = e.created // rates cover the time before the restart, too
	}
	e.lastArrival = min(s.LastArrival.UnixNano(), g.now)
	e.seen.see(s.FirstSeen, s.LastSeen)
	e.sourceLanguage.vote(g.languages.number(s.SourceLanguage))
	e.targetLanguage.vote(g.languages.number(s.TargetLanguage))
	e.restore(pastSlot, &s.Total)
	for j := range s.Slots {
		if epoch, inside := g.epochOf(s.Slots[j].Start); inside {
			e.restore(e.slotOf(epoch), &s.Slots[j].Figures)
			e.forget(&s.Slots[j].Figures)
		}
	}
	e.seconds = [numMeasures]float64{
		s.Total.Client.SumSeconds, s.Total.Server.SumSeconds, s.Total.histogram(ofBetween, key.relation).SumSeconds,
	}
	return nil
}

// restoredNode finds or makes a node; the fixed ones by their names.
func (g *Graph) restoredNode(name NodeName, kind contract.NodeKind) (nodeID, error) {
	key := nodeKey{keep(name.Namespace), keep(name.Name)}
	for id := range numFixedNodes {
		if fixed := &g.nodes.all[id]; fixed.key == key && fixed.kind == kind {
			return id, nil
		}
	}
	id := overflowNode
	if kind == contract.NodeService {
		id = g.nodes.service(key, g.limits.MaxNodes)
	} else if key.name != "" {
		id = g.nodes.peer(key, kind, g.limits.MaxNodes)
	}
	if id == overflowNode {
		return 0, fmt.Errorf("node %q: a bound on nodes is reached", name.Name)
	}
	return id, nil
}

// restore adds figures to a slot, or to the past.
func (e *edge) restore(slot int, f *Figures) { e.pour(slot, f, 1) }

// forget takes figures out of the past: they came back in a slot, too.
func (e *edge) forget(f *Figures) { e.pour(pastSlot, f, -1) }

// pour adds figures, times a factor, to a slot or to the past.
func (l *ledger) pour(slot int, f *Figures, factor float64) {
	l.calls[1+slot] += factor * f.Calls
	add := func(column int, v float64) {
		if v == 0 {
			return
		}
		if slot == pastSlot {
			l.past.add(column, factor*v)
			return
		}
		l.recent.add(slot*int(l.rowLen)+column, factor*v)
	}
	add(int(tallyCallee), f.Errors[OriginCallee])
	add(int(tallyCaller), f.Errors[OriginCaller])
	add(int(tallySwallowed), f.Errors[OriginSwallowed])
	add(int(tallyJoined), f.Evidence[EvidenceJoined])
	add(int(tallyInferred), f.Evidence[EvidenceInferred])
	for m, h := range [numMeasures]*Histogram{&f.Client, &f.Server, f.between()} {
		for i, c := range h.Counts {
			if c != 0 {
				add(l.column(measure(m), h.First+i), c)
			}
		}
	}
}

// between is the queue of messages and the boundary of calls: one of them is empty.
func (f *Figures) between() *Histogram {
	if len(f.Queue.Counts) > 0 {
		return &f.Queue
	}
	return &f.Boundary
}
