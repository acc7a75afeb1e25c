package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/polyspan/polyspan/contract"
)

// table writes the topology for a terminal: one line per edge, absent figures as "–".
func table(t contract.Topology) string {
	if len(t.Edges) == 0 {
		return "The map is empty: no calls between services were seen yet.\n" +
			"Send traces to the collector's OTLP receiver and check that a traces pipeline ends in the topology exporter.\n"
	}
	languages := map[string]string{}
	for _, n := range t.Nodes {
		languages[n.ID] = n.Language
	}
	var sb strings.Builder
	fmt.Fprintf(&sb, "%d nodes, %d edges; figures of the last %v\n\n", len(t.Nodes), len(t.Edges), time.Duration(t.WindowSeconds*float64(time.Second)))
	w := tabwriter.NewWriter(&sb, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FROM\tTO\tTRANSPORT\tRATE\tERRORS\tP95\tBOUNDARY P50")
	for _, e := range t.Edges {
		duration := e.ServerSeconds
		if duration == nil {
			duration = e.ClientSeconds
		}
		transport := e.Transport.Title()
		if e.Relation == contract.RelationMessage {
			transport += " (message)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			named(e.Source, first(e.ClientLanguage, languages[e.Source])), named(e.Target, first(e.ServerLanguage, languages[e.Target])),
			printable(transport), number(e.Rate, "%.1f/s", 1), number(e.ErrorRatio, "%.1f%%", 100),
			quantile(duration, func(q *contract.Quantiles) float64 { return q.P95 }),
			quantile(e.BoundarySeconds, func(q *contract.Quantiles) float64 { return q.P50 }))
	}
	w.Flush() // into a strings.Builder: no error
	return sb.String()
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func named(id, language string) string {
	if language == "" {
		return printable(id)
	}
	return printable(id) + " (" + printable(language) + ")"
}

// printable keeps a service's name from driving the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

func number(v *float64, format string, scale float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf(format, *v*scale)
}

func quantile(q *contract.Quantiles, pick func(*contract.Quantiles) float64) string {
	if q == nil {
		return "–"
	}
	d := time.Duration(pick(q) * float64(time.Second))
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	default:
		return d.Round(time.Microsecond).String()
	}
}
