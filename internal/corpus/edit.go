package corpus

import "go.opentelemetry.io/collector/pdata/pcommon"

// cut puts the span and what hangs below it in the same trace into another one.
func (x *surgery) cut(at int32, id pcommon.TraceID) {
	old := x.c.Spans[at].TraceID
	in := x.c.under(at)
	for i := range x.c.Spans {
		s := &x.c.Spans[i]
		in[i] = in[i] && s.TraceID == old && (int32(i) == at || in[s.Up])
		if in[i] {
			s.TraceID = id
		}
	}
}

// sever cuts the edge above a span: what is below starts a trace of its own,
// and nothing says whose child it is.
func (x *surgery) sever(at int32) {
	s := &x.c.Spans[at]
	id := newTraceID(x.r, s.process.service.ids, s.begin)
	x.cut(at, id)
	s.Parent = pcommon.SpanID{}
	for i := range x.c.Spans {
		if s := &x.c.Spans[i]; s.TraceID == id && s.state != regionState { // that one comes with the tracer
			s.state = ""
		}
	}
}

// severed is the open of a plain break.
func severed(x *surgery, b *broken) bool {
	x.sever(b.at)
	return true
}

// retrace gives all spans of a trace another id.
func (x *surgery) retrace(old, id pcommon.TraceID) {
	for i := range x.c.Spans {
		if x.c.Spans[i].TraceID == old {
			x.c.Spans[i].TraceID = id
		}
	}
}

// widen makes the trace of a span a full 128-bit one that others may be derived
// from; false if its id is not free to be so.
func (x *surgery) widen(i int32) bool {
	id := x.c.Spans[i].TraceID
	p := x.pins[id]
	wide := highHalf(id) != 0 && lowHalf(id) != 0
	if p == pinAlone || p == pinShared && !wide {
		return false
	}
	if !wide {
		wider := joinID(x.r.Uint64()|1<<63, lowHalf(id))
		x.retrace(id, wider)
		id = wider
	}
	x.pins[id] = pinShared
	return true
}

// rename gives a span another id; its children follow.
func (x *surgery) rename(i int32, id pcommon.SpanID) {
	s := &x.c.Spans[i]
	for j := range x.c.Spans {
		if child := &x.c.Spans[j]; child.Up == i && child.Parent == s.ID {
			child.Parent = id
		}
	}
	s.ID = id
}
