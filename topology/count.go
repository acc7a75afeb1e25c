package topology

import "github.com/polyspan/polyspan/contract"

// countPair counts a call or message whose two ends are known, once per callee (rule T2).
func (g *Graph) countPair(caller, callee *half) {
	g.stats.Pairs++
	c := g.callOf(caller, callee)
	i := g.count(&c)
	if caller.kind.outgoing() {
		g.learn(caller, callee, i, c.key.target)
	}
	if g.watcher.Repaired != nil && callee.flags&(flagJoined|flagInferred) != 0 {
		g.tellRepaired(caller, callee, &c)
	}
}

// learn takes from a counted call what its caller's half is to know of it, and what
// the caller's name for its destination stands for.
func (g *Graph) learn(caller, callee *half, edge uint32, target nodeID) {
	counted(caller, edge)
	if callee.flags&flagFailed != 0 {
		caller.flags |= flagCalleeFailed
	}
	g.lookAbove(caller)
	switch {
	case caller.flags&flagInherited != 0: // the name is that of another call
	case callee.kind == KindConsumer:
		g.edges.all[edge].through(&g.peers.all[caller.peer].key)
	case callee.kind == KindServer && callee.flags&flagInferred == 0:
		g.learnAlias(caller.peer, target)
	}
}

// callOf is the call between two halves.
func (g *Graph) callOf(caller, callee *half) call {
	c := call{
		sourceLanguage: g.services.all[caller.service].language,
		client:         absent,
		between:        absent,
		callerFailed:   caller.flags&flagFailed != 0,
	}
	g.countsFor(&c, callee)
	c.server = callee.duration()
	c.key = edgeKey{
		source:    g.nodeOfHalf(caller),
		target:    g.nodeOfHalf(callee),
		transport: moreSpecific(caller, callee),
	}
	message := callee.kind == KindConsumer || caller.kind == KindProducer
	if message {
		c.key.relation = relationMessage
	}
	c.hint = g.peers.hint(caller.peer)
	if !caller.kind.outgoing() {
		// Nobody says that there was a call: the change of the service does.
		c.evidence = max(c.evidence, EvidenceInferred)
		return c
	}
	c.client = caller.duration()
	c.request, c.response = max(c.request, caller.request), max(c.response, caller.response)
	if c.client != absent && c.server != absent {
		if message {
			c.between = g.nonNegative(callee.start - caller.end())
		} else {
			c.between = g.nonNegative(c.client - c.server)
		}
	}
	return c
}

// nonNegative leaves out a difference that is negative, and counts it aside (rule T7).
func (g *Graph) nonNegative(nanos int64) int64 {
	if nanos < 0 {
		g.stats.NegativeDurations++
		return absent
	}
	return nanos
}

// countsFor fills what a call takes from its callee.
func (g *Graph) countsFor(c *call, callee *half) {
	c.targetLanguage = g.services.all[callee.service].language
	c.evidence = callee.evidence()
	c.calleeFailed = callee.flags&flagFailed != 0
	c.weight = g.weights.all[callee.weight]
	c.start, c.end = callee.start, callee.end()
	c.trace, c.span = callee.trace, callee.span
	c.request, c.response = callee.request, callee.response
}

// moreSpecific is the transport of a call whose ends may disagree: that of the end
// which knows more, the caller when both know as much. A caller that is no outgoing
// span knows nothing of the call.
func moreSpecific(caller, callee *half) transportID {
	if callee.told() > caller.told() || !caller.kind.outgoing() {
		return callee.transport
	}
	return caller.transport
}

// countRoot counts an entry without a parent at once (rule T3): a call by the user,
// or a message from its broker unless links tell who sent it.
func (g *Graph) countRoot(h *half, o *Observation) {
	switch {
	case h.flags&flagLinked != 0:
		return
	case h.kind == KindServer:
		g.countRootCall(h, &o.Attributes)
	case h.kind == KindConsumer:
		g.countFromBroker(h)
	default:
		return
	}
	if g.watcher.Unmatched != nil {
		g.tellUnmatched(h, UnmatchedRoot, false, o)
	}
}

