package multilangbridgeprocessor

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/header"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// evidenceOf maps a header format to the evidence it gives.
var evidenceOf = [header.NumFormats]merge.Evidence{
	header.W3C: merge.EvidenceHeaderW3C, header.B3: merge.EvidenceHeaderB3, header.Jaeger: merge.EvidenceHeaderJaeger,
	header.Datadog: merge.EvidenceHeaderDatadog, header.XRay: merge.EvidenceHeaderXRay, header.SW8: merge.EvidenceHeaderSW8,
	header.OTTrace: merge.EvidenceHeaderOTTrace, header.Google: merge.EvidenceHeaderGoogle,
}

// customKey is a custom key as the scanner matches it.
type customKey struct {
	names      []string // the attribute name, also with "_" for "-"
	tracestate string
}

// scanner reads spans into a merge.Batch: ids, times and what they claim. It
// keeps scratch memory, so it serves one goroutine at a time.
type scanner struct {
	formats []header.Format
	links   bool
	keys    []customKey
	trust   bool
	seed    maphash.Seed

	headers header.Set
	batch   merge.Batch
}

func newScanner(cfg *JoinConfig, seed maphash.Seed) *scanner {
	s := &scanner{links: cfg.Links == LinksConsumer, trust: cfg.TrustPublicPeers, seed: seed}
	for _, name := range cfg.Headers {
		if f, ok := header.ParseFormat(name); ok {
			s.formats = append(s.formats, f)
		}
	}
	for _, k := range cfg.CustomKeys {
		names := []string{k.Attribute}
		if alt := strings.ReplaceAll(k.Attribute, "-", "_"); alt != k.Attribute {
			names = append(names, alt)
		}
		s.keys = append(s.keys, customKey{names: names, tracestate: k.Tracestate})
	}
	return s
}

// scan fills the scanner's batch, which is valid until the next scan.
func (s *scanner) scan(td ptrace.Traces) *merge.Batch {
	s.batch.Reset()
	for _, rs := range td.ResourceSpans().All() {
		service := s.service(rs.Resource().Attributes())
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				s.span(span, service)
			}
		}
	}
	return &s.batch
}

// service identifies the process a resource stands for.
func (s *scanner) service(attrs pcommon.Map) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, key := range [...]string{"service.namespace", "service.name", "service.instance.id", "host.name", "process.pid"} {
		if v, ok := attrs.Get(key); ok {
			h.WriteString(v.AsString())
		}
		h.WriteByte(0)
	}
	return h.Sum64()
}

func traceID(id pcommon.TraceID) merge.TraceID {
	return merge.TraceID{Hi: binary.BigEndian.Uint64(id[:8]), Lo: binary.BigEndian.Uint64(id[8:])}
}

func spanID(id pcommon.SpanID) uint64 { return binary.BigEndian.Uint64(id[:]) }

func (s *scanner) span(span ptrace.Span, service uint64) {
	index := int32(len(s.batch.Spans))
	own := merge.Span{
		Trace: traceID(span.TraceID()), ID: spanID(span.SpanID()), Parent: spanID(span.ParentSpanID()),
		Start: int64(span.StartTimestamp()), End: int64(span.EndTimestamp()),
		Service: service, Kind: uint8(span.Kind()),
	}
	s.batch.Spans = append(s.batch.Spans, own)
	if links := span.Links(); links.Len() > 0 {
		s.spanLinks(links, index, own)
	}
	s.attributes(span, index, own)
}

// spanLinks records the traces that links name; a consumer's only link claims its parent.
func (s *scanner) spanLinks(links ptrace.SpanLinkSlice, index int32, own merge.Span) {
	for _, l := range links.All() {
		s.batch.Links = append(s.batch.Links, traceID(l.TraceID()))
	}
	if !s.links || links.Len() != 1 || own.Parent != 0 || ptrace.SpanKind(own.Kind) != ptrace.SpanKindConsumer {
		return
	}
	target, parent := traceID(links.At(0).TraceID()), spanID(links.At(0).SpanID())
	if target.IsZero() || parent == 0 || target == own.Trace {
		return
	}
	s.batch.Claims = append(s.batch.Claims, merge.Claim{Span: index, Evidence: merge.EvidenceLink, Target: target, Parent: parent})
}

