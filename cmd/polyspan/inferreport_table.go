package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/polyspan/polyspan/internal/replay"
)

// inferTable writes the report for a terminal: one line per replay, baselines
// under it, explanations at the end.
func inferTable(rows []*replay.Row) string {
	var sb strings.Builder
	w := tabwriter.NewWriter(&sb, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FILE\tVARIANT\tCOMPRESS\tIN FLIGHT\tEND TO END\tEDGE\tPRECISION ≥0.95\tCOVERAGE ≥0.95\tECE\tUNJOINED\tROOTS JOINED\tSPANS/S")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%g\t%.2f\t%s\t%s\t%s\t%s\t%.4f\t%s\t%s\t%.0f\n", printable(r.File), r.Variant, r.Compress, r.InFlight,
			percent(r.EndToEnd), percent(r.Edge), percent(r.PrecisionAt095), percent(r.CoverageAt095), r.ECE,
			percent(r.Unjoined), percent(r.RootsJoined), r.SpansPerSecond)
		for _, b := range r.Baselines {
			fmt.Fprintf(w, "  %s\t\t\t\t%s\t%s\t\t\t\t\t\t\n", b.Name, percent(b.EndToEnd), percent(b.Edge))
		}
	}
	w.Flush() // into a strings.Builder: no error
	for _, r := range rows {
		for i, text := range r.Explained {
			if i == 0 {
				fmt.Fprintf(&sb, "\nMistakes in %s, variant %s, compressed %g times (+ the true parent, - the one given):\n", printable(r.File), r.Variant, r.Compress)
			}
			sb.WriteString(text)
		}
	}
	return sb.String()
}

func percent(share float64) string { return fmt.Sprintf("%.2f%%", 100*share) }
