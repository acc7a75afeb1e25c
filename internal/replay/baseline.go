package replay

import (
	"cmp"
	"slices"

	"github.com/polyspan/polyspan/infer"
)

// Baseline is a simple method of joining calls to requests, to compare with.
type Baseline string

// Baselines. They know which service each call goes to, take the requests and the
// calls of one process, and join each callee's calls by themselves.
const (
	// BaselineFCFS joins the n-th call to the n-th request.
	BaselineFCFS Baseline = "FCFS"
	// BaselineClosest joins a call to the latest request that started before it.
	BaselineClosest Baseline = "closest"
	// BaselineContain does so among requests that also end after the call.
	BaselineContain Baseline = "contain"
	// BaselineEDF joins calls in order of their start to the request that encloses
	// them, has no call to this callee yet, and ends first.
	BaselineEDF Baseline = "EDF"
)

// Baselines lists them.
func Baselines() []Baseline {
	return []Baseline{BaselineFCFS, BaselineClosest, BaselineContain, BaselineEDF}
}

// Joins are what the baseline makes of the spans that lost a parent inside a
// process; between processes it has no answer. Spans that start at the same time
// are taken in an order that does not depend on the recording's.
func (m Baseline) Joins(b *Broken) []infer.Join {
	type lane struct {
		process uint32
		callee  callee
	}
	requests := map[uint32][]int32{}
	calls := map[lane][]int32{}
	for i := range b.Spans {
		s := &b.Truth.spans[i]
		if b.Truth.entry[i] == int32(i) && s.Kind != infer.KindClient {
			requests[s.Process] = append(requests[s.Process], int32(i))
		}
		if b.Truth.cut[i] == infer.Within {
			at := lane{process: s.Process, callee: b.Truth.callee[i]}
			calls[at] = append(calls[at], int32(i))
		}
	}
	for _, list := range requests {
		b.sortByStart(list)
	}
	var out []infer.Join
	for at, list := range calls {
		b.sortByStart(list)
		for n, parent := range m.match(b, requests[at.process], list) {
			if parent >= 0 {
				out = append(out, infer.Join{
					Child: b.Spans[list[n]].Ref(), Parent: b.Spans[parent].Ref(), Problem: infer.Within, Confidence: 1,
				})
			}
		}
	}
	return out
}

// sortByStart breaks ties by the random ids.
func (b *Broken) sortByStart(list []int32) {
	slices.SortFunc(list, func(x, y int32) int {
		s, t := &b.Spans[x], &b.Spans[y]
		return cmp.Or(cmp.Compare(s.Start, t.Start), slices.Compare(s.ID[:], t.ID[:]))
	})
}

// match finds the request of each call; both are sorted by start.
func (m Baseline) match(b *Broken, requests, calls []int32) []int32 {
	out := make([]int32, len(calls))
	var open []int32 // started, not yet seen to have ended, and without a call to this callee
	next := 0
	for n, call := range calls {
		out[n] = -1
		if m == BaselineFCFS {
			if n < len(requests) {
				out[n] = requests[n]
			}
			continue
		}
		c := &b.Spans[call]
		for next < len(requests) && b.Spans[requests[next]].Start <= c.Start {
			open = append(open, requests[next])
			next++
		}
		if m == BaselineClosest {
			if next > 0 {
				out[n] = requests[next-1]
			}
			continue
		}
		open = slices.DeleteFunc(open, func(r int32) bool { return b.Spans[r].End < c.Start })
		best := m.best(b, open, c.End)
		if best < 0 {
			continue
		}
		out[n] = open[best]
		if m == BaselineEDF {
			open = slices.Delete(open, best, best+1)
		}
	}
	return out
}

// best is the place of the request that encloses a call: the one that started
// last, or for EDF that ends first.
func (m Baseline) best(b *Broken, open []int32, end int64) int {
	best := -1
	for k, r := range open {
		switch at := b.Spans[r].End; {
		case at < end:
		case best < 0, m != BaselineEDF, at < b.Spans[open[best]].End:
			best = k
		}
	}
	return best
}
