package exposition

import (
	"encoding/hex"
	"strconv"
	"time"
)

// within reports whether an exemplar belongs to the bucket that ends at upper.
func (e *Exemplar) within(lower, upper float64) bool {
	return e != nil && e.Value <= upper && (e.Value > lower || lower == 0)
}

// exemplarWithin writes the exemplar behind the count of the bucket it lies in.
func (t *text) exemplarWithin(e *Exemplar, lower, upper float64) {
	if e.within(lower, upper) {
		t.exemplar(e)
	}
}

// exemplar writes ` # {span_id="…",trace_id="…"} value time`; the text format has no
// place for it.
func (t *text) exemplar(e *Exemplar) {
	if e == nil || !t.openMetrics {
		return
	}
	t.b = hex.AppendEncode(append(t.b, ` # {span_id="`...), e.SpanID[:])
	t.b = hex.AppendEncode(append(t.b, `",trace_id="`...), e.TraceID[:])
	t.b = append(t.appendFloat(append(t.b, `"} `...), e.Value), ' ')
	t.b = appendSeconds(t.b, e.At)
}

// appendSeconds writes a time in seconds and milliseconds.
func appendSeconds(b []byte, at time.Time) []byte {
	return strconv.AppendFloat(b, float64(at.UnixMilli())/1e3, 'f', 3, 64)
}
