package multilangbridgeprocessor

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/header"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"
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
	builtin builtinKeys
	names   nameFilter // of the attributes that mean something in themselves

	headers header.Set
	message message
	batch   merge.Batch
}

func newScanner(cfg *JoinConfig) *scanner {
	s := &scanner{links: cfg.Links == LinksConsumer, trust: cfg.TrustPublicPeers, builtin: keysOf(cfg)}
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
		for _, name := range names {
			s.names.add(name)
		}
	}
	s.names.add("db.system.name")
	s.names.add("db.system")
	return s
}

// source is where a resource's spans come from.
type source struct {
	service uint64
	host    skew.Host
}

func sourceOf(resource pcommon.Resource) source {
	return source{service(resource.Attributes()), host(resource.Attributes())}
}

// host identifies the clock of a resource; 0 if it does not say where it runs.
func host(attrs pcommon.Map) skew.Host {
	for _, key := range [...]string{"host.id", "host.ip", "host.name", "service.instance.id"} {
		if v, ok := attrs.Get(key); ok {
			return max(skew.Host(xxhash.Sum64String(v.AsString())), 1)
		}
	}
	return 0
}

// service identifies the process a resource stands for, by the same number in
// every collector.
func service(attrs pcommon.Map) uint64 {
	var h xxhash.Digest
	h.Reset()
	for _, key := range [...]string{"service.namespace", "service.name", "service.instance.id", "host.name", "process.pid"} {
		if v, ok := attrs.Get(key); ok {
			_, _ = h.WriteString(v.AsString())
		}
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

func traceID(id pcommon.TraceID) merge.TraceID {
	return merge.TraceID{Hi: binary.BigEndian.Uint64(id[:8]), Lo: binary.BigEndian.Uint64(id[8:])}
}

func spanID(id pcommon.SpanID) uint64 { return binary.BigEndian.Uint64(id[:]) }

func (s *scanner) span(span ptrace.Span, from source) {
	index := int32(len(s.batch.Spans))
	own := merge.Span{
		Trace: traceID(span.TraceID()), ID: spanID(span.SpanID()), Parent: spanID(span.ParentSpanID()),
		Start: int64(span.StartTimestamp()), End: int64(span.EndTimestamp()),
		Service: from.service, Host: from.host, Kind: uint8(span.Kind()),
		Failed: span.Status().Code() == ptrace.StatusCodeError,
	}
	s.batch.Spans = append(s.batch.Spans, own)
	if links := span.Links(); links.Len() > 0 {
		s.spanLinks(links, index, own)
	}
	s.attributes(span, index, own)
}

// spanLinks records the traces that links name. The only link of a consumer
// claims its parent, and so does the only reference of a SkyWalking entry span,
// which the SkyWalking receiver turns into a link with a refType.
func (s *scanner) spanLinks(links ptrace.SpanLinkSlice, index int32, own merge.Span) {
	for _, l := range links.All() {
		s.batch.Links = append(s.batch.Links, traceID(l.TraceID()))
	}
	if !s.links || links.Len() != 1 || own.Parent != 0 {
		return
	}
	link := links.At(0)
	target, parent := traceID(link.TraceID()), spanID(link.SpanID())
	_, reference := link.Attributes().Get("refType")
	consumer := ptrace.SpanKind(own.Kind) == ptrace.SpanKindConsumer && target != own.Trace
	if !reference && !consumer || target.IsZero() || parent == 0 || parent == own.ID {
		return
	}
	s.batch.Claims = append(s.batch.Claims, merge.Claim{Span: index, Evidence: merge.EvidenceLink, Target: target, Parent: parent})
}

// attributes looks for captured headers on spans that can be called, and for
// keys on those that can call or be called, or have no parent.
func (s *scanner) attributes(span ptrace.Span, index int32, own merge.Span) {
	kind := span.Kind()
	calls := kind == ptrace.SpanKindClient || kind == ptrace.SpanKindProducer
	called := kind == ptrace.SpanKindServer || kind == ptrace.SpanKindConsumer
	wantHeaders := len(s.formats) > 0 && (called || own.Parent == 0 && !calls)
	wantKeys := called || calls || own.Parent == 0
	if !wantHeaders && !wantKeys && own.Trace.Hi != 0 {
		return
	}
	claims, marks := len(s.batch.Claims), len(s.batch.Marks)
	for name, value := range span.Attributes().All() {
		if name == "" {
			continue
		}
		captured := false
		switch name[0] { // what comes with every span is told apart without a look at all of it
		case '_':
			s.datadog(name, value, index, own)
			continue
		case 'm':
			if s.message.read(name, value) {
				continue
			}
			name, captured = capturedHeader(name)
		case 'h', 'r':
			name, captured = capturedHeader(name)
		}
		if !captured && !s.names.may(name) {
			continue
		}
		if name == "db.system.name" || name == "db.system" {
			s.batch.Spans[index].NoCallee = true
		}
		if captured && wantHeaders {
			if h, ok := header.Lookup(name); ok {
				s.addHeader(h, value)
			}
		}
		if captured && wantKeys && s.builtin.requestID >= 0 {
			s.requestID(name, value, index)
		}
		if wantKeys {
			s.customKeys(name, value, index)
		}
	}
	if s.headers.Any() {
		s.claimHeaders(index)
		s.headers.Reset()
	}
	if s.message.any {
		s.markMessage(index)
		s.message = message{}
	}
	if ts := span.TraceState().AsRaw(); ts != "" && wantKeys {
		s.tracestate(ts, index, own)
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
	switch name[0] {
	case 'h':
		return strings.CutPrefix(name, "http.request.header.")
	case 'm':
		return strings.CutPrefix(name, "messaging.header.")
	}
	rest, ok := strings.CutPrefix(name, "rpc.request.metadata.")
	if !ok {
		rest, ok = strings.CutPrefix(name, "rpc.grpc.request.metadata.")
	}
	return rest, ok
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

// tracestate marks the members that hold a custom key's value, and reads Datadog's.
func (s *scanner) tracestate(raw string, index int32, own merge.Span) {
	for member := range strings.SplitSeq(raw, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(member), "=")
		if !ok || len(value) > maxKeyValueLen || value == "" {
			continue
		}
		if name == "dd" {
			s.datadogState(value, index, own)
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

// shared is the address space of RFC 6598, which clusters use for pods.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// publicPeer reports whether the request came from a public address (M9), in any
// spelling of client.address on a serving span.
func publicPeer(attrs pcommon.Map) bool {
	for _, key := range [...]string{"client.address", "http.client_ip", "net.peer.name"} {
		v, ok := attrs.Get(key)
		if !ok {
			continue
		}
		addr, err := netip.ParseAddr(v.Str())
		if err != nil {
			continue
		}
		addr = addr.Unmap()
		if addr.IsGlobalUnicast() && !addr.IsPrivate() && !shared.Contains(addr) {
			return true
		}
	}
	return false
}
