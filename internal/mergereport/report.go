package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// report is what a run found. Its JSON is in totals.go.
type report struct {
	Rows       []*figures
	keepCopies bool           // the settings forbid to drop copies
	misfits    int            // pairs that fit no request together
	violations map[string]int // by row and what is wrong
	wrong      []string       // explanations
	missed     []string
}

// figures are the counts of one row.
type figures struct {
	Name   string `json:"name"`
	Traces int    `json:"traces"`
	// Before and After are the traces into which the row's requests fall, in all.
	Before   int `json:"fragments_before"`
	After    int `json:"fragments_after"`
	Right    int `json:"right"`
	Wrong    int `json:"wrong"`
	Missed   int `json:"missed"`
	SpansIn  int `json:"spans_in"`
	SpansOut int `json:"spans_out"`

	requests int // of the row's cases: one each, more where a break needs several
	extra    int
	dropped  int // copies that repair dropped; they count as out
	why      map[string]int
	// Of right, wrong and extra those joins that were inferred; see outcome.inferred.
	inferred joins
}

// joins are those that were made, by whether they are true: also the ones that the
// evidence did not ask for.
type joins struct{ right, wrong int }

func (j *joins) count(v verdict) {
	switch v {
	case verdictRight, verdictExtra:
		j.right++
	case verdictWrong:
		j.wrong++
	case verdictMissed, verdictNone:
	}
}

func newReport(rows []row) *report {
	r := &report{violations: map[string]int{}}
	for _, row := range rows {
		r.Rows = append(r.Rows, &figures{Name: row.name, why: map[string]int{}})
	}
	return r
}

func (r *report) figures(row int) *figures { return r.Rows[row] }

func (f *figures) count(v verdict, inferred bool) {
	if inferred {
		f.inferred.count(v)
	}
	switch v {
	case verdictRight:
		f.Right++
	case verdictWrong:
		f.Wrong++
	case verdictMissed:
		f.Missed++
	case verdictExtra:
		f.extra++
	case verdictNone:
	}
}

// deterministic are the joins by exact evidence.
func (f *figures) deterministic() joins {
	return joins{f.Right + f.extra - f.inferred.right, f.Wrong - f.inferred.wrong}
}

// evidence counts why spans were joined or refused.
func (f *figures) evidence(o outcome) {
	if o.evidence != "" {
		f.why[o.evidence]++
	}
	if o.suspect {
		f.why["suspect: leak"]++
	}
	if o.refused != "" {
		f.why["refused: "+o.refused]++
	}
}

func (r *report) violate(v violation) {
	r.violations[r.Rows[v.row].Name+": "+v.what]++
}

// fine reports whether no join by exact evidence was wrong, nothing lost, and nothing
// else changed. An inferred join says itself that it may be wrong.
func (r *report) fine() bool {
	return len(r.violations) == 0 && !slices.ContainsFunc(r.Rows, func(f *figures) bool {
		return f.deterministic().wrong > 0 || f.SpansIn != f.SpansOut
	})
}

// total adds the rows up.
func (r *report) total() *figures {
	total := &figures{Name: "all"}
	for _, f := range r.Rows {
		total.add(f)
	}
	return total
}

func (r *report) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "break\ttraces\tfragments\tright\twrong\tmissed\textra\tspans in\tspans out\t\tevidence and refusals")
	for _, f := range r.Rows {
		f.line(tw)
	}
	total := r.total()
	total.line(tw)
	tw.Flush()
	fmt.Fprintf(w, "\n%s\n%s\nrecall %s; %d copies dropped; %d pairs of breaks fit no request\n",
		total.deterministic().line("deterministic"), total.inferred.line("inferred"),
		share(total.Right, total.Missed), total.dropped, r.misfits)
	for _, what := range sorted(r.violations) {
		fmt.Fprintf(w, "violation: %s (%d)\n", what, r.violations[what])
	}
	for _, text := range append(r.wrong, r.missed...) {
		fmt.Fprintf(w, "\n%s", text)
	}
}

func (j joins) line(class string) string {
	return fmt.Sprintf("%s joins: %d true, %d wrong, precision %s", class, j.right, j.wrong, share(j.right, j.wrong))
}

// line prints a row; fragments are per request. Rows of pairs hold all kinds of
// evidence, which says little.
func (f *figures) line(w io.Writer) {
	var why []string
	for _, key := range sorted(f.why) {
		if !strings.HasSuffix(f.Name, "+"+anyOf) {
			why = append(why, fmt.Sprintf("%s %d", key, f.why[key]))
		}
	}
	per := func(n int) float64 { return float64(n) / float64(max(f.requests, 1)) }
	fmt.Fprintf(w, "%s\t%d\t%.2f → %.2f\t%d\t%d\t%d\t%d\t%d\t%d\t\t%s\n", f.Name, f.Traces, per(f.Before), per(f.After),
		f.Right, f.Wrong, f.Missed, f.extra, f.SpansIn, f.SpansOut, strings.Join(why, ", "))
}

func (f *figures) add(o *figures) {
	f.Traces += o.Traces
	f.Before += o.Before
	f.After += o.After
	f.Right += o.Right
	f.Wrong += o.Wrong
	f.Missed += o.Missed
	f.SpansIn += o.SpansIn
	f.SpansOut += o.SpansOut
	f.requests += o.requests
	f.extra += o.extra
	f.dropped += o.dropped
	f.inferred.right += o.inferred.right
	f.inferred.wrong += o.inferred.wrong
}

// share is the percentage of right ones among right and other.
func share(right, other int) string {
	if right+other == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f %%", 100*float64(right)/float64(right+other))
}

func sorted(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
