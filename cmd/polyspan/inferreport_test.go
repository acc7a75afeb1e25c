package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/internal/replay"
)

// calmTraces writes a recording in which no two requests overlap, so that there is
// one answer only.
func calmTraces(t *testing.T) string {
	t.Helper()
	var sb strings.Builder
	for i := range 40 {
		at := 1_700_000_000_000_000 + i*1_000_000
		fmt.Fprintf(&sb, `{"data":[{"traceID":"%x","spans":[`+
			`{"traceID":"%[1]x","spanID":"1","operationName":"GET /","startTime":%[2]d,"duration":1000,"processID":"p1","tags":[{"key":"span.kind","value":"server"}]},`+
			`{"traceID":"%[1]x","spanID":"2","operationName":"/b/do","references":[{"refType":"CHILD_OF","traceID":"%[1]x","spanID":"1"}],"startTime":%[3]d,"duration":500,"processID":"p1","tags":[{"key":"span.kind","value":"client"}]},`+
			`{"traceID":"%[1]x","spanID":"3","operationName":"/b/do","references":[{"refType":"CHILD_OF","traceID":"%[1]x","spanID":"2"}],"startTime":%[4]d,"duration":300,"processID":"p2","tags":[{"key":"span.kind","value":"server"}]}],`+
			`"processes":{"p1":{"serviceName":"a"},"p2":{"serviceName":"b"}}}]}`+"\n", i+1, at, at+200+i, at+300+i)
	}
	path := filepath.Join(t.TempDir(), "traces.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(sb.String()), 0o600))
	return path
}

// The names, their order and their types are what other programs read.
func TestInferReportJSON(t *testing.T) {
	file := calmTraces(t)
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run([]string{"infer-report", "--format", "json", "--compress", "1,2", "--variant", "b", "--seed", "7", file}, &stdout, &stderr), stderr.String())
	assert.Equal(t, "reading "+file+"\nreplaying "+file+", variant B, compressed 1 times\nreplaying "+file+", variant B, compressed 2 times\n", stderr.String())

	start := regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(stdout.String(), -1)
	var keys []string
	for _, m := range start[:10] {
		keys = append(keys, m[1])
	}
	assert.Equal(t, []string{
		"files", "file", "compress", "variant", "end_to_end", "edge",
		"precision_at_095", "coverage_at_095", "ece", "spans_per_second",
	}, keys)

	var report inferReport
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &report))
	require.Len(t, report.Files, 2)
	for i, row := range report.Files {
		assert.Positive(t, row.SpansPerSecond)
		assert.LessOrEqual(t, row.ECE, 1.0)
		row.SpansPerSecond, row.ECE, row.CoverageAt095 = 0, 0, 0
		assert.Equal(t, &replay.Row{
			File: file, Compress: float64(i + 1), Variant: replay.VariantB, EndToEnd: 1, Edge: 1, PrecisionAt095: 1,
			Seed: 7, EndToEndAll: 1, EdgeAll: 1, Traces: 40, Spans: 120, Orphans: 40, Joins: 40, Roots: 40,
			InFlight: 1, BusiestInFlight: 1,
		}, row)
	}
}

func TestInferReportTable(t *testing.T) {
	rows := []*replay.Row{{
		File: "traces\x1b.jsonl", Compress: 10, Variant: replay.VariantA, EndToEnd: 0.98765, Edge: 1, PrecisionAt095: 0.99, CoverageAt095: 0.5,
		ECE: 0.0123, SpansPerSecond: 123456.7, Unjoined: 0.25, RootsJoined: 0.001, InFlight: 4.257,
		Baselines: []replay.BaselineRow{{Name: replay.BaselineFCFS, EndToEnd: 0.099, Edge: 0.672}},
		Explained: []string{"wrong (0.990): a\n"},
	}}
	assert.Equal(t, `FILE           VARIANT  COMPRESS  IN FLIGHT  END TO END  EDGE     PRECISION ≥0.95  COVERAGE ≥0.95  ECE     UNJOINED  ROOTS JOINED  SPANS/S
traces?.jsonl  A        10        4.26       98.77%      100.00%  99.00%           50.00%          0.0123  25.00%    0.10%         123457
  FCFS                                       9.90%       67.20%`+strings.Repeat(" ", 68)+`

Mistakes in traces?.jsonl, variant A, compressed 10 times (+ the true parent, - the one given):
wrong (0.990): a
`, inferTable(rows))
}

func TestInferReportErrors(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.jsonl")
	require.NoError(t, os.WriteFile(broken, []byte("{}\n{\"data\":[}]}\n"), 0o600))
	missing := filepath.Join(t.TempDir(), "missing")
	tests := []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"no file", nil, 2, "polyspan: give a FILE with recorded traces, or --synthetic\nsee \"polyspan help\"\n"},
		{"format", []string{"--format", "csv", broken}, 2, "polyspan: --format must be one of table, json, not \"csv\"\nsee \"polyspan help\"\n"},
		{"variant", []string{"--variant", "A,X", broken}, 2, "polyspan: variant must be A, B or C, not \"X\"\nsee \"polyspan help\"\n"},
		{"compress", []string{"--compress", "0.5", broken}, 2, "polyspan: compression must be from 1 to 1000000, not 0.5\nsee \"polyspan help\"\n"},
		{"wait", []string{"--wait", "0s", broken}, 2, "polyspan: \"wait\" is 0s; give a duration from 10ms to 10m\nsee \"polyspan help\"\n"},
		{"confidence", []string{"--min-confidence", "2", broken}, 2, "polyspan: minimum confidence must be from 0 to 1, not 2\nsee \"polyspan help\"\n"},
		{"in flight", []string{"--synthetic", "0"}, 2, "polyspan: --synthetic must be from 1 to 1000 requests in flight, not 0\nsee \"polyspan help\"\n"},
		{"explain", []string{"--explain", "-1", broken}, 2, "polyspan: --explain must be 0 or above, not -1\nsee \"polyspan help\"\n"},
		{"missing file", []string{missing}, 1, "reading " + missing + "\npolyspan: open " + missing + ": no such file or directory\n"},
		{"syntax", []string{broken}, 1, "reading " + broken + "\npolyspan: " + broken + ": line 2: invalid character '}' looking for beginning of value\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, tt.code, run(append([]string{"infer-report"}, tt.args...), &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Equal(t, tt.stderr, stderr.String())
		})
	}
}

func TestInferReportLeavesRareRootsOut(t *testing.T) {
	file := calmTraces(t)
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"traceID":"ff","spans":[{"spanID":"1","operationName":"GET /rare","startTime":1700000000000000,"duration":1,"processID":"p"}],"processes":{"p":{"serviceName":"a"}}}`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"most common": {nil, "1 traces have another root than the most common one and were left out; --all-roots replays them\n"},
		"all":         {[]string{"--all-roots"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			require.Equal(t, exitOK, run(append([]string{"infer-report", file}, tt.args...), &stdout, &stderr), stderr.String())
			assert.Equal(t, "reading "+file+"\nreplaying "+file+", variant A, compressed 1 times\n"+tt.want, stderr.String())
		})
	}
}

func TestInferReportOutputAndBaselines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.txt")
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run([]string{"infer-report", "--baselines", "--output", file, calmTraces(t)}, &stdout, &stderr), stderr.String())
	assert.Empty(t, stdout.String())
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Regexp(t, `(?m)^  FCFS\s+100\.00%\s+100\.00%\s*$`, string(got))
}
