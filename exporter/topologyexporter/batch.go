package topologyexporter

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

const (
	// batchSpans is how many spans are read before the graph is locked for them: few
	// enough to stay in the cache, many enough for the lock not to matter.
	batchSpans = 64
	// batchRuns is how many resources a batch may have.
	batchRuns = 64
)

// run is a stretch of spans of one resource.
type run struct {
	resource       topology.Resource
	scope, version string // of the instrumentation
	end            int    // index behind its last span
}

// batch holds spans between reading them, which needs no lock, and adding them to
// the graph, which does. Its strings are the pdata's: it is emptied before the pdata
// is given back.
type batch struct {
	pdata   [batchSpans]ptrace.Span
	spans   [batchSpans]topology.Observation
	n       int
	runs    [batchRuns]run
	r       int // runs used
	links   []topology.Link
	touched int // keeps the loads of touch from being left out
}

// begin starts a run. It reports that the batch has no room for it.
func (b *batch) begin(r *topology.Resource, scope pcommon.InstrumentationScope) (full bool) {
	if b.r == batchRuns {
		return true
	}
	b.runs[b.r] = run{resource: *r, scope: scope.Name(), version: scope.Version(), end: b.n}
	b.r++
	return false
}

// add takes a span into the present run. It reports that the batch is full now.
func (b *batch) add(span ptrace.Span) (full bool) {
	b.pdata[b.n] = span
	b.n++
	b.runs[b.r-1].end = b.n
	return b.n == batchSpans
}

// read reads the spans. It touches them first: these loads do not wait for each
// other, as they would where each span is read before the next one is looked at, and
// what was decoded is seldom in the cache.
func (b *batch) read() {
	touched := 0
	for i := range b.n {
		s := &b.pdata[i]
		parent := s.ParentSpanID()
		touched += s.Attributes().Len() + s.Links().Len() + int(s.Kind()) + int(parent[0])
	}
	for i := range b.n {
		for name := range b.pdata[i].Attributes().All() {
			touched += len(name)
		}
	}
	b.touched = touched
	for i := range b.n {
		b.readSpan(b.pdata[i], &b.spans[i])
	}
}

func (b *batch) readSpan(span ptrace.Span, o *topology.Observation) {
	o.Trace = topology.TraceID(span.TraceID())
	o.Span = topology.SpanID(span.SpanID())
	o.Parent = topology.SpanID(span.ParentSpanID())
	o.Kind = kindOf(span.Kind())
	o.Start, o.End = int64(span.StartTimestamp()), int64(span.EndTimestamp())
	if ts := span.TraceState().AsRaw(); ts != "" {
		o.Weight = topology.Weight(ts)
	}
	a := readAttributes(span.Attributes(), o)
	o.Failed = failed(span.Status().Code(), &a)
	o.Evidence, o.MergeEvidence = evidenceOf(a.evidence), a.evidence
	o.NotSampled = notSampled(span.Flags())
	if o.Operation == "" && o.Parent == (topology.SpanID{}) {
		o.Operation = span.Name()
	}
	if links := span.Links(); links.Len() > 0 && (o.Kind == topology.KindConsumer || o.Attributes.Operation == topology.OperationSend || a.evidence != "") {
		b.readLinks(links, o)
	}
}

// notSampled reports whether the span says that the trace was not sampled before it:
// its flags are known, and the sampled one is not set.
func notSampled(flags uint32) bool {
	const sampled, remoteKnown = 1 << 0, 1 << 8
	return flags&remoteKnown != 0 && flags&sampled == 0
}

// readLinks reads all links of a consumer, and of a span that sends messages which were
// created in spans of their own. Of other spans it reads those that the merge processor
// added in its link mode: they stand for the parent.
func (b *batch) readLinks(links ptrace.SpanLinkSlice, o *topology.Observation) {
	first := len(b.links)
	for _, l := range links.All() {
		_, merged := l.Attributes().Get(contract.AttrMergeEvidence)
		if merged || o.Kind == topology.KindConsumer || o.Attributes.Operation == topology.OperationSend {
			b.links = append(b.links, topology.Link{Trace: topology.TraceID(l.TraceID()), Span: topology.SpanID(l.SpanID())})
		}
	}
	o.Links = b.links[first:]
}

// kindOf keeps the kinds that OTLP defines.
func kindOf(k ptrace.SpanKind) topology.Kind {
	if k < ptrace.SpanKindInternal || k > ptrace.SpanKindConsumer {
		return topology.KindUnspecified
	}
	return topology.Kind(k)
}

// evidenceOf reads what the merge processor left on the entry of a joined piece.
func evidenceOf(evidence string) topology.Evidence {
	switch {
	case evidence == "":
		return topology.EvidencePropagated
	case strings.HasPrefix(evidence, "inferred"):
		return topology.EvidenceInferred
	default:
		return topology.EvidenceJoined
	}
}

// flush adds the batch to the graph and empties it.
func (e *topologyExporter) flush(b *batch) {
	if b.n > 0 {
		b.read()
		e.addToGraph(b)
		e.spanMetrics.count(b, e.now())
	}
	clear(b.pdata[:b.n])
	clear(b.spans[:b.n])
	clear(b.runs[:b.r])
	clear(b.links)
	b.n, b.r, b.touched, b.links = 0, 0, 0, b.links[:0]
}

func (e *topologyExporter) addToGraph(b *batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.graph.Advance(e.now())
	next := 0
	for i := range b.runs[:b.r] {
		r := &b.runs[i]
		if next == r.end {
			continue
		}
		service, scope := e.graph.Service(&r.resource), e.graph.Scope(r.scope, r.version)
		for ; next < r.end; next++ {
			b.spans[next].Service, b.spans[next].Scope = service, scope
		}
	}
	e.graph.Add(b.spans[:b.n])
}
