package topology

import (
	"slices"
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// WithBrokers draws messages by way of their brokers: an edge between two services
// whose destinations are known becomes one to each destination and one from there. The
// direct edge stays the one that counts; this is another view of it, in which queue
// time belongs to the second half and what the services took to their own.
func WithBrokers(t *contract.Topology) contract.Topology {
	out := *t
	out.Nodes = slices.Clone(t.Nodes)
	out.Edges = make([]contract.TopologyEdge, 0, len(t.Edges))
	v := brokerView{nodes: map[string]bool{}, edges: map[string]int{}, out: &out}
	for i := range t.Nodes {
		v.nodes[t.Nodes[i].ID] = true
	}
	for i := range t.Edges {
		v.split(&t.Edges[i])
	}
	slices.SortFunc(out.Nodes, func(a, b contract.TopologyNode) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Edges, func(a, b contract.TopologyEdge) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// brokerView is the work of one WithBrokers.
type brokerView struct {
	out   *contract.Topology
	nodes map[string]bool
	edges map[string]int // place of an edge in out, by id
}

func (v *brokerView) split(e *contract.TopologyEdge) {
	var total float64
	for _, via := range e.Via {
		total += via.Calls
	}
	if total <= 0 {
		v.add(e)
		return
	}
	for _, via := range e.Via {
		v.node(via.Name, e)
		part := via.Calls / total
		in, out := *e, *e
		in.Target, in.ServerLanguage, in.ServerSeconds, in.QueueSeconds = via.Name, "", nil, nil
		out.Source, out.ClientLanguage, out.ClientSeconds = via.Name, "", nil
		for _, half := range []*contract.TopologyEdge{&in, &out} {
			half.ID = EdgeID(half.Source, half.Target, half.Transport, half.Relation)
			half.Via, half.CriticalShare = nil, nil
			half.Rate = times(half.Rate, part)
			half.Evidence = evidenceTimes(half.Evidence, part)
			half.Errors = errorsTimes(half.Errors, part)
			v.add(half)
		}
	}
}

// node draws the destination, if nothing else drew it.
func (v *brokerView) node(id string, e *contract.TopologyEdge) {
	if !v.nodes[id] {
		v.nodes[id] = true
		v.out.Nodes = append(v.out.Nodes, contract.TopologyNode{
			ID: id, Name: id, Kind: contract.NodeMessaging, FirstSeen: e.FirstSeen, LastSeen: e.LastSeen,
		})
	}
}

// add adds an edge; rates of two that are one now add up, the busier tells the rest.
func (v *brokerView) add(e *contract.TopologyEdge) {
	at, ok := v.edges[e.ID]
	if !ok {
		v.edges[e.ID] = len(v.out.Edges)
		v.out.Edges = append(v.out.Edges, *e)
		return
	}
	there := &v.out.Edges[at]
	sum := rateOf(there) + rateOf(e)
	if rateOf(e) > rateOf(there) {
		*there = *e
	}
	there.Rate = &sum
}

func times(n *float64, part float64) *float64 {
	if n == nil {
		return nil
	}
	product := *n * part
	return &product
}

func evidenceTimes(e *contract.EdgeEvidence, part float64) *contract.EdgeEvidence {
	if e == nil {
		return nil
	}
	return &contract.EdgeEvidence{Propagated: e.Propagated * part, Joined: e.Joined * part, Inferred: e.Inferred * part}
}

func errorsTimes(e *contract.EdgeErrors, part float64) *contract.EdgeErrors {
	if e == nil {
		return nil
	}
	return &contract.EdgeErrors{Callee: e.Callee * part, Caller: e.Caller * part, Swallowed: e.Swallowed * part}
}
