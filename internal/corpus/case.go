package corpus

import (
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Case is one or a few requests with the breaks that were asked for. Its spans
// stay valid until the generator's next case.
type Case struct {
	// Breaks that were applied, none for a healthy case.
	Breaks []string
	// First is the number of the first span; span i of the case is First+i. No two
	// spans of a generator have the same number.
	First int64
	// Spans are those of request 0, then of the others. A parent comes before its children.
	Spans []Span
	// Requests counts the requests: one, more where a break needs several.
	Requests int
	// Edges are the broken ones, at most one for a span.
	Edges []Edge

	messages []message
}

// Span is a span as it is sent, and the truth about it.
type Span struct {
	TraceID    pcommon.TraceID
	ID, Parent pcommon.SpanID
	Kind       ptrace.SpanKind
	// Start and End as the process's clock showed them, in Unix nanoseconds.
	Start, End int64

	// Up is the index of the true parent in the case, -1 for a root.
	Up int32
	// Request is the true request the span belongs to.
	Request int32
	// Home is the request in whose trace it was sent. It differs from Request only
	// where a leaked context put the span into another request's trace, which no
	// evidence undoes (M4).
	Home int32
	// Copies is how often the span is sent; 0 if it is never exported.
	Copies int8
	// Leaked is set when the span took the context of a request that its process was
	// done with; it is in that request's trace, and its times and process show it.
	Leaked bool
	// Late is set when the span is sent after those that are not late have left.
	Late bool

	name       string
	begin, end int64 // in true time
	state      string
	failed     bool
	scope      scope
	process    *process
	attrs      []attr
	links      []link
	// Of a span that sends or receives a message: its number in the case plus one,
	// what records it, and for which group.
	message int32
	library *library
	group   string
	// names replaces the library's names when a break says so.
	names []*spelling
	// segment is the number of the process's part of the request: spans of one
	// process, connected by parents.
	segment int32
	rpc     bool
	// sw is the span's place in SkyWalking's terms, if its service speaks them.
	sw skyWalking
	// grid is the step of its times; 0 is that of the service's SDK.
	grid time.Duration
	// unstamped spans have no start time, which is sent as 0.
	unstamped bool
}

// link is a span link.
type link struct {
	trace pcommon.TraceID
	span  pcommon.SpanID
	attrs []attr
}

// Join says what the evidence that is left on a broken edge allows.
type Join uint8

// What evidence allows.
const (
	// JoinNone: nothing is left, or what is left must not be believed. A join is
	// wrong unless its result happens to be true.
	JoinNone Join = iota
	// JoinTrace: the trace is certain, the parent is not.
	JoinTrace
	// JoinParent: the parent is certain.
	JoinParent
	// JoinOnce: the span was sent twice and may leave once.
	JoinOnce
	// JoinBoth: the span has the id of another and both must leave.
	JoinBoth
)

// String names the join in a report.
func (j Join) String() string {
	return [...]string{"none", "trace", "parent", "once", "both"}[j]
}

// Edge is a broken edge between a span and its true parent.
type Edge struct {
	// Break is the name of what broke it.
	Break string
	// Span is the index of the child, Parent that of its nearest exported true
	// ancestor, -1 if it is a root.
	Span, Parent int32
	Want         Join
	// Evidence is the kind that allows the join, as the processor names it; "" if none does.
	Evidence string
}

func (c *Case) reset() {
	c.Breaks, c.Spans, c.Edges, c.messages = c.Breaks[:0], c.Spans[:0], c.Edges[:0], c.messages[:0]
	c.Requests = 0
}

// grow appends an empty span and keeps the memory of one that stood there before.
func (c *Case) grow() *Span {
	if len(c.Spans) < cap(c.Spans) {
		c.Spans = c.Spans[:len(c.Spans)+1]
	} else {
		c.Spans = append(c.Spans, Span{})
	}
	s := &c.Spans[len(c.Spans)-1]
	*s = Span{attrs: s.attrs[:0], links: s.links[:0]}
	return s
}

// Exported is the nearest ancestor of span i that is sent, -1 if there is none.
func (c *Case) Exported(i int32) int32 {
	for i = c.Spans[i].Up; i >= 0 && c.Spans[i].Copies == 0; {
		i = c.Spans[i].Up
	}
	return i
}

// under marks the span at root and all below it. The result is indexed by span.
func (c *Case) under(root int32) []bool {
	in := make([]bool, len(c.Spans))
	in[root] = true
	for i := int(root) + 1; i < len(c.Spans); i++ {
		if up := c.Spans[i].Up; up >= 0 {
			in[i] = in[up]
		}
	}
	return in
}

// children are the spans whose true parent is span i.
func (c *Case) children(i int32) []int32 {
	var out []int32
	for j := range c.Spans {
		if c.Spans[j].Up == i {
			out = append(out, int32(j))
		}
	}
	return out
}

// local are the children of span i in its own process.
func (c *Case) local(i int32) []int32 {
	return slices.DeleteFunc(c.children(i), func(j int32) bool { return c.Spans[j].segment != c.Spans[i].segment })
}

// DirectParent is the id of the true parent of span i, exported or not; zero for a root.
func (c *Case) DirectParent(i int32) pcommon.SpanID {
	if up := c.Spans[i].Up; up >= 0 {
		return c.Spans[up].ID
	}
	return pcommon.SpanID{}
}

// Copy gives the spans for longer than until the generator's next case.
func (c *Case) Copy() []Span {
	out := slices.Clone(c.Spans)
	for i := range out {
		out[i].attrs, out[i].links = slices.Clone(out[i].attrs), slices.Clone(out[i].links)
	}
	return out
}
