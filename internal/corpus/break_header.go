package corpus

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/contract"
)

// headerBreaks are calls whose two ends speak different propagation formats: the
// callee starts a trace of its own, but its instrumentation captured the header
// that it did not understand.
func headerBreaks() []*Break {
	header := func(name, note string, evidence contract.Evidence, write func(x *surgery, b *broken, p *Span)) *Break {
		return &Break{
			Name: name, Note: note, plain: true, open: severed,
			mark: func(x *surgery, b *broken) {
				caller := *x.parent(b.at)
				caller.TraceID = tracerID(caller.TraceID)
				write(x, b, &caller)
				x.edge(b, JoinParent, evidence)
			},
		}
	}
	return []*Break{
		header("header.w3c", "captured traceparent names the caller's span; Elastic's name for it at times",
			contract.EvidenceHeaderW3C, writeW3C),
		header("header.b3.multi", "captured X-B3-TraceId and X-B3-SpanId; one in four carries the low 64 bits only",
			contract.EvidenceHeaderB3, writeB3Multi),
		header("header.b3.single", "captured b3 header, with and without its optional fields",
			contract.EvidenceHeaderB3, writeB3Single),
		header("header.jaeger", "captured uber-trace-id: leading zeros left out, colons encoded at times",
			contract.EvidenceHeaderJaeger, writeJaeger),
		header("header.datadog", "captured decimal ids; the high half is in x-datadog-tags, or nowhere",
			contract.EvidenceHeaderDatadog, writeDatadog),
		header("header.xray", "captured X-Amzn-Trace-Id with Parent, fields in any order",
			contract.EvidenceHeaderXRay, writeXRay),
		header("header.ottrace", "captured OT-trace headers: the low 64 bits of the trace id",
			contract.EvidenceHeaderOTTrace, writeOTTrace),
		header("header.google", "captured X-Cloud-Trace-Context: a decimal span id",
			contract.EvidenceHeaderGoogle, writeGoogle),
		{
			Name: "header.unexported", Note: "the captured header names a call that was not exported, in a trace that was: the trace is certain",
			takes: func(c *Case, at int32) []int32 { return c.children(c.Spans[at].Up) },
			open: func(x *surgery, b *broken) bool {
				x.parent(b.at).Copies = 0
				return severed(x, b)
			},
			mark: func(x *surgery, b *broken) {
				writeW3C(x, b, x.parent(b.at))
				x.edge(b, JoinTrace, contract.EvidenceHeaderW3C)
			},
		},
		{
			Name: "header.sw8", Note: "captured sw8 of a caller whose ids the SkyWalking receiver made",
			open: openSW8,
			mark: func(x *surgery, b *broken) {
				x.capture(b.at, "sw8", b.value)
				x.edge(b, JoinParent, contract.EvidenceHeaderSW8)
			},
		},
	}
}

// tracerID is the id that a tracer has in mind, and in its headers, whose exporter
// padded it on the right.
func tracerID(id pcommon.TraceID) pcommon.TraceID {
	if lowHalf(id) == 0 {
		return joinID(0, highHalf(id))
	}
	return id
}

func writeW3C(x *surgery, b *broken, p *Span) {
	name := "traceparent"
	if x.r.IntN(4) == 0 {
		name = "elastic-apm-traceparent"
	}
	x.capture(b.at, name, traceparent(p.TraceID, p.ID))
}

func traceparent(trace pcommon.TraceID, span pcommon.SpanID) string {
	return "00-" + trace.String() + "-" + span.String() + "-01"
}

// b3Trace is the trace id as B3 senders write it: wide, or its low half.
func (x *surgery) b3Trace(id pcommon.TraceID) string {
	if s := id.String(); highHalf(id) != 0 && x.r.IntN(4) > 0 {
		return s
	}
	return id.String()[16:]
}

func writeB3Multi(x *surgery, b *broken, p *Span) {
	x.capture(b.at, "x-b3-traceid", x.b3Trace(p.TraceID))
	x.capture(b.at, "x-b3-spanid", p.ID.String())
	x.capture(b.at, "x-b3-sampled", "1")
	if x.r.IntN(2) == 0 && !p.Parent.IsEmpty() {
		x.capture(b.at, "x-b3-parentspanid", p.Parent.String())
	}
}

func writeB3Single(x *surgery, b *broken, p *Span) {
	v := x.b3Trace(p.TraceID) + "-" + p.ID.String()
	switch x.r.IntN(3) {
	case 0:
		v += "-1"
	case 1:
		v += "-d"
		if !p.Parent.IsEmpty() {
			v += "-" + p.Parent.String()
		}
	}
	x.capture(b.at, "b3", v)
}

func writeJaeger(x *surgery, b *broken, p *Span) {
	colon := ":"
	if x.r.IntN(4) == 0 {
		colon = "%3A"
	}
	short := func(hex string) string { return strings.TrimLeft(hex, "0") }
	x.capture(b.at, "uber-trace-id", strings.Join([]string{short(p.TraceID.String()), short(p.ID.String()), "0", "1"}, colon))
}

func writeDatadog(x *surgery, b *broken, p *Span) {
	x.capture(b.at, "x-datadog-trace-id", strconv.FormatUint(lowHalf(p.TraceID), 10))
	x.capture(b.at, "x-datadog-parent-id", strconv.FormatUint(spanNumber(p.ID), 10))
	x.capture(b.at, "x-datadog-sampling-priority", "1")
	if high := highHalf(p.TraceID); high != 0 && x.r.IntN(4) > 0 {
		x.capture(b.at, "x-datadog-tags", fmt.Sprintf("_dd.p.dm=-0,_dd.p.tid=%016x", high))
	}
}

func writeXRay(x *surgery, b *broken, p *Span) {
	fields := []string{"Root=" + xrayRoot(p.TraceID), "Parent=" + p.ID.String(), "Sampled=1", "Self=" + xrayRoot(newTraceID(x.r, idXRay, p.begin))}
	x.r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	x.capture(b.at, xrayHeader, strings.Join(fields, ";"))
}

// xrayHeader is the header of X-Ray and of load balancers.
const xrayHeader = "x-amzn-trace-id"

func xrayRoot(id pcommon.TraceID) string {
	s := id.String()
	return "1-" + s[:8] + "-" + s[8:]
}

func writeOTTrace(x *surgery, b *broken, p *Span) {
	x.capture(b.at, "ot-tracer-traceid", p.TraceID.String()[16:])
	x.capture(b.at, "ot-tracer-spanid", p.ID.String())
	x.capture(b.at, "ot-tracer-sampled", "true")
}

func writeGoogle(x *surgery, b *broken, p *Span) {
	x.capture(b.at, "x-cloud-trace-context", p.TraceID.String()+"/"+strconv.FormatUint(spanNumber(p.ID), 10)+";o=1")
}

// openSW8 turns the caller's part of the request into a SkyWalking segment.
func openSW8(x *surgery, b *broken) bool {
	up := x.span(b.at).Up
	trace, ok := x.segmentise(up)
	if !ok {
		return false
	}
	p := x.span(up)
	base := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	b.value = strings.Join([]string{
		"1", base(trace), base(p.sw.segment), strconv.Itoa(int(p.sw.number)),
		base(p.process.service.name), base("instance-1"), base(p.name), base("peer:8080"),
	}, "-")
	x.sever(b.at)
	return true
}
