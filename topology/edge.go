package topology

import (
	"math"

	"github.com/polyspan/polyspan/contract"
)

// edgeKey identifies an edge (rule T2).
type edgeKey struct {
	source, target nodeID
	transport      transportID
	relation       relation
}

// relation numbers a [contract.Relation].
type relation uint8

const (
	relationCall relation = iota
	relationMessage
)

var relations = [...]contract.Relation{
	relationCall:    contract.RelationCall,
	relationMessage: contract.RelationMessage,
}

// edge is all that is known of an edge: cumulative figures, which move at arrival,
// and a window of recent ones by span time (rule T8).
type edge struct {
	key edgeKey
	// sourceLanguage and targetLanguage are the languages seen at the two ends.
	sourceLanguage, targetLanguage majority
	// created and lastArrival are by the graph's clock, seen by span time (rule T8).
	lastArrival int64
	seen        lifetime

	ledger

	extra   *extra // nil until there is something to hold
	created int64
	// external: one end was no service when the edge was made; it counts against the
	// externals of the other, its owner.
	external bool
	owner    nodeID
}

// absent marks a duration that is not known.
const absent int64 = -1

// call is one call or message, ready to be counted.
type call struct {
	key                            edgeKey
	sourceLanguage, targetLanguage languageID
	evidence                       Evidence
	// calleeFailed and callerFailed are the outcomes of the two spans.
	calleeFailed, callerFailed bool
	weight                     float64
	// start and end are the span times of the callee (of the caller when there is no
	// callee), 0 when they are absurd.
	start, end int64
	// Durations in nanoseconds, or absent.
	client, server, between int64
	request, response       packedSize // 0: not known
	// trace and span are an example of the call.
	trace TraceID
	span  SpanID
	// hint is where the number of the call's edge may be found; it is kept right.
	hint *uint32
	edge uint32 // as found
}

// edgeTable is a slab of edges with a map into it.
type edgeTable struct {
	byKey map[edgeKey]uint32
	all   []*edge
	free  []uint32
}

func newEdgeTable() edgeTable { return edgeTable{byKey: map[edgeKey]uint32{}} }

// count takes a call and gives the number of its edge. It is added to the edge when
// the batch is settled.
func (g *Graph) count(c *call) uint32 {
	g.stats.Calls++
	c.edge = g.findEdge(c)
	g.batch = append(g.batch, *c)
	return c.edge
}

// findEdge finds or makes the edge of a call.
func (g *Graph) findEdge(c *call) uint32 {
	if c.hint == nil {
		return g.edgeOf(c.key)
	}
	if i := *c.hint; int(i) < len(g.edges.all) {
		if e := g.edges.all[i]; e != nil && e.key == c.key {
			return i
		}
	}
	*c.hint = g.edgeOf(c.key)
	return *c.hint
}

// settle adds the calls of a batch to their edges. First it touches what it is going
// to change: these loads do not wait for each other, and edges are seldom in the cache.
func (g *Graph) settle() {
	touched := uint64(0)
	for i := range g.batch {
		e := g.edges.all[g.batch[i].edge]
		touched |= uint64(e.lastArrival) | uint64(e.epochs[0]) | math.Float64bits(e.calls[windowSlots])
	}
	for i := range g.batch {
		c := &g.batch[i]
		e := g.edges.all[c.edge]
		slot := int(c.end / g.slotWidth % windowSlots)
		touched |= uint64(e.recent.data[slot*int(e.rowLen)*int(e.recent.width)])
	}
	g.touched |= entry(touched)
	for i := range g.batch {
		g.addCall(&g.batch[i])
	}
	g.batch = g.batch[:0]
}

func (g *Graph) addCall(c *call) {
	e := g.edges.all[c.edge]
	e.lastArrival = g.now
	spanTime := c.end
	if spanTime == 0 {
		c.start, spanTime = g.now, g.now
	}
	e.seen.see(c.start, spanTime)
	e.sourceLanguage.vote(c.sourceLanguage)
	e.targetLanguage.vote(c.targetLanguage)
	epoch, inside := g.epochOf(spanTime)
	slot := e.slotOf(epoch)
	e.add(slot, c)
	e.example(c, spanTime)
	if !inside && g.watcher.Outside != nil {
		g.tellOutside(e, c, slot)
	}
}

// slotOf is the slot of an epoch, emptied if it was that of an earlier one.
func (e *edge) slotOf(epoch int64) int {
	if slot := int(epoch % windowSlots); e.epochs[slot] == epoch {
		return slot
	}
	return e.turn(epoch)
}