// countRootCall: the caller is the user, unless the entry names its peer or is called
// from an address under which a service answers.
func (g *Graph) countRootCall(h *half, a *Attributes) {
	c := g.entryOf(h, userNode, relationCall)
	switch {
	case a.PeerService != "":
		id := g.hold(&peerKey{caller: g.nodeOfHalf(h), class: peerNamed, name: g.cut(a.PeerService)})
		c.key.source = g.nodeOf(id, g.nodeOfHalf(h))
		g.peers.release(id)
	case a.ClientAddress != "" && !loopback(a.ClientAddress): // loopback is anybody on the machine
		if caller, ok := g.aliased(&peerKey{caller: g.nodeOfHalf(h), address: a.ClientAddress}); ok && caller != c.key.target {
			c.key.source = caller
			c.evidence = max(c.evidence, EvidenceInferred)
		}
	}
	g.count(&c)
}

func (g *Graph) countFromBroker(h *half) {
	source := g.nodeOf(h.peer, g.nodeOfHalf(h))
	i := g.countEntry(h, source, relationMessage)
	if source == overflowNode {
		g.edges.all[i].more().refuse(g.hashOfPeer(h))
	}
}

// countCallerless counts an entry whose caller is named and never came: it is not
// the user's call. A message is drawn from its broker.
func (g *Graph) countCallerless(h *half) {
	switch h.kind {
	case KindServer:
		g.stats.CallerMissing++
		g.countEntry(h, missingNode, relationCall)
	case KindConsumer:
		g.stats.CallerMissing++
		g.countFromBroker(h)
	}
}

// countEntry counts a call or message of which only the callee is known.
func (g *Graph) countEntry(h *half, source nodeID, r relation) uint32 {
	c := g.entryOf(h, source, r)
	return g.count(&c)
}

func (g *Graph) entryOf(h *half, source nodeID, r relation) call {
	c := call{
		key:     edgeKey{source: source, target: g.nodeOfHalf(h), transport: h.transport, relation: r},
		hint:    &g.services.all[h.service].entered,
		client:  absent,
		server:  h.duration(),
		between: absent,
	}
	g.countsFor(&c, h)
	return c
}

// countVirtual counts a call or message of which only the caller is known (rule T4),
// and gives the number of the edge.
func (g *Graph) countVirtual(h *half, evicted bool) uint32 {
	source := g.nodeOfHalf(h)
	c := g.virtualOf(h, edgeKey{source: source, target: g.nodeOf(h.peer, source), transport: g.transportTo(h)})
	if h.kind == KindProducer {
		c.key.relation = relationMessage
	}
	if g.peers.all[h.peer].resolved {
		c.evidence = EvidenceInferred
	}
	i := g.count(&c)
	if c.key.target == overflowNode {
		g.edges.all[i].more().refuse(g.hashOfPeer(h))
	}
	if g.watcher.Unmatched != nil && g.nodes.all[c.key.target].kind != contract.NodeDatabase {
		g.tellUnmatched(h, UnmatchedCaller, evicted, nil)
	}
	if g.peers.all[h.peer].key.class != peerDatabase {
		g.late.remember(g, h, c.key)
	}
	return i
}

func (g *Graph) virtualOf(h *half, key edgeKey) call {
	return call{
		key:            key,
		hint:           g.peers.hint(h.peer),
		sourceLanguage: g.services.all[h.service].language,
		client:         h.duration(),
		server:         absent,
		between:        absent,
		callerFailed:   h.flags&flagFailed != 0,
		evidence:       EvidencePropagated,
		weight:         g.weights.all[h.weight],
		start:          h.start,
		end:            h.end(),
		request:        h.request,
		response:       h.response,
		trace:          h.trace,
		span:           h.span,
	}
}

// counted notes on which edge the call of an outgoing half was counted.
func counted(h *half, edge uint32) {
	h.other = edge
	h.flags |= flagCounted
}