// attributes looks for captured headers on spans that can be called, and for
// custom keys on those that can call or be called, or have no parent.
func (s *scanner) attributes(span ptrace.Span, index int32, own merge.Span) {
	kind := span.Kind()
	calls := kind == ptrace.SpanKindClient || kind == ptrace.SpanKindProducer
	called := kind == ptrace.SpanKindServer || kind == ptrace.SpanKindConsumer
	wantHeaders := len(s.formats) > 0 && (called || own.Parent == 0 && !calls)
	wantKeys := len(s.keys) > 0 && (called || calls || own.Parent == 0)
	if !wantHeaders && !wantKeys {
		return
	}
	claims, marks := len(s.batch.Claims), len(s.batch.Marks)
	for name, value := range span.Attributes().All() {
		if name == "" {
			continue
		}
		captured := false
		if c := name[0]; c == 'h' || c == 'r' || c == 'm' {
			name, captured = capturedHeader(name)
		}
		if captured && wantHeaders {
			if h, ok := header.Lookup(name); ok {
				s.addHeader(h, value)
			}
		}
		if wantKeys {
			s.customKeys(name, value, index)
		}
	}
	if s.headers.Any() {
		s.claimHeaders(index)
		s.headers.Reset()
	}
	if wantKeys {
		if ts := span.TraceState().AsRaw(); ts != "" {
			s.tracestate(ts, index)
		}
	}
	if (len(s.batch.Claims) > claims || len(s.batch.Marks) > marks) && !s.trust && called && publicPeer(span.Attributes()) {
		for i := claims; i < len(s.batch.Claims); i++ {
			s.batch.Claims[i].Untrusted = true
		}
		for i := marks; i < len(s.batch.Marks); i++ {
			s.batch.Marks[i].Untrusted = !s.batch.Marks[i].Origin
		}
	}
}

// capturedHeader gives the header that an attribute captured, or the name as it is.
func capturedHeader(name string) (string, bool) {
	for _, prefix := range [...]string{
		"http.request.header.", "rpc.request.metadata.", "rpc.grpc.request.metadata.", "messaging.header.",
	} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return rest, true
		}
	}
	return name, false
}

func (s *scanner) addHeader(h header.Name, value pcommon.Value) {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		s.headers.Add(h, value.Str())
	case pcommon.ValueTypeSlice:
		for _, v := range value.Slice().All() {
			if v.Type() == pcommon.ValueTypeStr {
				s.headers.Add(h, v.Str())
			}
		}
	default: // captured headers are strings or lists of them
	}
}

func (s *scanner) claimHeaders(index int32) {
	for _, f := range s.formats {
		ref, ok := s.headers.Decode(f)
		if !ok {
			continue
		}
		evidence := evidenceOf[f]
		if ref.SpanID == 0 {
			evidence = merge.EvidenceXRayRoot
		}
		s.batch.Claims = append(s.batch.Claims, merge.Claim{
			Span: index, Evidence: evidence, Target: merge.TraceID{Hi: ref.TraceHi, Lo: ref.TraceLo}, Parent: ref.SpanID,
		})
	}
}

// maxKeyValueLen bounds the values of custom keys in bytes.
const maxKeyValueLen = 256

func (s *scanner) customKeys(name string, value pcommon.Value, index int32) {
	for k := range s.keys {
		for _, n := range s.keys[k].names {
			if n == name {
				s.mark(k, keyString(value), index)
			}
		}
	}
}

// keyString is the value of a custom key; a list counts if it holds one value.
func keyString(value pcommon.Value) string {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return value.Str()
	case pcommon.ValueTypeSlice:
		if value.Slice().Len() == 1 {
			return value.Slice().At(0).AsString()
		}
		return ""
	case pcommon.ValueTypeInt:
		return value.AsString()
	default:
		return ""
	}
}

// mark records a custom key's value. A value that is itself a trace id also
// claims membership of that trace.
func (s *scanner) mark(k int, value string, index int32) {
	if value == "" || len(value) > maxKeyValueLen {
		return
	}
	s.batch.Marks = append(s.batch.Marks, merge.Mark{Span: index, Key: uint8(k), Value: value})
	if len(value) == 36 {
		value = strings.ReplaceAll(value, "-", "") // a UUID
	}
	if len(value) != 16 && len(value) != 32 {
		return
	}
	hi, lo, ok := header.ParseTraceID(value)
	target := merge.TraceID{Hi: hi, Lo: lo}
	if !ok || target == s.batch.Spans[index].Trace {
		return
	}
	s.batch.Claims = append(s.batch.Claims, merge.Claim{Span: index, Evidence: merge.EvidenceCustom, Key: uint8(k), Target: target})
}

// tracestate marks the members that hold a custom key's value.
func (s *scanner) tracestate(raw string, index int32) {
	for member := range strings.SplitSeq(raw, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(member), "=")
		if !ok || len(value) > maxKeyValueLen || value == "" {
			continue
		}
		for k := range s.keys {
			key := &s.keys[k]
			wild := key.tracestate == "*" && name != "ot" && name != "dd"
			named := name == key.tracestate || name == key.names[0]
			if key.tracestate == "" || !named && (!wild || !merge.Telling(value)) {
				continue
			}
			s.batch.Marks = append(s.batch.Marks, merge.Mark{Span: index, Key: uint8(k), Value: value, Origin: true})
		}
	}
}

// publicPeer reports whether the request came from a public address (M9).
func publicPeer(attrs pcommon.Map) bool {
	v, ok := attrs.Get("client.address")
	if !ok {
		if v, ok = attrs.Get("http.client_ip"); !ok {
			return false
		}
	}
	addr, err := netip.ParseAddr(v.Str())
	if err != nil {
		return false
	}
	addr = addr.Unmap()
	return addr.IsGlobalUnicast() && !addr.IsPrivate()
}