// turn gives a slot to a new epoch.
func (e *edge) turn(epoch int64) int {
	slot := e.ledger.slot(epoch)
	if e.extra != nil {
		e.extra.retire(slot)
	}
	return slot
}

// add counts a call in a slot.
func (e *edge) add(slot int, c *call) {
	e.calls[1+slot] += c.weight
	if c.evidence != EvidencePropagated {
		e.tally(slot, tallyJoined+tally(c.evidence-EvidenceJoined), c.weight)
	}
	switch {
	case c.calleeFailed:
		e.tally(slot, tallyCallee, c.weight)
	case c.callerFailed:
		e.tally(slot, tallyCaller, c.weight)
	}
	e.measure(slot, ofClient, c.client, c.weight)
	e.measure(slot, ofServer, c.server, c.weight)
	e.measure(slot, ofBetween, c.between, c.weight)
	if c.request != 0 || c.response != 0 {
		e.more().size(slot, c)
	}
}

// edgeOf finds or makes the edge of a key and gives its number. Where a bound is
// reached it is an overflow edge (rule T11), of which a node has at most one out and
// one in.
func (g *Graph) edgeOf(key edgeKey) uint32 {
	if i, ok := g.edges.byKey[key]; ok {
		return i
	}
	return g.newEdge(key)
}

func (g *Graph) newEdge(key edgeKey) uint32 {
	if key.source == overflowNode || key.target == overflowNode {
		key = edgeKey{source: key.source, target: key.target}
		if i, ok := g.edges.byKey[key]; ok {
			return i
		}
		return g.addEdge(&edge{key: key, created: g.now, ledger: newLedger()})
	}
	if len(g.edges.byKey) >= g.limits.MaxEdges || g.nodes.all[key.source].out >= g.maxOut() && key.source != userNode {
		g.stats.RefusedEdges++
		return g.overflow(edgeKey{source: key.source, target: overflowNode}, hashOf(g, key))
	}
	owner, external := g.externalOf(key)
	if external && g.nodes.all[owner].externals >= uint32(g.limits.MaxExternalPerClient) {
		g.stats.RefusedExternals++
		if owner == key.source {
			return g.overflow(edgeKey{source: owner, target: overflowNode}, hashOf(g, key))
		}
		return g.overflow(edgeKey{source: overflowNode, target: owner}, hashOf(g, key))
	}
	if external {
		g.nodes.all[owner].externals++
	}
	return g.addEdge(&edge{key: key, external: external, owner: owner, created: g.now, ledger: newLedger()})
}

// maxOut bounds the edges that leave one node: a caller of everything must leave room
// to the others.
func (g *Graph) maxOut() uint32 { return uint32(max(g.limits.MaxEdges/2, 1)) }

// overflow is the edge of what was refused. It estimates how many distinct edges it
// stands for.
func (g *Graph) overflow(key edgeKey, refused uint64) uint32 {
	i := g.edgeOf(key)
	g.edges.all[i].more().refuse(refused)
	return i
}

// externalOf tells whether one end of an edge is a virtual node, and which end is the
// service that it counts against.
func (g *Graph) externalOf(key edgeKey) (owner nodeID, external bool) {
	switch {
	case key.source < numFixedNodes || key.target < numFixedNodes:
		return 0, false
	case g.nodes.all[key.target].kind != contract.NodeService:
		return key.source, true
	case g.nodes.all[key.source].kind != contract.NodeService:
		return key.target, true
	}
	return 0, false
}

func (g *Graph) addEdge(e *edge) uint32 {
	g.nodes.all[e.key.source].edges++
	g.nodes.all[e.key.source].out++
	g.nodes.all[e.key.target].edges++
	t := &g.edges
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.byKey[e.key], t.all[i] = i, e
		return i
	}
	i := uint32(len(t.all))
	t.byKey[e.key] = i
	t.all = append(t.all, e)
	return i
}

// removeEdge forgets an edge and what it counted against.
func (g *Graph) removeEdge(i uint32) {
	t := &g.edges
	e := t.all[i]
	g.nodes.all[e.key.source].edges--
	g.nodes.all[e.key.source].out--
	g.nodes.all[e.key.target].edges--
	if e.external {
		g.nodes.all[e.owner].externals--
	}
	delete(t.byKey, e.key)
	t.all[i] = nil
	t.free = append(t.free, i)
}
