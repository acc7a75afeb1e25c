package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// day is what became of a scenario.
type day struct {
	Name         string `json:"name"`
	What         string `json:"what"`
	MaxHeldSpans int    `json:"max_held_spans"`
	MaxHeldMiB   int    `json:"max_held_mib"`
	figures
	// BaseRSS is the peak of a run without processor, BoundRSS what the peak with it
	// may be, both in bytes.
	BaseRSS  int `json:"base_rss_bytes"`
	BoundRSS int `json:"bound_rss_bytes"`
	// PerHeldSpan is the resident set over the base's for each span of PeakHeld, in bytes.
	PerHeldSpan int     `json:"rss_per_held_span_bytes"`
	Seconds     float64 `json:"seconds"`
	// Broken says what is not as it must be.
	Broken []string `json:"broken,omitempty"`
}

func measure(ctx context.Context, s settings, stderr io.Writer) ([]day, error) {
	list, err := chosen(s)
	if err != nil {
		return nil, err
	}
	var days []day
	for _, sc := range list {
		sc = sc.scaled(s.scale)
		d := day{Name: sc.name, What: sc.what, MaxHeldSpans: sc.heldSpans, MaxHeldMiB: sc.heldMiB}
		base, err := spawn(ctx, s, stderr, "-child", sc.name, "-base")
		if err != nil {
			return nil, fmt.Errorf("%s without processor: %w", sc.name, err)
		}
		began := time.Now()
		d.figures, err = spawn(ctx, s, stderr, "-child", sc.name)
		d.Seconds = time.Since(began).Seconds()
		d.BaseRSS = base.PeakRSS
		d.judge()
		if err != nil { // its figures say nothing, but the next scenario may run
			d.Broken = []string{err.Error()}
		}
		days = append(days, d)
	}
	return days, nil
}

// judge holds the figures to rules M11 and M12 and to the bound on memory.
func (d *day) judge() {
	d.BoundRSS = d.BaseRSS + bound(d.MaxHeldSpans, d.MaxHeldMiB)
	if d.PeakHeld > 0 {
		d.PerHeldSpan = max(d.PeakRSS-d.BaseRSS, 0) / d.PeakHeld
	}
	broken := func(is bool, format string, args ...any) {
		if is {
			d.Broken = append(d.Broken, fmt.Sprintf(format, args...))
		}
	}
	broken(d.SpansOut != d.SpansIn, "%d spans in, %d out", d.SpansIn, d.SpansOut)
	broken(d.Strange > 0, "%d spans left twice or were never sent", d.Strange)
	broken(d.PeakHeld > d.MaxHeldSpans, "%d spans held, %d allowed", d.PeakHeld, d.MaxHeldSpans)
	broken(d.PeakRSS > d.BoundRSS, "%d MiB resident, %d allowed", d.PeakRSS>>20, d.BoundRSS>>20)
	for _, name := range []string{"spans_in", "spans_out"} {
		broken(d.Counters[name] != int64(d.SpansIn), "the counter %s says %d, not %d", name, d.Counters[name], d.SpansIn)
	}
	broken(d.Counters["held_spans"] != 0 || d.Counters["held_bytes"] != 0, "the counters still hold spans after shutdown")
}

// spawn runs this program as a child, so that the resident set is the scenario's own.
func spawn(ctx context.Context, s settings, stderr io.Writer, args ...string) (figures, error) {
	var f figures
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, append(args, "-scale", strconv.FormatFloat(s.scale, 'g', -1, 64))...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, stderr
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return f, fmt.Errorf("%s: did not end within %v: %w", strings.Join(args, " "), s.limit, ctx.Err())
	case err != nil:
		return f, fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	err = json.Unmarshal(out.Bytes(), &f)
	return f, err
}
