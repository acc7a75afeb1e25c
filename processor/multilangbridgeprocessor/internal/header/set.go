package header

import "strings"

// maxValueLen bounds a header value in bytes; sw8, the longest format, stays under 2 kB.
const maxValueLen = 2048

// Ref is the parent that a header names, as big-endian halves of OTLP ids.
type Ref struct {
	TraceHi, TraceLo uint64
	// SpanID is 0 when the header names the trace only (X-Ray without Parent).
	SpanID uint64
}

// Format is a propagation format.
type Format uint8

// Formats. Their order is the order in which a span's headers are read.
const (
	W3C Format = iota
	B3
	Jaeger
	Datadog
	XRay
	SW8
	OTTrace
	Google
	NumFormats
)

var formatNames = [NumFormats]string{"w3c", "b3", "jaeger", "datadog", "xray", "sw8", "ottrace", "google"}

// String is the format's name in the configuration ("b3").
func (f Format) String() string {
	if f < NumFormats {
		return formatNames[f]
	}
	return "invalid"
}

// ParseFormat is the format with that name.
func ParseFormat(s string) (Format, bool) {
	for i, n := range formatNames {
		if n == s {
			return Format(i), true
		}
	}
	return 0, false
}

// FormatNames lists the names that ParseFormat takes.
func FormatNames() []string { return append([]string(nil), formatNames[:]...) }

// Name identifies one header of a known format.
type Name uint8

const (
	nameTraceparent Name = iota
	nameElastic
	nameB3
	nameB3TraceID
	nameB3SpanID
	nameUber
	nameDatadogTrace
	nameDatadogParent
	nameDatadogTags
	nameXRay
	nameSW8
	nameOTTrace
	nameOTSpan
	nameGoogle
	numNames
)

var names = map[string]Name{
	"traceparent":             nameTraceparent,
	"elastic-apm-traceparent": nameElastic,
	"b3":                      nameB3,
	"x-b3-traceid":            nameB3TraceID,
	"x-b3-spanid":             nameB3SpanID,
	"uber-trace-id":           nameUber,
	"x-datadog-trace-id":      nameDatadogTrace,
	"x-datadog-parent-id":     nameDatadogParent,
	"x-datadog-tags":          nameDatadogTags,
	"x-amzn-trace-id":         nameXRay,
	"sw8":                     nameSW8,
	"ot-tracer-traceid":       nameOTTrace,
	"ot-tracer-spanid":        nameOTSpan,
	"x-cloud-trace-context":   nameGoogle,
}

// maxNameLen is the length of the longest known header name.
const maxNameLen = len("elastic-apm-traceparent")

// Lookup finds a header by its name in any case; instrumentation before semantic
// conventions 1.21 wrote "_" for "-", so both are read.
func Lookup(name string) (Name, bool) {
	if len(name) > maxNameLen {
		return 0, false
	}
	if n, ok := names[name]; ok {
		return n, true
	}
	n, ok := names[strings.ReplaceAll(strings.ToLower(name), "_", "-")]
	return n, ok
}

// Set holds the captured propagation headers of one span. The zero value is empty.
type Set struct {
	values  [numNames]string
	clashed [numNames]bool
	any     bool
}

// Add records a captured value. A second, different value for the same header
// makes it ambiguous: it is then read as absent.
func (s *Set) Add(n Name, value string) {
	if value == "" || len(value) > maxValueLen || n >= numNames {
		return
	}
	if s.values[n] != "" && s.values[n] != value {
		s.clashed[n] = true
		return
	}
	s.values[n] = value
	s.any = true
}

// Any reports whether a header was recorded.
func (s *Set) Any() bool { return s.any }

// Reset empties the set.
func (s *Set) Reset() { *s = Set{} }

func (s *Set) value(n Name) string {
	if s.clashed[n] {
		return ""
	}
	return s.values[n]
}

// Decode reads the set as the given format; false when its headers are absent,
// malformed, or name a zero id.
func (s *Set) Decode(f Format) (Ref, bool) {
	var r Ref
	var ok bool
	switch f {
	case W3C:
		if r, ok = parseW3C(s.value(nameTraceparent)); !ok {
			r, ok = parseW3C(s.value(nameElastic))
		}
	case B3:
		// The single header wins over the multiple ones, as on extraction.
		if r, ok = parseB3(s.value(nameB3)); !ok {
			r, ok = pair(s.value(nameB3TraceID), s.value(nameB3SpanID))
		}
	case Jaeger:
		r, ok = parseJaeger(s.value(nameUber))
	case Datadog:
		r, ok = parseDatadog(s.value(nameDatadogTrace), s.value(nameDatadogParent), s.value(nameDatadogTags))
	case XRay:
		r, ok = parseXRay(s.value(nameXRay))
	case SW8:
		r, ok = parseSW8(s.value(nameSW8))
	case OTTrace:
		r, ok = pair(s.value(nameOTTrace), s.value(nameOTSpan))
	case Google:
		r, ok = parseGoogle(s.value(nameGoogle))
	}
	if !ok || r.TraceHi|r.TraceLo == 0 {
		return Ref{}, false
	}
	return r, true
}
