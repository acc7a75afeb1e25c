package header

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
)

// hexUint reads 1 to 16 hex digits of either case.
func hexUint(s string) (uint64, bool) {
	if s == "" || len(s) > 16 || s[0] == '+' || s[0] == '-' || strings.IndexByte(s, '_') >= 0 {
		return 0, false
	}
	v, err := strconv.ParseUint(s, 16, 64)
	return v, err == nil
}

// ParseTraceID reads a trace id of 1 to 32 hex digits, left-padded with zeros.
func ParseTraceID(s string) (hi, lo uint64, ok bool) {
	if len(s) > 32 {
		return 0, 0, false
	}
	if len(s) > 16 {
		if hi, ok = hexUint(s[:len(s)-16]); !ok {
			return 0, 0, false
		}
		s = s[len(s)-16:]
	}
	lo, ok = hexUint(s)
	return hi, lo, ok && hi|lo != 0
}

// pair reads a trace id and a span id that came as two values of 16 or 32 and 16 digits.
func pair(trace, span string) (Ref, bool) {
	if len(trace) != 16 && len(trace) != 32 || len(span) != 16 {
		return Ref{}, false
	}
	return ref(trace, span)
}

func ref(trace, span string) (Ref, bool) {
	hi, lo, ok := ParseTraceID(trace)
	if !ok {
		return Ref{}, false
	}
	id, ok := hexUint(span)
	if !ok || id == 0 {
		return Ref{}, false
	}
	return Ref{hi, lo, id}, true
}

// parseW3C reads traceparent: version-traceid-parentid-flags, lower hex. A later
// version may have more fields; version ff is invalid (W3C Trace Context, 3.2.2).
func parseW3C(s string) (Ref, bool) {
	if len(s) < 55 || s[2] != '-' || s[35] != '-' || s[52] != '-' {
		return Ref{}, false
	}
	version := s[:2]
	if _, ok := hexUint(version); !ok || version == "ff" {
		return Ref{}, false
	}
	if len(s) > 55 && (version == "00" || s[55] != '-') {
		return Ref{}, false
	}
	if s != strings.ToLower(s) {
		return Ref{}, false
	}
	return pair(s[3:35], s[36:52])
}

// parseB3 reads the single b3 header: traceid-spanid[-sampled[-parent]]. "b3: 0" names nothing.
func parseB3(s string) (Ref, bool) {
	trace, rest, ok := strings.Cut(s, "-")
	if !ok {
		return Ref{}, false
	}
	span, rest, more := strings.Cut(rest, "-")
	if more {
		sampled, _, _ := strings.Cut(rest, "-")
		if sampled != "0" && sampled != "1" && sampled != "d" {
			return Ref{}, false
		}
	}
	return pair(trace, span)
}

// parseJaeger reads uber-trace-id: trace:span:parent:flags, hex of variable length;
// the colons may have come URL-encoded.
func parseJaeger(s string) (Ref, bool) {
	if strings.IndexByte(s, '%') >= 0 {
		s = strings.NewReplacer("%3A", ":", "%3a", ":").Replace(s)
	}
	parts := strings.Split(s, ":")
	if len(parts) != 4 {
		return Ref{}, false
	}
	if _, ok := hexUint(parts[3]); !ok {
		return Ref{}, false
	}
	return ref(parts[0], parts[1])
}

// parseDatadog reads decimal low halves; the high half is _dd.p.tid in x-datadog-tags.
func parseDatadog(trace, parent, tags string) (Ref, bool) {
	lo, err := strconv.ParseUint(trace, 10, 64)
	if err != nil || lo == 0 {
		return Ref{}, false
	}
	id, err := strconv.ParseUint(parent, 10, 64)
	if err != nil || id == 0 {
		return Ref{}, false
	}
	r := Ref{TraceLo: lo, SpanID: id}
	for tag := range strings.SplitSeq(tags, ",") {
		v, found := strings.CutPrefix(strings.TrimSpace(tag), "_dd.p.tid=")
		if !found {
			continue
		}
		hi, ok := hexUint(v)
		if !ok || len(v) != 16 {
			return Ref{}, false
		}
		r.TraceHi = hi
	}
	return r, true
}

