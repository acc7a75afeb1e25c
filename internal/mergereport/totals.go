package main

import "encoding/json"

// totals are the figures of all rows, joins by exact evidence and inferred ones apart.
type totals struct {
	Deterministic precision `json:"deterministic"`
	Inferred      precision `json:"inferred"`
	Missed        int       `json:"missed"`
	Recall        *float64  `json:"recall,omitempty"`
	SpansIn       int       `json:"spans_in"`
	SpansOut      int       `json:"spans_out"`
}

// precision of one class of joins; absent where none was made.
type precision struct {
	True      int      `json:"true"`
	Wrong     int      `json:"wrong"`
	Precision *float64 `json:"precision,omitempty"`
}

func (j joins) precision() precision {
	return precision{j.right, j.wrong, ratio(j.right, j.wrong)}
}

// ratio is right among right and other, 0–1; nil if there are none.
func ratio(right, other int) *float64 {
	if right+other == 0 {
		return nil
	}
	r := float64(right) / float64(right+other)
	return &r
}

// MarshalJSON adds the totals to the rows.
func (r *report) MarshalJSON() ([]byte, error) {
	all := r.total()
	return json.Marshal(struct {
		Rows   []*figures `json:"breaks"`
		Totals totals     `json:"totals"`
	}{r.Rows, totals{
		all.deterministic().precision(), all.inferred.precision(), all.Missed, ratio(all.Right, all.Missed), all.SpansIn, all.SpansOut,
	}})
}
