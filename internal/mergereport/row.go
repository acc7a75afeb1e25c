package main

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/polyspan/polyspan/internal/corpus"
)

// row is a line of the report: no break, one, or one together with others.
type row struct {
	name  string
	first *corpus.Break
	// seconds are the breaks that take turns as the second one of the row's cases.
	seconds []*corpus.Break
}

const (
	healthy = "healthy"
	anyOf   = "any"
)

// breaks of the row's case number n.
func (r row) breaks(n int) []*corpus.Break {
	switch {
	case r.first == nil:
		return nil
	case len(r.seconds) == 0:
		return []*corpus.Break{r.first}
	default:
		return []*corpus.Break{r.first, r.seconds[n%len(r.seconds)]}
	}
}

// allRows are the healthy one, every break alone, and every break with any other.
func allRows() []row {
	all := corpus.Breaks()
	rows := []row{{name: healthy}}
	for _, b := range all {
		rows = append(rows, row{name: b.Name, first: b})
	}
	for i, b := range all {
		// Rows begin at different seconds, so that short runs meet all of them.
		seconds := slices.Concat(all[i:], all[:i])
		rows = append(rows, row{name: b.Name + "+" + anyOf, first: b, seconds: seconds})
	}
	return rows
}

// selectRows are the rows that a comma-separated list of patterns names; all for an
// empty list. A pair of two breaks has a row only when it is asked for.
func selectRows(list string) ([]row, error) {
	all := allRows()
	if list == "" {
		return all, nil
	}
	var out []row
	for pattern := range strings.SplitSeq(list, ",") {
		found := len(out)
		for _, r := range all {
			if ok, err := path.Match(pattern, r.name); err != nil {
				return nil, fmt.Errorf("-breaks: %q: %w", pattern, err)
			} else if ok {
				out = append(out, r)
			}
		}
		if r, ok := pairRow(pattern); ok {
			out = append(out, r)
		}
		if len(out) == found {
			return nil, fmt.Errorf("-breaks: nothing is called %q: -list shows the names", pattern)
		}
	}
	return out, nil
}

func pairRow(name string) (row, bool) {
	a, b, ok := strings.Cut(name, "+")
	first, second := breakNamed(a), breakNamed(b)
	if !ok || first == nil || second == nil {
		return row{}, false
	}
	return row{name: name, first: first, seconds: []*corpus.Break{second}}, true
}

func breakNamed(name string) *corpus.Break {
	for _, b := range corpus.Breaks() {
		if b.Name == name {
			return b
		}
	}
	return nil
}

func printBreaks(w io.Writer) {
	for _, b := range corpus.Breaks() {
		fmt.Fprintf(w, "%-28s %s\n", b.Name, b.Note)
	}
}
