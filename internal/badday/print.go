package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// told are the counters that say why spans left as they did.
var told = []string{"released_early", "late_spans", "joins", "refused_joins", "unmatched_joins", "forgotten_traces", "duplicate_spans", "invalid_spans"}

func printDays(w io.Writer, days []day) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "scenario\tspans in\tout\theld\tof\tRSS MiB\tbase\tbound\tB/held span\ts\t")
	for i := range days {
		d := &days[i]
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f\t\n", d.Name, d.SpansIn, d.SpansOut, d.PeakHeld, d.MaxHeldSpans,
			d.PeakRSS>>20, d.BaseRSS>>20, d.BoundRSS>>20, d.PerHeldSpan, d.Seconds)
	}
	_ = t.Flush() // the writer is the program's output; there is nowhere else to say it
	fmt.Fprintln(w)
	for i := range days {
		d := &days[i]
		fmt.Fprintf(w, "%s: %s\n  %s\n", d.Name, d.What, strings.Join(d.causes(), ", "))
		for _, b := range d.Broken {
			fmt.Fprintf(w, "  BROKEN: %s\n", b)
		}
	}
}

func (d *day) causes() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(d.Counters)) {
		metric, _, _ := strings.Cut(name, "[")
		if n := d.Counters[name]; n > 0 && slices.Contains(told, metric) {
			out = append(out, fmt.Sprintf("%s %d", name, n))
		}
	}
	return out
}
