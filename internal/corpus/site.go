package corpus

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// relation is what kind of edge a break needs.
type relation uint8

const (
	relationCall    relation = iota // client → server
	relationMessage                 // producer → consumer
	relationLocal                   // between two spans of one process
)

// site says where a break can be applied.
type site struct {
	relation relation
	// from and to are the libraries that may send and receive; empty is any.
	from, to []*library
	// readers is the least number of consumers of the message.
	readers int
	// demand is what else must hold for the edge above span at.
	demand func(c *Case, at int32) bool
}

// matches reports whether the edge above span i is one of the site's.
func (t *site) matches(c *Case, i int32) bool {
	s := &c.Spans[i]
	if s.Up < 0 {
		return false
	}
	up := &c.Spans[s.Up]
	var ok bool
	switch t.relation {
	case relationCall:
		ok = s.Kind == ptrace.SpanKindServer && up.Kind == ptrace.SpanKindClient && s.process.service != up.process.service
	case relationMessage:
		ok = s.Kind == ptrace.SpanKindConsumer && up.Kind == ptrace.SpanKindProducer && allows(t.from, up.library) && allows(t.to, s.library)
		ok = ok && (t.readers < 2 || len(c.readers(s.Up)) >= t.readers)
	case relationLocal:
		ok = s.segment == up.segment
	}
	return ok && (t.demand == nil || t.demand(c, i))
}

func allows(list []*library, l *library) bool { return len(list) == 0 || slices.Contains(list, l) }

// readers are the consumer spans of a message.
func (c *Case) readers(producer int32) []int32 {
	var out []int32
	for i := range c.Spans {
		if c.Spans[i].Up == producer && c.Spans[i].Kind == ptrace.SpanKindConsumer {
			out = append(out, int32(i))
		}
	}
	return out
}

// maxPlants is how many steps a system keeps for one site.
const maxPlants = 4

// plantFor is a step that leads to an edge of the break's site.
func (w *walker) plantFor(b *Break) *step {
	kept := w.sys.plants[b.Name]
	if len(kept) == maxPlants {
		return kept[w.r.IntN(maxPlants)]
	}
	st := w.newPlant(&b.site)
	w.sys.plants[b.Name] = append(kept, st)
	return st
}

// newPlant makes an operation that contains the edge, and the call to it.
func (w *walker) newPlant(t *site) *step {
	var (
		sys    = w.sys
		sender *library
		from   *service
	)
	if t.relation == relationMessage {
		sender, from = w.speaker(t.from, nil, "")
	} else {
		from = sys.services[w.r.IntN(len(sys.services))]
	}
	o := sys.newOperation(w.r, from, ptrace.SpanKindServer)
	o.attrs = from.describeServer(w.r, o, false)
	switch t.relation {
	case relationCall:
		o.steps = []*step{w.plantCall(from), w.plantCall(from)}
	case relationMessage:
		var readers []*operation
		for range max(t.readers, 1) {
			l, svc := w.speaker(t.to, from, sender.broker)
			readers = append(readers, sys.consumer(w.r, svc, l))
		}
		o.steps = []*step{sys.publishTo(w.r, from, sender, readers)}
	case relationLocal:
		o.steps = []*step{{action: actInternal, name: "run pool task", inner: sys.databaseStep(w.r, from)}, sys.databaseStep(w.r, from)}
	}
	o.insist()
	o.steps = append(o.steps, sys.newStep(w.r, from))
	st := sys.callTo(w.r, from, o)
	st.sure, st.times, st.parallel = true, 1, false
	return st
}

// plantCall is a call from the service to another one, to an operation that does something.
func (w *walker) plantCall(from *service) *step {
	to := from
	for to == from {
		to = w.sys.services[w.r.IntN(len(w.sys.services))]
	}
	o := w.sys.newOperation(w.r, to, ptrace.SpanKindServer)
	o.attrs = to.describeServer(w.r, o, false)
	o.steps = []*step{{action: actInternal, name: "prepare"}, w.sys.databaseStep(w.r, to)}
	o.insist()
	o.steps = append(o.steps, w.sys.newStep(w.r, to))
	st := w.sys.callTo(w.r, from, o)
	st.times, st.parallel = 1, false
	return st
}

// speaker draws a library from the list, or any of the broker, and a service that
// uses it, another than the given one if there is one.
func (w *walker) speaker(list []*library, not *service, b broker) (*library, *service) {
	if len(list) == 0 {
		for _, choices := range libraries {
			list = append(list, choices...)
		}
	}
	if b != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(l *library) bool { return l.broker != b })
	}
	l := list[w.r.IntN(len(list))]
	var speakers []*service
	for _, s := range w.sys.services {
		if s.speaks(l.languages) && s != not {
			speakers = append(speakers, s)
		}
	}
	if len(speakers) == 0 {
		return l, not
	}
	return l, speakers[w.r.IntN(len(speakers))]
}
