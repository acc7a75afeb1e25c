package main

import (
	"fmt"
	"strings"

	"github.com/polyspan/polyspan/internal/corpus"
)

// note keeps the story of a wrong or missed join, as long as stories are wanted.
func (r *report) note(w *window, t *spanTruth, v verdict) {
	if w.cases[t.caseIndex].text == nil {
		return
	}
	switch {
	case v == verdictWrong && len(r.wrong) < w.explain:
		r.wrong = append(r.wrong, w.story("wrong", t))
	case v == verdictMissed && len(r.missed) < w.explain:
		r.missed = append(r.missed, w.story("missed", t))
	}
}

// story shows what matters of a case: the judged span, its true ancestors, the
// parent it got, and the spans that were joined or refused.
func (w *window) story(what string, judged *spanTruth) string {
	c := &w.cases[judged.caseIndex]
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", what, c.breaks)
	if e := judged.edge; e != nil {
		fmt.Fprintf(&b, " (edge of %s: wants %s %s)", e.Break, e.Want, e.Evidence)
	}
	b.WriteString("\n")
	line := w.line(c, judged)
	for i := range c.text {
		t := w.of(c.first + int64(i))
		switch {
		case t == judged, line[int32(i)]:
		case t != nil && t.final.id == judged.final.parent:
		case t != nil && (t.final.evidence != "" || t.final.refused != "" || t.final.parent != t.parent):
		default:
			continue
		}
		w.tell(&b, &c.text[i], t, i, t == judged)
	}
	return b.String()
}

// line are the indexes of the true ancestors of the judged span.
func (w *window) line(c *caseTruth, judged *spanTruth) map[int32]bool {
	line := map[int32]bool{}
	for i := range c.text {
		if w.of(c.first+int64(i)) != judged {
			continue
		}
		for up := c.text[i].Up; up >= 0; up = c.text[up].Up {
			line[up] = true
		}
	}
	return line
}

// tell writes a line about one span: what was sent, and what it left as.
func (w *window) tell(b *strings.Builder, s *corpus.Span, t *spanTruth, i int, judged bool) {
	mark := " "
	if judged {
		mark = ">"
	}
	fmt.Fprintf(b, "%s %3d up %3d request %d %-8s %v %v under %v %s%s", mark, i, s.Up, s.Request, s.Kind, s.TraceID, s.ID, s.Parent, s.Describe(), s.Records())
	switch {
	case t == nil:
		b.WriteString(" (never sent)")
	case t.final != (outcome{trace: s.TraceID, id: s.ID, parent: s.Parent}):
		fmt.Fprintf(b, " → %v %v under %v %s %s", t.final.trace, t.final.id, t.final.parent, t.final.evidence, t.final.refused)
	}
	b.WriteString("\n")
}
