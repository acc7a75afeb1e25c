package main

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/internal/corpus"
)

// violation is something that must never be, in a case of a row.
type violation struct {
	row  int
	what string
}

// verdict is what became of one span's join.
type verdict uint8

const (
	verdictNone   verdict = iota // nothing to judge
	verdictRight                 // joined, as the evidence allows
	verdictExtra                 // joined truly, though the evidence did not ask for it
	verdictMissed                // not joined, though the evidence allows it
	verdictWrong
)

// place is a span id in a trace, as it left.
type place struct {
	trace pcommon.TraceID
	id    pcommon.SpanID
}

// judge compares what left with the truth, and counts it in the report.
type judge struct {
	w *window
	r *report
	// spansAt counts the different spans that left with one id.
	spansAt map[place]int
	// sentAt counts those that were sent with one id.
	sentAt map[place]int
	// blamed are the requests of which a span got a wrong parent: that they are in
	// wrong company then is not counted again.
	blamed map[int32]bool
}

func newJudge(w *window, r *report) *judge {
	j := &judge{w: w, r: r, spansAt: make(map[place]int, len(w.spans)), sentAt: make(map[place]int, len(w.spans)), blamed: map[int32]bool{}}
	for i := range w.spans {
		t := &w.spans[i]
		j.sentAt[place{t.trace, t.id}]++
		if t.left > 0 {
			j.spansAt[place{t.final.trace, t.final.id}]++
		}
	}
	return j
}

func (j *judge) judge() {
	j.fragments()
	for i := range j.w.spans {
		t := &j.w.spans[i]
		f := j.r.figures(j.w.cases[t.caseIndex].row)
		j.conserved(t, f)
		if t.left == 0 {
			continue
		}
		f.evidence(t.final)
		if t.final.id != t.id && j.sentAt[place{t.trace, t.id}] == 1 {
			j.r.violate(violation{j.w.cases[t.caseIndex].row, "a span id of its own changed"})
		}
		v := j.span(t)
		switch {
		case t.final.suspect && !t.leaked:
			j.r.violate(violation{j.w.cases[t.caseIndex].row, "M4: a span was taken for a leak"})
		case t.leaked && v == verdictNone:
			v = either(t.final.suspect, verdictRight, verdictMissed)
		}
		f.count(v, t.final.inferred())
		if v == verdictWrong {
			j.blamed[t.home] = true
		}
		j.r.note(j.w, t, v)
	}
	j.company()
	j.torn()
}

// conserved counts the span in and out (M12). A copy that repair dropped has left
// as its twin.
func (j *judge) conserved(t *spanTruth, f *figures) {
	f.SpansIn += int(t.copies)
	f.SpansOut += t.left
	if !j.r.keepCopies && t.left > 0 && t.left < int(t.copies) {
		f.dropped += int(t.copies) - t.left
		f.SpansOut += int(t.copies) - t.left
	}
}

// span judges the parent and the trace of one span.
func (j *judge) span(t *spanTruth) verdict {
	if t.edge == nil || t.edge.Want == corpus.JoinOnce || t.edge.Want == corpus.JoinBoth {
		if j.misplaced(t) {
			return verdictWrong
		}
		if t.edge == nil {
			return verdictNone
		}
	}
	p := j.w.of(t.up)
	touched := t.final.parent != t.parent
	together := p != nil && p.left > 0 && p.final.trace == t.final.trace
	under := together && (p.final.id == t.final.parent || touched && t.direct == t.final.parent)
	switch t.edge.Want {
	case corpus.JoinOnce:
		return either(t.left == 1, verdictRight, verdictMissed)
	case corpus.JoinBoth:
		return verdictRight
	case corpus.JoinParent:
		if under && j.spansAt[place{p.final.trace, p.final.id}] == 1 {
			return verdictRight
		}
		return either(!under && (touched || wasUnder(t, p)), verdictWrong, verdictMissed)
	case corpus.JoinTrace:
		if touched && !under {
			return verdictWrong
		}
		return either(together, verdictRight, verdictMissed)
	default:
		if touched && !under {
			return verdictWrong
		}
		joined := touched || together && p.trace != t.trace
		return either(joined, verdictExtra, verdictNone)
	}
}

func either(ok bool, yes, no verdict) verdict {
	if ok {
		return yes
	}
	return no
}

// wasUnder reports whether the span was sent under its true parent.
func wasUnder(t, p *spanTruth) bool {
	return p != nil && t.parent == p.id && t.trace == p.trace
}

// misplaced reports whether a span whose edge is whole left it.
func (j *judge) misplaced(t *spanTruth) bool {
	p := j.w.of(t.up)
	if p == nil {
		return t.final.parent != t.parent
	}
	under := p.final.trace == t.final.trace && p.final.id == t.final.parent
	return !under && (wasUnder(t, p) || t.final.parent != t.parent)
}

// fragments counts the traces of every request, before and after.
func (j *judge) fragments() {
	type piece struct {
		request int32
		trace   pcommon.TraceID
	}
	before, after := map[piece]bool{}, map[piece]bool{}
	for i := range j.w.spans {
		t := &j.w.spans[i]
		before[piece{t.home, t.trace}] = true
		if t.left > 0 {
			after[piece{t.home, t.final.trace}] = true
		}
	}
	for _, c := range j.w.cases {
		j.r.figures(c.row).Traces++
	}
	for _, c := range j.w.requests {
		j.r.figures(j.w.cases[c].row).requests++
	}
	for p := range before {
		j.rowOf(p.request).Before++
	}
	for p := range after {
		j.rowOf(p.request).After++
	}
}

func (j *judge) rowOf(request int32) *figures {
	return j.r.figures(j.w.cases[j.w.requests[request]].row)
}

// company counts the requests that left in one trace with another, beside the one
// whose trace it was, or that came first if the id is new.
func (j *judge) company() {
	owner := map[pcommon.TraceID]int32{}
	own := func(id pcommon.TraceID, request int32) {
		if _, ok := owner[id]; !ok {
			owner[id] = request
		}
	}
	for i := range j.w.spans {
		own(j.w.spans[i].trace, j.w.spans[i].home)
	}
	guests := map[int32]*spanTruth{}
	for i := range j.w.spans {
		t := &j.w.spans[i]
		if t.left == 0 {
			continue
		}
		own(t.final.trace, t.home)
		if owner[t.final.trace] != t.home && guests[t.home] == nil && !j.blamed[t.home] {
			guests[t.home] = t
		}
	}
	for request, t := range guests {
		j.rowOf(request).count(verdictWrong, t.final.inferred())
		j.r.note(j.w, t, verdictWrong)
	}
}

// torn counts the pieces of which spans left under different ids (M2).
func (j *judge) torn() {
	type piece struct {
		caseIndex int32
		trace     pcommon.TraceID
	}
	first := map[piece]pcommon.TraceID{}
	torn := map[piece]bool{}
	for i := range j.w.spans {
		t := &j.w.spans[i]
		p := piece{t.caseIndex, t.trace}
		final, ok := first[p]
		switch {
		case t.left == 0 || torn[p]:
		case !ok:
			first[p] = t.final.trace
		case final != t.final.trace:
			torn[p] = true
			j.r.violate(violation{j.w.cases[t.caseIndex].row, "M2: a piece was torn"})
		}
	}
}
