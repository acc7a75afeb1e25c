package topology

import "strconv"

// tellUnmatched tells of a span without the other end of its call. The observation is
// given for roots, which are told of on arrival.
func (g *Graph) tellUnmatched(h *half, cause UnmatchedCause, evicted bool, o *Observation) {
	u := &g.unmatched // of its own it would be allocated for each span
	*u = Unmatched{
		Cause: cause, Evicted: evicted, Trace: h.trace, Span: h.span, Parent: h.parent, Kind: h.kind,
		Party: g.partyOf(h), Carriers: g.details.all[h.detail].carriers,
		Transport: g.transports.names[h.transport], Address: g.addressOfPeer(h.peer),
		NotSampled: h.flags&flagNotSampled != 0, Failed: h.flags&flagFailed != 0,
		Start: h.start, End: h.end(), Weight: g.weights.all[h.weight],
	}
	if cause == UnmatchedCaller || h.kind == KindConsumer {
		refused := g.stats.RefusedExternals // it is counted with the call
		u.Target = g.end(g.nodeOf(h.peer, g.nodeOfHalf(h)), majority{})
		g.stats.RefusedExternals = refused
	}
	if cause == UnmatchedCaller {
		_, u.TargetKnown = g.aliases.of(&g.peers.all[h.peer].key)
	}
	if o != nil {
		u.Operation, u.Refused = g.interned.keep(o.Operation), g.interned.keep(o.MergeRefused)
		if a := &o.Attributes; a.ServerAddress != "" {
			u.Address = g.interned.address(a.ServerAddress, a.ServerPort)
		}
	}
	g.watcher.Unmatched(u)
}

func (g *Graph) tellRepaired(caller, callee *half, c *call) {
	g.watcher.Repaired(&Repaired{
		Caller: g.partyOf(caller), Callee: g.partyOf(callee),
		Trace: callee.trace, CallerSpan: caller.span, CalleeSpan: callee.span,
		Transport: g.transports.names[c.key.transport], Relation: relations[c.key.relation],
		Evidence: g.details.all[callee.detail].evidence, Start: callee.start, Weight: c.weight,
	})
}

func (g *Graph) tellLate(caller, callee *half, first *lateHalf, c *call) {
	g.watcher.Late(&Late{
		Caller: g.partyOf(caller), Callee: g.partyOf(callee),
		Drawn: g.nameOf(first.drawn), Real: g.nameOf(c.key),
		Trace: callee.trace, At: c.end, By: g.lateBy(first),
	})
}

// partyOf is the service of a span and what instrumented it.
func (g *Graph) partyOf(h *half) Party {
	s, d := &g.services.all[h.service], &g.details.all[h.detail]
	n := &g.nodes.all[s.node]
	return Party{
		NodeName: NodeName{n.key.namespace, n.key.name},
		Language: g.languages.names[s.language], Version: s.key.Version,
		SDKName: s.key.SDKName, SDKVersion: s.key.SDKVersion,
		Runtime: s.key.RuntimeName, RuntimeVersion: s.key.RuntimeVersion,
		Scope: d.scope, ScopeVersion: d.version,
	}
}

// addressOfPeer is what a caller calls its destination: host and port where it tells
// them, else the name of the destination.
func (g *Graph) addressOfPeer(id peerID) string {
	k := &g.peers.all[id].key
	switch {
	case id < numFixedPeers:
		return ""
	case k.address != "":
		return g.interned.address(k.address, k.port)
	}
	return k.label(g)
}

func addressOf(host string, port uint16) string {
	if port == 0 {
		return host
	}
	return host + ":" + strconv.Itoa(int(port))
}
