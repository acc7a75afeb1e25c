package corpus

import (
	"fmt"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// vendorBreaks are the ways of particular tracers and of the receivers that
// translate them.
func vendorBreaks() []*Break {
	return []*Break{
		{
			Name:  "datadog.tid",
			Note:  "the high half is in _dd.p.tid of one span a chunk; spans translated before it came have it zero",
			takes: func(c *Case, at int32) []int32 { return c.local(at) },
			open:  openDatadogTID,
			mark:  markDatadogTID,
		},
		{
			Name: "datadog.parent_id",
			Note: "the hop between was not exported; _dd.parent_id, or p: in tracestate, names the last span that was",
			site: site{demand: isHop}, takes: hopSpans, open: dropHop,
			mark: markDatadogParent,
		},
		{
			Name: "xray.root",
			Note: "the load balancer sends Root without Parent, and the callee starts anew: its trace is known, its parent is not",
			open: openXRayRoot, mark: markXRayRoot,
		},
		{
			Name: "skywalking.refs",
			Note: "the parent of a SkyWalking entry span is only in its reference, which arrives as a link with a refType",
			open: openSkyWalkingRefs, mark: markSkyWalkingRefs,
		},
		{
			Name:  "zipkin.shared",
			Note:  "client and server share a span id; the server needs one of its own, and its children with it, the client's not",
			takes: func(c *Case, at int32) []int32 { return append(c.children(at), c.children(c.Spans[at].Up)...) },
			open:  openShared, mark: markShared,
		},
	}
}

// openDatadogTID narrows the callee's trace, or only a part of the callee's own
// spans, those that were flushed before the high half was known.
func openDatadogTID(x *surgery, b *broken) bool {
	up := x.span(b.at).Up
	if x.pins[x.span(up).TraceID] != 0 {
		return false
	}
	x.retrace(x.span(up).TraceID, newTraceID(x.r, idDatadog, x.span(up).begin))
	b.more = []int32{b.at}
	if own := x.c.local(b.at); len(own) > 0 && x.r.IntN(2) == 0 {
		b.more = own[:1+x.r.IntN(len(own))]
	}
	full := x.span(up).TraceID
	x.pins[full] = pinShared
	for _, i := range b.more {
		x.cut(i, lowOnly(full))
	}
	x.pins[lowOnly(full)] = pinShared
	return true
}

func markDatadogTID(x *surgery, b *broken) {
	full := x.parent(b.at).TraceID
	for i := range x.c.Spans {
		if s := x.span(int32(i)); s.segment == x.span(b.at).segment {
			x.put(int32(i), text("datadog.trace.id", strconv.FormatUint(lowHalf(s.TraceID), 10)),
				text("datadog.span.id", strconv.FormatUint(spanNumber(s.ID), 10)))
		}
	}
	x.put(b.at, text("_dd.p.tid", fmt.Sprintf("%016x", highHalf(full))))
	for _, i := range b.more {
		x.edgeAt(b, i, JoinParent, contract.EvidenceWidth)
	}
}

func markDatadogParent(x *surgery, b *broken) {
	x.markHop(b, func(i int32) (Join, contract.Evidence) {
		s, last := x.span(i), x.span(x.c.Exported(i))
		if x.r.IntN(2) == 0 {
			x.put(i, text("_dd.parent_id", last.ID.String()))
		} else {
			s.addState("dd=s:1;p:" + last.ID.String())
		}
		return JoinParent, contract.EvidenceVendor
	})
}

// openXRayRoot lets the callee start anew. At times the caller's trace has the id
// that Root names, as where the caller understands X-Ray; else both ends merely
// recorded the same Root.
func openXRayRoot(x *surgery, b *broken) bool {
	if x.r.IntN(2) == 0 {
		b.variant = 1
		if !x.widen(x.span(b.at).Up) {
			return false
		}
	}
	x.sever(b.at)
	return true
}

func markXRayRoot(x *surgery, b *broken) {
	root := x.parent(b.at).TraceID
	want, evidence := JoinTrace, contract.EvidenceXRayRoot
	if b.variant == 0 {
		root = newTraceID(x.r, idXRay, x.span(b.at).begin)
		entry := x.entryOf(x.span(b.at).Up)
		s := x.span(entry)
		if s.Kind != ptrace.SpanKindServer || s.isPublic() || s.captured(xrayHeader) {
			want, evidence = JoinNone, "" // no place where it is read, or one that is not believed (M9)
		} else {
			x.capture(entry, xrayHeader, "Root="+xrayRoot(root))
		}
	}
	self := xrayRoot(newTraceID(x.r, idXRay, x.span(b.at).begin))
	x.capture(b.at, xrayHeader, "Self="+self+";Root="+xrayRoot(root))
	x.edge(b, want, evidence)
}

// openSkyWalkingRefs makes caller and callee SkyWalking segments, of one trace or
// of two.
func openSkyWalkingRefs(x *surgery, b *broken) bool {
	if _, ok := x.segmentise(x.span(b.at).Up); !ok {
		return false
	}
	if x.r.IntN(2) == 0 {
		x.sever(b.at)
	}
	x.span(b.at).Parent = pcommon.SpanID{}
	return true
}

func markSkyWalkingRefs(x *surgery, b *broken) {
	p := x.parent(b.at)
	s := x.span(b.at)
	s.links = append(s.links, link{trace: p.TraceID, span: p.ID, attrs: []attr{
		text("refType", "CrossProcess"), text("sw8.parent_segment_id", p.sw.segment), text("sw8.parent_span_id", strconv.Itoa(int(p.sw.number))),
		text("parent.service", p.process.service.name), text("parent.endpoint", p.name), text("network.AddressUsedAtPeer", p.process.host.address),
	}})
	x.edge(b, JoinParent, contract.EvidenceLink)
}

// openShared gives the server its client's id and parent, as Zipkin does. Some
// clients have a child of their own, which stays theirs; some servers were joined
// without a time, which the translation writes as 1970.
func openShared(x *surgery, b *broken) bool {
	up := x.span(b.at).Up
	client := x.span(up)
	id, parent := client.ID, client.Parent
	x.rename(b.at, id)
	x.span(b.at).Parent = parent
	x.span(b.at).unstamped = x.r.IntN(10) == 0
	x.pins[client.TraceID] = max(x.pins[client.TraceID], pinShared) // nothing may give the client another id
	if x.r.IntN(3) == 0 {
		i := x.add(up, x.span(up).process, ptrace.SpanKindInternal, "connect", x.span(up).begin+1000)
		s := x.span(i)
		s.end, s.scope, s.Home, s.Request = s.begin+50_000, scopeOwn, x.span(up).Home, x.span(up).Request
	}
	return true
}

func markShared(x *surgery, b *broken) {
	if x.span(b.at).unstamped {
		x.put(b.at, text("otel.zipkin.absentField.startTime", "true"))
	}
	x.edge(b, JoinParent, contract.EvidenceSharedSpan)
	for _, i := range append(x.c.children(b.at), x.c.children(x.span(b.at).Up)...) {
		if i != b.at {
			x.edgeAt(b, i, JoinParent, "")
		}
	}
}
