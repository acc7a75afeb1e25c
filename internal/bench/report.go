package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteTable prints the results for people.
func WriteTable(w io.Writer, results []Result) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(tw, "what\tunit\tours\ttheirs\tratio\tpeer"); err != nil {
		return err
	}
	for _, r := range results {
		if _, err := fmt.Fprintf(tw, "%s\t%s\t%.4g\t%.4g\t%.2f\t%s %s\n",
			r.Name, r.Unit, r.Ours, r.Theirs, r.Ratio, r.Peer, r.PeerVersion); err != nil {
			return err
		}
	}
	return tw.Flush()
}

// WriteJSON prints the results for programs.
func WriteJSON(w io.Writer, results []Result) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(results)
}
