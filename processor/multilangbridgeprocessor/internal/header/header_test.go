package header

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	hi = 0x4bf92f3577b34da6
	lo = 0xa3ce929d0e0e4736
	sp = 0x00f067aa0ba902b7
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestDecode(t *testing.T) {
	const skyTrace = "a4ec6fc8ccab4bb4b682064698cc97e6.74.16218381104550009"
	const skySegment = "a4ec6fc8ccab4bb4b682064698cc97e6.74.16218381104550008"
	tests := []struct {
		name    string
		format  Format
		headers map[string]string
		want    Ref
		wantOK  bool
	}{
		{"w3c", W3C, map[string]string{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, Ref{hi, lo, sp}, true},
		{"w3c from elastic", W3C, map[string]string{"elastic-apm-traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, Ref{hi, lo, sp}, true},
		{"w3c later version with more fields", W3C, map[string]string{"traceparent": "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what"}, Ref{hi, lo, sp}, true},
		{"w3c version 00 with more fields", W3C, map[string]string{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what"}, Ref{}, false},
		{"w3c version ff", W3C, map[string]string{"traceparent": "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, Ref{}, false},
		{"w3c upper case", W3C, map[string]string{"traceparent": "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01"}, Ref{}, false},
		{"w3c zero trace", W3C, map[string]string{"traceparent": "00-00000000000000000000000000000000-00f067aa0ba902b7-01"}, Ref{}, false},
		{"w3c zero span", W3C, map[string]string{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"}, Ref{}, false},
		{"b3 single", B3, map[string]string{"b3": "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-05e3ac9a4f6e3b90"}, Ref{hi, lo, sp}, true},
		{"b3 single without sampling", B3, map[string]string{"b3": "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"}, Ref{hi, lo, sp}, true},
		{"b3 single 64 bit", B3, map[string]string{"b3": "a3ce929d0e0e4736-00f067aa0ba902b7-d"}, Ref{0, lo, sp}, true},
		{"b3 deny", B3, map[string]string{"b3": "0"}, Ref{}, false},
		{"b3 bad sampling", B3, map[string]string{"b3": "a3ce929d0e0e4736-00f067aa0ba902b7-x"}, Ref{}, false},
		{"b3 multi", B3, map[string]string{"x-b3-traceid": "4bf92f3577b34da6a3ce929d0e0e4736", "x-b3-spanid": "00f067aa0ba902b7"}, Ref{hi, lo, sp}, true},
		{"b3 multi, old underscores and upper case", B3, map[string]string{"X_B3_TraceId": "a3ce929d0e0e4736", "X_B3_SpanId": "00F067AA0BA902B7"}, Ref{0, lo, sp}, true},
		{"b3 multi without span", B3, map[string]string{"x-b3-traceid": "a3ce929d0e0e4736"}, Ref{}, false},
		{"b3 single wins", B3, map[string]string{"b3": "a3ce929d0e0e4736-00f067aa0ba902b7", "x-b3-traceid": "1111111111111111", "x-b3-spanid": "2222222222222222"}, Ref{0, lo, sp}, true},
		{"jaeger", Jaeger, map[string]string{"uber-trace-id": "4bf92f3577b34da6a3ce929d0e0e4736:f067aa0ba902b7:0:1"}, Ref{hi, lo, sp}, true},
		{"jaeger url-encoded and short", Jaeger, map[string]string{"uber-trace-id": "ce929d0e0e4736%3Af067aa0ba902b7%3A0%3A3"}, Ref{0, 0xce929d0e0e4736, sp}, true},
		{"jaeger three fields", Jaeger, map[string]string{"uber-trace-id": "1:2:3"}, Ref{}, false},
		{"datadog, captured vector", Datadog, map[string]string{"x-datadog-trace-id": "8330054363468631196", "x-datadog-parent-id": "6375191779022861325", "x-datadog-tags": "_dd.p.dm=-0,_dd.p.tid=66c4e3e900000000"}, Ref{0x66c4e3e900000000, 0x739a4c4f1e3d8c9c, 0x58793b2553a5f40d}, true},
		{"datadog without tid", Datadog, map[string]string{"x-datadog-trace-id": "8330054363468631196", "x-datadog-parent-id": "6375191779022861325"}, Ref{0, 0x739a4c4f1e3d8c9c, 0x58793b2553a5f40d}, true},
		{"datadog short tid", Datadog, map[string]string{"x-datadog-trace-id": "8330054363468631196", "x-datadog-parent-id": "6375191779022861325", "x-datadog-tags": "_dd.p.tid=66c4"}, Ref{}, false},
		{"datadog hex", Datadog, map[string]string{"x-datadog-trace-id": "739a4c4f1e3d8c9c", "x-datadog-parent-id": "1"}, Ref{}, false},
		{"xray", XRay, map[string]string{"x-amzn-trace-id": "Sampled=1;Parent=53995c3f42cd8ad8; Root=1-5759e988-bd862e3fe1be46a994272793"}, Ref{0x5759e988bd862e3f, 0xe1be46a994272793, 0x53995c3f42cd8ad8}, true},
		{"xray of a load balancer", XRay, map[string]string{"x-amzn-trace-id": "Self=1-67891234-12456789abcdef012345678;Root=1-5759e988-bd862e3fe1be46a994272793"}, Ref{0x5759e988bd862e3f, 0xe1be46a994272793, 0}, true},
		{"xray without root", XRay, map[string]string{"x-amzn-trace-id": "Parent=53995c3f42cd8ad8"}, Ref{}, false},
		{"sw8, computed vectors", SW8, map[string]string{"sw8": "1-" + b64(skyTrace) + "-" + b64(skySegment) + "-2-" + b64("svc") + "-" + b64("inst") + "-" + b64("/e") + "-" + b64("p:1")}, Ref{0xa4ec6fc886ab4bb4, 0xcf12975a1052aee6, 0x68fef89296f9e552}, true},
		{"sw8 seven fields", SW8, map[string]string{"sw8": "1-a-b-2-c-d-e"}, Ref{}, false},
		{"ottrace", OTTrace, map[string]string{"ot-tracer-traceid": "a3ce929d0e0e4736", "ot-tracer-spanid": "00f067aa0ba902b7"}, Ref{0, lo, sp}, true},
		{"google", Google, map[string]string{"x-cloud-trace-context": "4bf92f3577b34da6a3ce929d0e0e4736/67667974448284343;o=1"}, Ref{hi, lo, sp}, true},
		{"google zero span", Google, map[string]string{"x-cloud-trace-context": "4bf92f3577b34da6a3ce929d0e0e4736/0"}, Ref{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s Set
			for k, v := range tt.headers {
				n, ok := Lookup(k)
				require.True(t, ok, "header %q is known", k)
				s.Add(n, v)
			}
			got, ok := s.Decode(tt.format)
			assert.Equal(t, tt.wantOK, ok, "headers %v", tt.headers)
			assert.Equal(t, tt.want, got, "headers %v", tt.headers)
		})
	}
}

// The captured Datadog vector names the same parent as the traceparent that its
// sender wrote beside it.
func TestDatadogVectorIsItsTraceparent(t *testing.T) {
	datadog, ok := read(Datadog, "x-datadog-trace-id", "8330054363468631196", "x-datadog-parent-id", "6375191779022861325", "x-datadog-tags", "_dd.p.tid=66c4e3e900000000")
	require.True(t, ok)
	w3c, ok := read(W3C, "traceparent", "00-66c4e3e900000000739a4c4f1e3d8c9c-58793b2553a5f40d-01")
	require.True(t, ok)
	assert.Equal(t, w3c, datadog)
}

func TestTwoValuesAreAmbiguous(t *testing.T) {
	var s Set
	s.Add(nameB3, "a3ce929d0e0e4736-00f067aa0ba902b7")
	s.Add(nameB3, "a3ce929d0e0e4737-00f067aa0ba902b7")
	_, ok := s.Decode(B3)
	assert.False(t, ok)
	s.Reset()
	assert.False(t, s.Any())
	s.Add(nameB3, "a3ce929d0e0e4736-00f067aa0ba902b7")
	s.Add(nameB3, "a3ce929d0e0e4736-00f067aa0ba902b7")
	_, ok = s.Decode(B3)
	assert.True(t, ok, "the same value twice is one value")
}

func TestFormatNames(t *testing.T) {
	for _, n := range FormatNames() {
		f, ok := ParseFormat(n)
		require.True(t, ok)
		assert.Equal(t, n, f.String())
	}
	_, ok := ParseFormat("zipkin")
	assert.False(t, ok)
}

// FuzzDecode feeds every decoder: whatever comes in, no panic, and what is
// accepted never names a zero trace.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
		"4bf92f3577b34da6a3ce929d0e0e4736:f067aa0ba902b7:0:1",
		"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
		"1-" + b64("a4ec6fc8ccab4bb4b682064698cc97e6.74.1") + "-" + b64("a4ec6fc8ccab4bb4b682064698cc97e6.74.1") + "-0-YQ==-YQ==-YQ==-YQ==",
		"4bf92f3577b34da6a3ce929d0e0e4736/1;o=1", "8330054363468631196", "",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for n := range numNames {
			var s Set
			s.Add(n, a)
			s.Add((n+1)%numNames, b)
			for format := range NumFormats {
				r, ok := s.Decode(format)
				if ok && r.TraceHi|r.TraceLo == 0 {
					t.Fatalf("%v accepted a zero trace from %q, %q", format, a, b)
				}
				if !ok && r != (Ref{}) {
					t.Fatalf("%v refused %q, %q but gave %+v", format, a, b, r)
				}
			}
		}
	})
}
