package topology

// Stats are the graph's own figures: counters since [New], and what is held now.
type Stats struct {
	Spans uint64 // added
	Calls uint64 // counted on edges
	Pairs uint64 // of them with both ends known

	// CalleeMissing counts outgoing spans that became calls to virtual nodes,
	// CallerMissing entries and links whose other end never came.
	CalleeMissing, CallerMissing uint64
	// Evicted counts remembered spans let go early because MaxPending was reached.
	Evicted uint64
	// Late counts calls whose second end came after the first was let go (rule T4).
	Late       uint64
	Duplicates uint64

	// Spans that could not be read as they are: zero or over-used ids, absurd times
	// (rule T9), their own parent, no service.name.
	InvalidIDs, InvalidTimes, SelfParents, Unidentified uint64
	// NegativeDurations counts boundary and queue times left out (rule T7).
	NegativeDurations uint64

	// What a bound turned away (rule T11): resources of new services, versions of one
	// service, calls on new edges and to new virtual nodes, destinations, links, and
	// names of transports.
	RefusedNodes, RefusedVersions, RefusedEdges, RefusedExternals uint64
	RefusedPeers, RefusedLinks, RefusedTransports, RefusedAliases uint64
	// RefusedServices estimates how many distinct services RefusedNodes stands for.
	RefusedServices float64
	// CutNames counts the names that were too long.
	CutNames uint64

	// Held now. PendingMessages are those of Pending that are ends of messages.
	Pending, PendingMessages, Nodes, Edges int
}

// Stats returns the present figures.
func (g *Graph) Stats() Stats {
	s := g.stats
	s.RefusedTransports = g.transports.refused
	s.RefusedAliases = g.aliases.refused
	s.RefusedServices = g.services.refused.estimate()
	s.Pending, s.PendingMessages = g.slab.live, g.messages.n
	s.Nodes = len(g.nodes.byKey)
	s.Edges = len(g.edges.byKey)
	return s
}
