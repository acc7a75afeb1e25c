package replay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/infer"
)

// maxCandidates bounds the candidates that are listed for one span.
const maxCandidates = 8

// explain describes wrong, missing and needless joins, the surest mistakes first:
// the span, the parent it was given, and the true one among its candidates.
func (b *Broken) explain(names *Names, joins []infer.Join, most int) []string {
	predictions := b.predict(joins, 0)
	var mistakes []int32
	for i := range predictions {
		if p := &predictions[i]; !p.right && (p.parent >= 0 || b.Truth.cut[i] != 0) {
			mistakes = append(mistakes, int32(i))
		}
	}
	slices.SortFunc(mistakes, func(x, y int32) int {
		return cmp.Or(cmp.Compare(predictions[y].confidence, predictions[x].confidence), cmp.Compare(x, y))
	})
	mistakes = mistakes[:min(len(mistakes), most)]
	out := make([]string, len(mistakes))
	for n, i := range mistakes {
		out[n] = b.mistake(names, i, &predictions[i])
	}
	return out
}

func (b *Broken) mistake(names *Names, i int32, p *prediction) string {
	t := b.Truth
	s := &t.spans[i]
	var sb strings.Builder
	verdict := "wrong"
	switch {
	case t.cut[i] == 0:
		verdict = "root given a parent"
	case p.parent < 0:
		verdict = "not joined"
	}
	fmt.Fprintf(&sb, "%s (%.3f): %s %q in %s, %v long\n", verdict, p.confidence,
		kindName(s.Kind), names.String(s.Operation), names.String(s.Process), time.Duration(s.End-s.Start))
	at := b.Spans[i].Start
	for _, c := range b.candidates(i, p.parent) {
		mark := " "
		switch c {
		case t.parent[i]:
			mark = "+"
		case p.parent:
			mark = "-"
		}
		r := &b.Spans[c]
		fmt.Fprintf(&sb, "  %s %s %q started %v before, ends %v after\n", mark,
			kindName(r.Kind), names.String(r.Operation), time.Duration(at-r.Start), time.Duration(r.End-b.Spans[i].End))
		for _, j := range b.siblings(c) {
			fmt.Fprintf(&sb, "      it calls %q after %v for %v\n", names.String(t.spans[j].Operation),
				time.Duration(b.Spans[j].Start-r.Start), time.Duration(b.Spans[j].End-b.Spans[j].Start))
		}
	}
	return sb.String()
}

// candidates are the true parent, the given one, and others that enclose the span,
// those that start nearest first.
func (b *Broken) candidates(i, given int32) []int32 {
	t := b.Truth
	problem := t.cut[i]
	var out []int32
	for j := range b.Spans {
		c := int32(j)
		if c == t.parent[i] || c == given {
			out = append(out, c)
			continue
		}
		in, s := &b.Spans[c], &b.Spans[i]
		encloses := in.Start <= s.Start && in.End >= s.End
		fits := problem == infer.Within && t.entry[c] == c && in.Process == s.Process ||
			problem == infer.Between && in.Kind == infer.KindClient && in.Operation == s.Operation
		if encloses && fits {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y int32) int { return cmp.Compare(b.Spans[y].Start, b.Spans[x].Start) })
	if len(out) > maxCandidates {
		others := slices.DeleteFunc(slices.Clone(out), func(c int32) bool { return c == t.parent[i] || c == given })
		cut := others[max(len(others)-(len(out)-maxCandidates), 0):]
		out = slices.DeleteFunc(out, func(c int32) bool { return slices.Contains(cut, c) })
	}
	return out
}

// siblings are the calls that a request truly made.
func (b *Broken) siblings(request int32) []int32 {
	var out []int32
	for j := range b.Truth.parent {
		if b.Truth.parent[j] == request {
			out = append(out, int32(j))
		}
	}
	slices.SortFunc(out, func(x, y int32) int { return cmp.Compare(b.Spans[x].Start, b.Spans[y].Start) })
	return out
}

func kindName(kind uint8) string {
	for name, k := range kindNames {
		if k == kind {
			return strings.ToUpper(name)
		}
	}
	return "UNSPECIFIED"
}
