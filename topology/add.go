package topology

import (
	"hash/maphash"
	"time"
)

const (
	// maxSameID bounds how many different spans may share a trace and span id. Two are
	// normal (a client and server span of one id); more are broken or hostile.
	maxSameID = 8
	// maxFuture is how far ahead of the clock a span may end (rule T9).
	maxFuture = int64(time.Hour)
	// maxDuration is the longest duration that is believed (rule T9).
	maxDuration = int64(24 * time.Hour)
)

// Add takes spans, in any order: the two ends of a call may come in either, and the
// same span more than once. A few hundred at a time are added fastest.
func (g *Graph) Add(spans []Observation) {
	g.prefetch(spans)
	for i := range spans {
		g.add(&spans[i])
	}
	g.settle()
}

// prefetch hashes the ids and touches the places of the index that they lead to.
// These loads do not wait for each other, as they would in add, where each span is
// paired before the next one is looked at.
func (g *Graph) prefetch(spans []Observation) {
	x, mask := &g.index, g.index.mask()
	var touched entry
	for i := range spans {
		o := &spans[i]
		o.hash = x.hash(&o.Trace, o.Span)
		touched |= x.ids[o.hash&mask] | entry(*x.waiter(o.hash))
		if o.Parent != (SpanID{}) {
			o.parentHash = x.hash(&o.Trace, o.Parent)
			touched |= x.ids[o.parentHash&mask] | entry(*x.waiter(o.parentHash))
		}
	}
	g.touched = touched
}

func (g *Graph) add(o *Observation) {
	g.stats.Spans++
	if g.born == 0 {
		g.born = g.now
	}
	s := &g.services.all[o.Service]
	s.spans++
	start, end := g.believedTimes(o)
	if end != 0 {
		s.seen.see(start, end)
	}
	if o.Trace == (TraceID{}) || o.Span == (SpanID{}) {
		g.stats.InvalidIDs++
		return
	}
	h := half{
		trace: o.Trace, span: o.Span, parent: o.Parent, start: start, nanos: float32(end - start),
		service: o.Service, kind: o.Kind, weight: g.weights.number(o.Weight), detail: g.detailOf(o),
	}
	if o.RequestBytes != 0 || o.ResponseBytes != 0 {
		h.request, h.response = packSize(o.RequestBytes), packSize(o.ResponseBytes)
	}
	h.mark(o)
	if g.seen(o.hash, &h) {
		return
	}
	transport, told := g.transports.of(&o.Attributes)
	h.transport = transport
	h.flags |= flags(told) << toldShift
	if h.kind.outgoing() || h.kind == KindConsumer {
		key := g.keyOfPeer(s.node, &o.Attributes)
		if h.peer = g.hold(&key); h.peer == overflowPeer {
			h.other = uint32(maphash.Comparable(g.services.seed, key))
		}
	}
	g.enter(&h, o)
}

// mark sets the flags of an observation. A CLIENT span that sends a message is a
// producer; one that polls or settles messages calls nobody.
func (h *half) mark(o *Observation) {
	if o.Failed {
		h.flags |= flagFailed
	}
	if o.NotSampled {
		h.flags |= flagNotSampled
	}
	switch o.Evidence {
	case EvidenceJoined:
		h.flags |= flagJoined
	case EvidenceInferred:
		h.flags |= flagInferred
	}
	switch {
	case o.Attributes.Operation == OperationSend && h.kind.outgoing():
		h.kind = KindProducer
		if len(o.Links) > 0 {
			// Its messages have create spans of their own, to which their consumers are linked.
			h.flags |= flagCarried
		}
	case o.Attributes.Operation == OperationTake && h.kind == KindClient:
		h.flags |= flagCarried
	}
}

// seen reports whether the span was added before, or has an id shared by too many.
// Kind and service tell apart the two spans of one id that Zipkin's clients send.
func (g *Graph) seen(hash uint32, n *half) bool {
	others, refuse := 0, false
	g.same(hash, &n.trace, n.span, func(_ position, h *half) bool {
		others++
		switch {
		case h.kind == n.kind && g.nodeOfHalf(h) == g.nodeOfHalf(n):
			g.stats.Duplicates++
			refuse = true
		case others == maxSameID:
			g.stats.InvalidIDs++
			refuse = true
		}
		return !refuse
	})
	return refuse
}

// believedTimes are the span's times, or zeros when they are absurd (rule T9).
func (g *Graph) believedTimes(o *Observation) (start, end int64) {
	if o.Start <= 0 || o.End < o.Start || o.End > g.now+maxFuture || o.End-o.Start > maxDuration {
		g.stats.InvalidTimes++
		return 0, 0
	}
	return o.Start, o.End
}

// enter remembers a span and pairs it with what is there already: its parent, what
// waits for it as a parent, and the spans it is linked to (rule T3).
func (g *Graph) enter(h *half, o *Observation) {
	selfParent := h.parent == h.span
	if selfParent {
		g.stats.SelfParents++
		h.parent = SpanID{}
	}
	p, kept := g.remember(h)
	g.index.insert(o.hash, p)
	if !kept.kind.outgoing() {
		g.follow(kept, o.Links)
	}
	switch {
	case selfParent && kept.flags&flagLinked == 0:
		g.countCallerless(kept)
	case selfParent:
	case kept.parent == SpanID{}:
		g.countRoot(kept, o)
	default:
		parent := g.find(o.parentHash, &kept.trace, kept.parent, g.nodeOfHalf(kept))
		switch {
		case parent != 0:
			g.pair(parent, p)
		case kept.kind == KindConsumer && g.settleLate(kept):
		default:
			g.addWaiter(o.parentHash, p, kept)
		}
	}
	g.wake(o.hash, p, kept)
}

// remember gives a half a place; the oldest half makes room when there is none left.
func (g *Graph) remember(h *half) (position, *half) {
	q := &g.calls
	if h.kind == KindProducer || h.kind == KindConsumer {
		q = &g.messages
		h.flags |= flagMessage
	}
	switch {
	case q == &g.messages && q.n >= g.limits.MaxPending/2:
		g.evict(q)
	case g.slab.live >= g.limits.MaxPending && g.calls.n > 0:
		g.evict(&g.calls)
	case g.slab.live >= g.limits.MaxPending:
		g.evict(&g.messages)
	}
	g.growIndex()
	p := g.slab.take(q)
	kept := g.slab.at(p)
	*kept = *h
	g.push(q)
	return p, kept
}

// evict lets the oldest half of a queue go before its time.
func (g *Graph) evict(q *queue) {
	g.stats.Evicted++
	g.expire(g.pop(q), true)
}

func (g *Graph) nodeOfHalf(h *half) nodeID { return g.services.all[h.service].node }
