package topology

import (
	"time"

	"github.com/polyspan/polyspan/contract"
)

// Watcher is told what the counters of a graph do not show. Its functions are called
// under the owner's lock, so they must be quick and must not call the graph; what
// they are given may be kept, but for the pointers. A function that is nil costs nothing.
type Watcher struct {
	// Unmatched is told of spans without the other end of their call, but for calls to
	// databases, which never have one.
	Unmatched func(*Unmatched)
	// Repaired is told of calls whose callee the merge processor tied to its caller.
	Repaired func(*Repaired)
	// Late is told of calls whose second end came after the first was let go.
	Late func(*Late)
	// Outside is told of calls whose span time lies outside of the window. They were
	// counted in the present slot, which starts at slotStart.
	Outside func(name EdgeName, start, end int64, f *Figures, slotStart int64)
}

// Watch sets who is told, from here on.
func (g *Graph) Watch(w Watcher) { g.watcher = w }

// UnmatchedCause says which end of a call is missing.
type UnmatchedCause uint8

// Causes.
const (
	// UnmatchedCaller is a client or producer span whose wait is over.
	UnmatchedCaller UnmatchedCause = iota
	// UnmatchedRoot is a server or consumer span without a parent, on arrival.
	UnmatchedRoot
	// UnmatchedCallee is a server or consumer span whose parent was named and never came.
	UnmatchedCallee
)

// Unmatched is a span without the other end of its call.
type Unmatched struct {
	Cause UnmatchedCause
	// Evicted: it was let go before its time because of [Limits.MaxPending].
	Evicted      bool
	Trace        TraceID
	Span, Parent SpanID
	Kind         Kind
	Party        Party
	Carriers     Carriers
	Transport    contract.Transport
	// Address is what the span calls the destination: the caller's name for the callee,
	// or the host that the callee was asked under ("" when not told).
	Address string
	// Target is what a caller's call was drawn to, or the broker of a consumer. TargetKnown: a call to the address was
	// paired before, so its owner sends spans.
	Target      End
	TargetKnown bool
	// Operation (route, method or span name) and Refused (polyspan.merge.refused) are of
	// roots only.
	Operation, Refused string
	// NotSampled: the span's parent was not recorded, as its flags say.
	NotSampled bool
	Failed     bool
	Start, End int64 // Unix nanoseconds, 0 when absurd
	Weight     float64
}

// Party is the service at one end, and the instrumentation that made its span.
type Party struct {
	NodeName
	Language                contract.Language
	Version                 string // service.version
	SDKName, SDKVersion     string
	Scope, ScopeVersion     string
	Runtime, RuntimeVersion string
}

// Repaired is a call whose ends the merge processor brought together.
type Repaired struct {
	Caller, Callee         Party
	Trace                  TraceID
	CallerSpan, CalleeSpan SpanID
	Transport              contract.Transport
	Relation               contract.Relation
	// Evidence is polyspan.merge.evidence of the callee.
	Evidence string
	Start    int64 // Unix nanoseconds, 0 when absurd
	Weight   float64
}

// Late is a call whose second end came after the first was let go. The window is
// corrected; the counters stay as they are (rule T4).
type Late struct {
	Caller, Callee Party
	// Drawn is the edge that the call was counted on, Real the one it belongs to.
	Drawn, Real EdgeName
	Trace       TraceID
	At          int64 // span time, Unix nanoseconds
	By          time.Duration
}

// Carriers is the set of context formats whose headers were captured on a span.
type Carriers uint8

// Carriers.
const (
	CarrierW3C Carriers = 1 << iota
	CarrierB3
	CarrierJaeger
	CarrierXRay
	CarrierDatadog
	CarrierSW8
	CarrierOT
	CarrierGoogle
)

// tellOutside tells of a call that the window has no place for.
func (g *Graph) tellOutside(e *edge, c *call, slot int) {
	one := edge{key: e.key, ledger: newLedger()}
	one.epochs[0] = 1
	one.add(0, c)
	var f Figures
	f.addSlot(&one, 0)
	for _, h := range []*Histogram{&f.Client, &f.Server, &f.Boundary, &f.Queue} {
		h.estimateSum()
	}
	g.watcher.Outside(g.nameOf(e.key), c.start, c.end, &f, e.epochs[slot]*g.slotWidth)
}

func (g *Graph) nameOf(k edgeKey) EdgeName {
	return EdgeName{
		Source: g.nodes.all[k.source].key.export(), Target: g.nodes.all[k.target].key.export(),
		Transport: g.transports.names[k.transport], Relation: relations[k.relation],
	}
}
