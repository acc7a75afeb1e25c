package corpus

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// surgery breaks a case: first all edges are opened, from the top of the tree
// down, then times and messages are written, and then the evidence is left, when
// every id is final.
type surgery struct {
	*walker
	breaks []*broken
	// pins are the ids that others depend on, and that must therefore stay.
	pins map[pcommon.TraceID]pin
}

// pin says why an id must stay.
type pin uint8

const (
	pinShared pin = iota + 1 // another id was derived from it, more may be
	pinAlone                 // it has a twin: no other id may be derived
)

// place finds an edge for every break; false if there is none left for one.
func (x *surgery) place(breaks []*Break) bool {
	taken := make([]bool, len(x.c.Spans))
	for _, brk := range breaks {
		if x.meet(brk) {
			continue
		}
		at, ok := x.find(brk, taken)
		if !ok {
			return false
		}
		for _, i := range x.touched(brk, at) {
			taken[i] = true
		}
		x.breaks = append(x.breaks, &broken{Break: brk, at: at})
	}
	slices.SortStableFunc(x.breaks, func(a, b *broken) int { return int(a.at) - int(b.at) })
	return true
}

// meet puts a plain break, at times, on the edge that another one cuts.
func (x *surgery) meet(brk *Break) bool {
	if len(x.breaks) == 0 || x.r.IntN(2) == 0 {
		return false
	}
	first := x.breaks[0]
	if !brk.plain || !first.plain || brk.Name == first.Name || !brk.site.matches(x.c, first.at) {
		return false
	}
	x.breaks = append(x.breaks, &broken{Break: brk, at: first.at, shares: true})
	return true
}

func (x *surgery) find(brk *Break, taken []bool) (int32, bool) {
	var choices []int32
	for i := range x.c.Spans {
		at := int32(i)
		if brk.site.matches(x.c, at) && !slices.ContainsFunc(x.touched(brk, at), func(t int32) bool { return taken[t] }) {
			choices = append(choices, at)
		}
	}
	if len(choices) == 0 {
		return 0, false
	}
	return choices[x.r.IntN(len(choices))], true
}

func (x *surgery) touched(brk *Break, at int32) []int32 {
	out := []int32{at, x.c.Spans[at].Up}
	if brk.takes != nil {
		out = append(out, brk.takes(x.c, at)...)
	}
	return out
}

// operate applies the placed breaks; false if one of them does not fit.
func (x *surgery) operate() bool {
	for _, b := range x.breaks {
		if !b.shares && !b.open(x, b) {
			return false
		}
	}
	x.c.write()
	for _, b := range x.breaks {
		b.mark(x, b)
	}
	return true
}

// another walks a further request that has an edge of the break's site, starting
// so many nanoseconds after the first one, and returns the edge's child.
func (x *surgery) another(b *broken, after int64) int32 {
	first := len(x.c.Spans)
	for range maxTries {
		x.request(x.c.Spans[0].begin+after, furtherBudget, x.plantLike(b))
		for i := first; i < len(x.c.Spans); i++ {
			if b.site.matches(x.c, int32(i)) {
				return int32(i)
			}
		}
		x.c.Spans = x.c.Spans[:first]
		x.c.Requests--
	}
	panic("corpus: no plant of " + b.Name + " grows its edge") // a mistake in the break's table row
}

// plantLike is a step that leads to an edge like the broken one; a message is sent
// and read with the same libraries.
func (x *surgery) plantLike(b *broken) *step {
	if b.site.relation != relationMessage {
		return x.plantFor(b.Break)
	}
	like := b.site
	like.from, like.to = []*library{x.parent(b.at).library}, []*library{x.span(b.at).library}
	return x.newPlant(&like)
}

// furtherBudget bounds the spans of a break's further requests.
const furtherBudget = 8

// capture records a request header on a span, as its instrumentation would.
func (x *surgery) capture(i int32, header, value string) {
	s := &x.c.Spans[i]
	s.attrs = append(s.attrs, list(s.process.service.header(s.rpc, header), value))
}

// captured reports whether a request header was captured on the span already.
func (s *Span) captured(header string) bool {
	key := s.process.service.header(s.rpc, header)
	return slices.ContainsFunc(s.attrs, func(a attr) bool { return a.key == key })
}

func (x *surgery) put(i int32, attrs ...attr) {
	s := &x.c.Spans[i]
	s.attrs = append(s.attrs, attrs...)
}

func (x *surgery) span(i int32) *Span   { return &x.c.Spans[i] }
func (x *surgery) parent(i int32) *Span { return &x.c.Spans[x.c.Spans[i].Up] }

// entryOf is the top of the piece of a trace that span i is in.
func (x *surgery) entryOf(i int32) int32 {
	for up := x.c.Spans[i].Up; up >= 0 && x.c.Spans[up].TraceID == x.c.Spans[i].TraceID; up = x.c.Spans[i].Up {
		i = up
	}
	return i
}

// message is the message that a span sent or received.
func (x *surgery) message(i int32) *message { return &x.c.messages[x.c.Spans[i].message-1] }
