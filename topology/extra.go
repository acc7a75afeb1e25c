package topology

// extra is what only some edges hold.
type extra struct {
	// shares are the time that the callers' entries spent in calls over the edge, by slot.
	shares [windowSlots]struct{ critical, entry float32 }
	// slow and failed are examples of a recent slow and a recent failed call.
	slow, failed example
	// sizes are of the past, then of each slot; nil while no payload size is known.
	sizes *[1 + windowSlots]struct{ request, response Sizes }
	// via are the brokers' destinations that messages took.
	via []via
	// refused estimates what an overflow edge stands for.
	refused *sketch
}

// pastSlot stands for what left the window.
const pastSlot = -1

// more is what an edge holds beside its ledger.
func (e *edge) more() *extra {
	if e.extra == nil {
		e.extra = &extra{}
	}
	return e.extra
}

// retire empties a slot.
func (x *extra) retire(slot int) {
	x.shares[slot].critical, x.shares[slot].entry = 0, 0
	if x.sizes != nil {
		x.sizes[0].request.add(&x.sizes[1+slot].request)
		x.sizes[0].response.add(&x.sizes[1+slot].response)
		x.sizes[1+slot].request, x.sizes[1+slot].response = Sizes{}, Sizes{}
	}
}

func (x *extra) size(slot int, c *call) {
	if x.sizes == nil {
		x.sizes = new([1 + windowSlots]struct{ request, response Sizes })
	}
	s := &x.sizes[1+slot]
	if c.request != 0 {
		s.request.add(&Sizes{Bytes: c.request.bytes() * c.weight, Count: c.weight})
	}
	if c.response != 0 {
		s.response.add(&Sizes{Bytes: c.response.bytes() * c.weight, Count: c.weight})
	}
}

// example is one call of an edge, as an exemplar.
type example struct {
	trace TraceID
	span  SpanID
	// at is the span time, nanos the duration.
	at    int64
	nanos float32
}

// exampleAge is after how long an example gives way to a less remarkable one.
const exampleAge = int64(60e9)

// exampleSample is the part of the traces looked at for an example of a slow call, as
// long as there is one.
const exampleSample = 8

// example keeps a call if it is slower than the last slow one, or failed. A slow one
// is kept for a minute of span time, and a failed one for a second.
func (e *edge) example(c *call, at int64) {
	nanos := max(c.client, c.server)
	failed := c.calleeFailed || c.callerFailed
	if nanos == absent || !failed && e.extra != nil && c.trace[len(c.trace)-1]%exampleSample != 0 {
		return
	}
	x := e.more()
	switch {
	case failed && at-x.failed.at >= exampleAge/60:
		x.failed = example{trace: c.trace, span: c.span, at: at, nanos: float32(nanos)}
	case !failed && (float32(nanos) > x.slow.nanos || at-x.slow.at >= exampleAge):
		x.slow = example{trace: c.trace, span: c.span, at: at, nanos: float32(nanos)}
	}
}

// exemplars appends the examples.
func (x *extra) exemplars(to []Exemplar) []Exemplar {
	for _, e := range [...]struct {
		*example
		failed bool
	}{{&x.slow, false}, {&x.failed, true}} {
		if e.at != 0 {
			to = append(to, Exemplar{Trace: e.trace, Span: e.span, At: e.at, Seconds: float64(e.nanos) / 1e9, Failed: e.failed})
		}
	}
	return to
}

// via is a broker's destination and the messages that took it.
type via struct {
	system, topic string
	calls         float64
}

// refuse notes one more thing that an overflow edge stands for.
func (x *extra) refuse(hash uint64) {
	if x.refused == nil {
		x.refused = &sketch{}
	}
	x.refused.see(hash)
}

// maxVia bounds the destinations told apart on an edge.
const maxVia = 4

// through notes the destination that a message took.
func (e *edge) through(k *peerKey) {
	if k.class != peerBroker {
		return
	}
	x := e.more()
	for i := range x.via {
		if v := &x.via[i]; v.system == k.system && v.topic == k.name {
			v.calls++
			return
		}
	}
	if len(x.via) < maxVia {
		x.via = append(x.via, via{system: k.system, topic: k.name, calls: 1})
	}
}
