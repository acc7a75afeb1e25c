package multilangbridgeprocessor

import (
	"hash/maphash"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// dedupe finds spans that are equal in every part: ids, kind, name, times,
// resource, scope and content (M12). It looks only at spans that share their id
// with another of their trace. It serves the releaser, one goroutine.
type dedupe struct {
	seed maphash.Seed
	seen map[uint64]time.Time // hash of a span that has left → when it may be forgotten
	ages []seenAt             // oldest first
	keep time.Duration
	max  int // hashes remembered; beyond it spans are kept without a look
}

type seenAt struct {
	hash uint64
	at   time.Time
}

func newDedupe(keep time.Duration, limit int) *dedupe {
	return &dedupe{seed: maphash.MakeSeed(), seen: map[uint64]time.Time{}, keep: keep, max: limit}
}

// drop removes from td the spans that left before, and returns how many there
// were. Verdicts on removed spans are taken out, the others' indexes moved.
func (d *dedupe) drop(td ptrace.Traces, verdicts []merge.Verdict, now time.Time) ([]merge.Verdict, int) {
	d.forget(now)
	twins := false
	for i := range verdicts {
		twins = twins || verdicts[i].Twin
	}
	if !twins {
		return verdicts, 0
	}
	index, dropped := int32(0), 0
	rest := verdicts
	kept := verdicts[:0]
	td.ResourceSpans().RemoveIf(func(rs ptrace.ResourceSpans) bool {
		beforeResource := dropped
		rs.ScopeSpans().RemoveIf(func(ss ptrace.ScopeSpans) bool {
			before := dropped
			ss.Spans().RemoveIf(func(span ptrace.Span) bool {
				at := index
				index++
				if len(rest) == 0 || rest[0].Span != at {
					return false
				}
				v := rest[0]
				rest = rest[1:]
				if v.Twin && d.repeated(rs, ss, span, now) {
					dropped++
					return true
				}
				v.Span -= int32(dropped)
				kept = append(kept, v)
				return false
			})
			return dropped > before && ss.Spans().Len() == 0
		})
		return dropped > beforeResource && rs.ScopeSpans().Len() == 0
	})
	return kept, dropped
}

// repeated reports whether an equal span has left already, and remembers this one.
func (d *dedupe) repeated(rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, span ptrace.Span, now time.Time) bool {
	one := ptrace.NewTraces()
	r := one.ResourceSpans().AppendEmpty()
	rs.Resource().CopyTo(r.Resource())
	s := r.ScopeSpans().AppendEmpty()
	ss.Scope().CopyTo(s.Scope())
	span.CopyTo(s.Spans().AppendEmpty())
	bytes, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(one)
	if err != nil {
		return false // what cannot be compared is kept
	}
	h := maphash.Bytes(d.seed, bytes)
	if _, ok := d.seen[h]; ok {
		return true
	}
	if len(d.seen) >= d.max {
		return false
	}
	at := now.Add(d.keep)
	d.seen[h] = at
	d.ages = append(d.ages, seenAt{h, at})
	return false
}

// forget drops what is too old.
func (d *dedupe) forget(now time.Time) {
	n := 0
	for n < len(d.ages) && !d.ages[n].at.After(now) {
		delete(d.seen, d.ages[n].hash)
		n++
	}
	d.ages = d.ages[n:]
}
