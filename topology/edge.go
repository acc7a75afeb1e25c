package topology

import "github.com/polyspan/polyspan/contract"

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

// total is a cumulative histogram: it only grows while its edge lives.
type total struct {
	histogram[float64]

	sumSeconds float64
}

// measure adds a duration, unless it is absent, to a cumulative histogram and to one
// of the window.
func measure(nanos int64, weight float64, all *total, recent *histogram[float32]) {
	if nanos == absent {
		return
	}
	bucket := bucketOf(nanos)
	all.add(bucket, weight)
	all.sumSeconds += float64(nanos) / 1e9 * weight
	recent.add(bucket, float32(weight))
}

// edge is all that is known of an edge: cumulative figures, which move at arrival,
// and a window of recent ones by span time (rule T8).
type edge struct {
	key edgeKey
	// external: one end was no service when the edge was made; it counts against the
	// externals of the other, its owner.
	external bool
	owner    nodeID
	// created and lastArrival are by the graph's clock, seen by span time (rule T8).
	created, lastArrival int64
	seen                 lifetime
	// sourceLanguage and targetLanguage are the languages seen at the two ends.
	sourceLanguage, targetLanguage majority

	calls, failed                   float64
	client, server, boundary, queue total
	window                          window
}

// absent marks a duration that is not known.
const absent int64 = -1

// call is one call or message, ready to be counted.
type call struct {
	key                            edgeKey
	sourceLanguage, targetLanguage languageID
	failed                         bool
	evidence                       Evidence
	weight                         float64
	// start and end are the span times of the callee (of the caller when there is no
	// callee), 0 when they are absurd.
	start, end int64
	// Durations in nanoseconds, or absent.
	client, server, boundary, queue int64
}

// edgeTable is a slab of edges with a map into it.
type edgeTable struct {
	byKey map[edgeKey]uint32
	all   []*edge
	free  []uint32
}

func newEdgeTable() edgeTable { return edgeTable{byKey: map[edgeKey]uint32{}} }

// count adds a call to its edge.
func (g *Graph) count(c *call) {
	e := g.edgeOf(c.key)
	g.stats.Calls++
	e.lastArrival = g.now
	spanTime := c.end
	if spanTime == 0 {
		c.start, spanTime = g.now, g.now
	}
	e.seen.see(c.start, spanTime)
	e.sourceLanguage.vote(c.sourceLanguage)
	e.targetLanguage.vote(c.targetLanguage)

	s := e.window.at(g.epochOf(spanTime))
	e.calls += c.weight
	s.calls += c.weight
	s.evidence[c.evidence] += c.weight
	if c.failed {
		e.failed += c.weight
		s.failed += c.weight
	}
	measure(c.client, c.weight, &e.client, &s.client)
	measure(c.server, c.weight, &e.server, &s.server)
	measure(c.boundary, c.weight, &e.boundary, &s.boundary)
	measure(c.queue, c.weight, &e.queue, &s.queue)
}

// edgeOf finds or makes the edge of a key. Where a bound is reached it is an overflow
// edge (rule T11), of which a node has at most one out and one in.
func (g *Graph) edgeOf(key edgeKey) *edge {
	overflowing := key.source == overflowNode || key.target == overflowNode
	if overflowing {
		key = edgeKey{source: key.source, target: key.target}
	}
	if i, ok := g.edges.byKey[key]; ok {
		return g.edges.all[i]
	}
	if !overflowing && len(g.edges.byKey) >= g.limits.MaxEdges {
		g.stats.RefusedEdges++
		return g.edgeOf(edgeKey{source: key.source, target: overflowNode})
	}
	owner, external := g.externalOf(key)
	if external && g.nodes.all[owner].externals >= uint32(g.limits.MaxExternalPerClient) {
		g.stats.RefusedExternals++
		if owner == key.source {
			return g.edgeOf(edgeKey{source: owner, target: overflowNode})
		}
		return g.edgeOf(edgeKey{source: overflowNode, target: owner})
	}
	if external {
		g.nodes.all[owner].externals++
	}
	return g.addEdge(&edge{key: key, external: external, owner: owner, created: g.now})
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

func (g *Graph) addEdge(e *edge) *edge {
	g.nodes.all[e.key.source].edges++
	g.nodes.all[e.key.target].edges++
	t := &g.edges
	if n := len(t.free); n > 0 {
		t.byKey[e.key] = t.free[n-1]
		t.all[t.free[n-1]] = e
		t.free = t.free[:n-1]
		return e
	}
	t.byKey[e.key] = uint32(len(t.all))
	t.all = append(t.all, e)
	return e
}

// removeEdge forgets an edge and what it counted against.
func (g *Graph) removeEdge(i uint32) {
	t := &g.edges
	e := t.all[i]
	g.nodes.all[e.key.source].edges--
	g.nodes.all[e.key.target].edges--
	if e.external {
		g.nodes.all[e.owner].externals--
	}
	delete(t.byKey, e.key)
	t.all[i] = nil
	t.free = append(t.free, i)
}
