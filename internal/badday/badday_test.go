package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reduced is the size of the run in CI: some seconds.
const reduced = "0.03"

// TestReducedDays runs every scenario in a small size. It builds the command, for the
// test's own binary may carry the race detector, which multiplies memory.
func TestReducedDays(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("resident sets are read from /proc")
	}
	dir := t.TempDir()
	binary, figures := filepath.Join(dir, "badday"), filepath.Join(dir, "days.json")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	out, err = exec.CommandContext(t.Context(), binary, "-scale", reduced, "-limit", "2m", "-json", figures).CombinedOutput()
	t.Logf("%s", out)
	require.NoError(t, err)

	data, err := os.ReadFile(figures)
	require.NoError(t, err)
	var got struct {
		Days []day `json:"days"`
	}
	require.NoError(t, json.Unmarshal(data, &got))
	var names, want []string
	for _, d := range got.Days {
		names = append(names, d.Name)
		assert.Positive(t, d.PeakHeld, "%s: spans were held", d.Name)
	}
	for _, sc := range scenarios() {
		want = append(want, sc.name)
	}
	assert.Equal(t, want, names)
}

func TestJudge(t *testing.T) {
	fine := func() day {
		return day{
			MaxHeldSpans: 100, MaxHeldMiB: 1, BaseRSS: 10 << 20,
			figures: figures{
				SpansIn: 1000, SpansOut: 1000, PeakHeld: 100, PeakRSS: 20 << 20,
				Counters: counters{"spans_in": 1000, "spans_out": 1000, "held_spans": 0},
			},
		}
	}
	tests := []struct {
		name string
		edit func(*day)
		want []string
	}{
		{"fine", func(*day) {}, nil},
		{"lost", func(d *day) { d.SpansOut = 999 }, []string{"1000 spans in, 999 out"}},
		{"twice", func(d *day) { d.Strange = 1 }, []string{"1 spans left twice or were never sent"}},
		{"too many held", func(d *day) { d.PeakHeld = 101 }, []string{"101 spans held, 100 allowed"}},
		{"too much memory", func(d *day) { d.PeakRSS = 200 << 20 }, []string{"200 MiB resident, 84 allowed"}},
		{"counted wrong", func(d *day) { d.Counters["spans_out"] = 7 }, []string{"the counter spans_out says 7, not 1000"}},
		{"still held", func(d *day) { d.Counters["held_bytes"] = 7 }, []string{"the counters still hold spans after shutdown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := fine()
			tt.edit(&d)
			d.judge()
			assert.Equal(t, tt.want, d.Broken)
			assert.Equal(t, (d.PeakRSS-d.BaseRSS)/d.PeakHeld, d.PerHeldSpan)
		})
	}
}

func TestArguments(t *testing.T) {
	tests := []struct {
		name, want string
		args       []string
		code       int
	}{
		{"help", "-scale", []string{"-h"}, exitFine},
		{"scale", "badday: -scale must be above 0 and at most 1, not 2\n", []string{"-scale", "2"}, exitError},
		{"name", `no scenario "monday"; there are equal_placeholder, `, []string{"-only", "monday"}, exitError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			assert.Equal(t, tt.code, run(tt.args, &out, &errs))
			assert.Contains(t, errs.String(), tt.want)
			assert.Empty(t, out.String())
		})
	}
}

// Numbers make ids and come back from them, and no two make one trace id.
func TestIDs(t *testing.T) {
	seen := map[[16]byte]int{}
	for n := range 100_000 {
		require.Equal(t, n, number(spanID(n)))
		first, taken := seen[traceID(n)]
		require.False(t, taken, "%d and %d have one trace id", first, n)
		seen[traceID(n)] = n
		require.Len(t, uuid(n), 36)
	}
}
