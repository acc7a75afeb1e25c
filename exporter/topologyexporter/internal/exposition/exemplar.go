package exposition

import (
	"strconv"
	"time"
)

// exemplarWithin writes the first exemplar of a bucket, behind its count.
func (t *text) exemplarWithin(all []Exemplar, lower, upper float64) {
	for i := range all {
		if e := &all[i]; e.Value > lower && e.Value <= upper || lower == 0 && e.Value == 0 {
			t.exemplar(e)
			return
		}
	}
}

// exemplar writes ` # {trace_id="…",span_id="…"} value time`; the text format has no
// place for it.
func (t *text) exemplar(e *Exemplar) {
	if !t.openMetrics {
		return
	}
	t.b = append(append(t.b, ` # {span_id="`...), e.SpanID...)
	t.b = append(append(append(t.b, `",trace_id="`...), e.TraceID...), `"} `...)
	t.b = append(t.appendFloat(t.b, e.Value), ' ')
	t.b = appendSeconds(t.b, e.At)
}

// appendSeconds writes a time in seconds and milliseconds.
func appendSeconds(b []byte, at time.Time) []byte {
	return strconv.AppendFloat(b, float64(at.UnixMilli())/1e3, 'f', 3, 64)
}
