package header

import (
	"fmt"
	"strconv"
	"testing"
)

// Every fuzz target takes what a client may send, in testdata/fuzz what SDKs really
// send and what hostile ones might. None may panic; what is refused gives nothing;
// what is accepted names a trace that is not zero, and reads the same again when it
// is written as the format's own libraries write it.

// read decodes headers given as name, value, name, value.
func read(f Format, headers ...string) (Ref, bool) {
	var s Set
	for i := 0; i < len(headers); i += 2 {
		n, ok := Lookup(headers[i])
		if !ok {
			panic("unknown header " + headers[i])
		}
		s.Add(n, headers[i+1])
	}
	return s.Decode(f)
}

// hold checks what every decoder guarantees; write gives the headers that name a parent.
func hold(t *testing.T, f Format, got Ref, ok bool, write func(Ref) []string) {
	t.Helper()
	if !ok {
		if got != (Ref{}) {
			t.Fatalf("%v refused it but gave %+v", f, got)
		}
		return
	}
	if got.TraceHi|got.TraceLo == 0 {
		t.Fatalf("%v accepted a zero trace", f)
	}
	if got.SpanID == 0 && f != XRay {
		t.Fatalf("%v accepted a zero span", f)
	}
	headers := write(got)
	if again, ok := read(f, headers...); !ok || again != got {
		t.Fatalf("%v read %+v, but %q as %+v, %t", f, got, headers, again, ok)
	}
}

func FuzzW3C(f *testing.F) {
	f.Fuzz(func(t *testing.T, traceparent, elastic string) {
		r, ok := read(W3C, "traceparent", traceparent, "elastic-apm-traceparent", elastic)
		hold(t, W3C, r, ok, func(r Ref) []string {
			return []string{"traceparent", fmt.Sprintf("00-%016x%016x-%016x-01", r.TraceHi, r.TraceLo, r.SpanID)}
		})
	})
}

func FuzzB3(f *testing.F) {
	f.Fuzz(func(t *testing.T, single, trace, span string) {
		r, ok := read(B3, "b3", single, "x-b3-traceid", trace, "x-b3-spanid", span)
		hold(t, B3, r, ok, func(r Ref) []string {
			return []string{"b3", fmt.Sprintf("%016x%016x-%016x-1", r.TraceHi, r.TraceLo, r.SpanID)}
		})
		hold(t, B3, r, ok, func(r Ref) []string {
			return []string{"x-b3-traceid", fmt.Sprintf("%016X%016X", r.TraceHi, r.TraceLo), "x-b3-spanid", fmt.Sprintf("%016X", r.SpanID)}
		})
	})
}

func FuzzJaeger(f *testing.F) {
	f.Fuzz(func(t *testing.T, uber string) {
		r, ok := read(Jaeger, "uber-trace-id", uber)
		hold(t, Jaeger, r, ok, func(r Ref) []string {
			return []string{"uber-trace-id", fmt.Sprintf("%x%016x%%3A%x%%3A0%%3A1", r.TraceHi, r.TraceLo, r.SpanID)}
		})
	})
}

func FuzzDatadog(f *testing.F) {
	f.Fuzz(func(t *testing.T, trace, parent, tags string) {
		r, ok := read(Datadog, "x-datadog-trace-id", trace, "x-datadog-parent-id", parent, "x-datadog-tags", tags)
		hold(t, Datadog, r, ok, func(r Ref) []string {
			return []string{
				"x-datadog-trace-id", strconv.FormatUint(r.TraceLo, 10), "x-datadog-parent-id", strconv.FormatUint(r.SpanID, 10),
				"x-datadog-tags", fmt.Sprintf("_dd.p.dm=-0,_dd.p.tid=%016x", r.TraceHi),
			}
		})
	})
}

func FuzzXRay(f *testing.F) {
	f.Fuzz(func(t *testing.T, value string) {
		r, ok := read(XRay, "x-amzn-trace-id", value)
		hold(t, XRay, r, ok, func(r Ref) []string {
			id := fmt.Sprintf("%016x%016x", r.TraceHi, r.TraceLo)
			v := "Root=1-" + id[:8] + "-" + id[8:]
			if r.SpanID != 0 {
				v += fmt.Sprintf(";Parent=%016x;Sampled=?", r.SpanID)
			}
			return []string{"x-amzn-trace-id", v}
		})
	})
}

func FuzzSW8(f *testing.F) {
	f.Fuzz(func(t *testing.T, value string) {
		r, ok := read(SW8, "sw8", value)
		hold(t, SW8, r, ok, func(Ref) []string { return []string{"sw8", value} }) // the conversion has no way back
	})
}

func FuzzOTTrace(f *testing.F) {
	f.Fuzz(func(t *testing.T, trace, span string) {
		r, ok := read(OTTrace, "ot-tracer-traceid", trace, "ot-tracer-spanid", span)
		hold(t, OTTrace, r, ok, func(r Ref) []string {
			return []string{"ot-tracer-traceid", fmt.Sprintf("%016x%016x", r.TraceHi, r.TraceLo), "ot-tracer-spanid", fmt.Sprintf("%016x", r.SpanID)}
		})
	})
}

func FuzzGoogle(f *testing.F) {
	f.Fuzz(func(t *testing.T, value string) {
		r, ok := read(Google, "x-cloud-trace-context", value)
		hold(t, Google, r, ok, func(r Ref) []string {
			return []string{"x-cloud-trace-context", fmt.Sprintf("%016x%016x/%d;o=1", r.TraceHi, r.TraceLo, r.SpanID)}
		})
	})
}

// FuzzTraceID reads ids of any width; leading zeros change nothing.
func FuzzTraceID(f *testing.F) {
	f.Fuzz(func(t *testing.T, value string) {
		hi, lo, ok := ParseTraceID(value)
		if !ok {
			return
		}
		if hi|lo == 0 || len(value) > 32 {
			t.Fatalf("%q was accepted", value)
		}
		if h, l, ok := ParseTraceID(fmt.Sprintf("%016x%016x", hi, lo)); !ok || h != hi || l != lo {
			t.Fatalf("%q reads as %x %x, padded as %x %x, %t", value, hi, lo, h, l, ok)
		}
	})
}

// FuzzSkyWalkingID converts segment ids; the spans of one segment have different ids.
func FuzzSkyWalkingID(f *testing.F) {
	f.Fuzz(func(t *testing.T, segment string, n uint32) {
		a, okA := SkyWalkingSpanID(segment, n)
		b, okB := SkyWalkingSpanID(segment, n^1)
		if okA && (a == 0 || okB && a == b) {
			t.Fatalf("segment %q: span %d is %x, span %d is %x", segment, n, a, n^1, b)
		}
	})
}

// FuzzLookup finds headers by names that instrumentations write in any way.
func FuzzLookup(f *testing.F) {
	f.Fuzz(func(t *testing.T, name string) {
		n, ok := Lookup(name)
		if ok && (n >= numNames || len(name) > maxNameLen) {
			t.Fatalf("%q was found as %d", name, n)
		}
	})
}