// parseXRay reads X-Amzn-Trace-Id. The trace id is Root without "1-" and "-"; a
// load balancer sends no Parent, so the span id may stay 0. Self is another id, never a parent.
func parseXRay(s string) (Ref, bool) {
	var r Ref
	var found bool
	for field := range strings.SplitSeq(s, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch key {
		case "Root":
			if len(value) != 35 || value[:2] != "1-" || value[10] != '-' {
				return Ref{}, false
			}
			if r.TraceHi, r.TraceLo, found = ParseTraceID(value[2:10] + value[11:]); !found {
				return Ref{}, false
			}
		case "Parent":
			id, ok := hexUint(value)
			if !ok || len(value) != 16 || id == 0 {
				return Ref{}, false
			}
			r.SpanID = id
		}
	}
	return r, found
}

// parseGoogle reads X-Cloud-Trace-Context: 32 hex / decimal span id [;o=flag].
func parseGoogle(s string) (Ref, bool) {
	s, _, _ = strings.Cut(s, ";")
	trace, span, ok := strings.Cut(s, "/")
	if !ok || len(trace) != 32 {
		return Ref{}, false
	}
	hi, lo, ok := ParseTraceID(trace)
	if !ok {
		return Ref{}, false
	}
	id, err := strconv.ParseUint(span, 10, 64)
	if err != nil || id == 0 {
		return Ref{}, false
	}
	return Ref{hi, lo, id}, true
}

// parseSW8 reads SkyWalking's cross-process header: eight fields split by "-",
// the second and third the trace and the parent's segment id in base64, the
// fourth the parent's span number in its segment.
func parseSW8(s string) (Ref, bool) {
	parts := strings.Split(s, "-")
	if len(parts) != 8 {
		return Ref{}, false
	}
	trace, err := base64.StdEncoding.DecodeString(parts[1])
	if err != nil {
		return Ref{}, false
	}
	segment, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return Ref{}, false
	}
	number, err := strconv.ParseUint(parts[3], 10, 32)
	if err != nil {
		return Ref{}, false
	}
	id, ok := skyWalkingID(string(trace))
	if !ok {
		return Ref{}, false
	}
	span, ok := SkyWalkingSpanID(string(segment), uint32(number))
	if !ok {
		return Ref{}, false
	}
	return Ref{be(id[:8]), be(id[8:]), span}, true
}

// SkyWalkingSpanID is the OTLP span id that the contrib SkyWalking receiver gives
// to span number n of a segment; false if the segment id is of no known form.
func SkyWalkingSpanID(segment string, n uint32) (uint64, bool) {
	id, ok := skyWalkingID(segment)
	if !ok {
		return 0, false
	}
	xorLE(id[0:4], uint64(n))
	span := be(id[:8]) ^ be(id[8:])
	return span, span != 0
}

// skyWalkingID converts a SkyWalking id by the contrib receiver's rule: a UUID is
// its 16 bytes; "<32 hex>.<thread>.<sequence>" is the hex with bytes 4–7 XOR the
// thread and 8–15 XOR the sequence, both little-endian.
func skyWalkingID(s string) (id [16]byte, ok bool) {
	if len(s) <= 36 {
		raw, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
		if err != nil || len(raw) != 16 {
			return id, false
		}
		return [16]byte(raw), true
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 || len(parts[0]) != 32 {
		return id, false
	}
	if _, err := hex.Decode(id[:], []byte(parts[0])); err != nil {
		return id, false
	}
	thread, err := strconv.ParseUint(parts[1], 10, 32)
	if err != nil {
		return id, false
	}
	seq, err := strconv.ParseUint(parts[2], 10, 64)
	if err != nil {
		return id, false
	}
	xorLE(id[4:8], thread)
	xorLE(id[8:16], seq)
	return id, true
}

// xorLE XORs v's bytes, lowest first, into b.
func xorLE(b []byte, v uint64) {
	for i := range b {
		b[i] ^= byte(v >> (8 * i))
	}
}

func be(b []byte) uint64 {
	var v uint64
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}
