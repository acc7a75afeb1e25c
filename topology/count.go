package topology

// countPair counts a call or message whose two ends are known, once per callee (rule T2).
func (g *Graph) countPair(caller, callee *half) {
	g.stats.Pairs++
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
	if caller.kind.outgoing() {
		c.client = caller.duration()
	}
	if c.client != absent && c.server != absent {
		if message {
			c.between = g.nonNegative(callee.start - caller.end())
		} else {
			c.between = g.nonNegative(c.client - c.server)
		}
	}
	g.count(&c)
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
	c.weight = float64(callee.weight)
	c.start, c.end = callee.start, callee.end()
	c.trace, c.span = &callee.trace, callee.span
	c.request, c.response = absentSize, absentSize
}

// moreSpecific is the transport of a call whose ends may disagree: that of the end
// which knows more, the caller when both know as much.
func moreSpecific(caller, callee *half) transportID {
	if callee.told > caller.told {
		return callee.transport
	}
	return caller.transport
}

// countRoot counts an entry without a parent at once (rule T3): a call by the user,
// or a message from its broker unless links tell who sent it.
func (g *Graph) countRoot(h *half) {
	switch {
	case h.flags&flagLinked != 0:
	case h.kind == KindServer:
		g.countEntry(h, userNode, relationCall)
	case h.kind == KindConsumer:
		g.countFromBroker(h)
	}
}

func (g *Graph) countFromBroker(h *half) {
	g.countEntry(h, g.nodeOf(h.peer, g.nodeOfHalf(h)), relationMessage)
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
func (g *Graph) countEntry(h *half, source nodeID, r relation) {
	c := call{
		key:     edgeKey{source: source, target: g.nodeOfHalf(h), transport: h.transport, relation: r},
		client:  absent,
		server:  h.duration(),
		between: absent,
	}
	g.countsFor(&c, h)
	g.count(&c)
}

// countVirtual counts a call or message of which only the caller is known (rule T4).
func (g *Graph) countVirtual(h *half) {
	source := g.nodeOfHalf(h)
	c := call{
		key:            edgeKey{source: source, target: g.nodeOf(h.peer, source), transport: g.transportTo(h)},
		sourceLanguage: g.services.all[h.service].language,
		client:         h.duration(),
		server:         absent,
		between:        absent,
		callerFailed:   h.flags&flagFailed != 0,
		evidence:       EvidencePropagated,
		request:        absentSize,
		response:       absentSize,
		trace:          &h.trace,
		span:           h.span,
		weight:         float64(h.weight),
		start:          h.start,
		end:            h.end(),
	}
	if h.kind == KindProducer {
		c.key.relation = relationMessage
	}
	g.count(&c)
}
