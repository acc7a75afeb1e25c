package replay

import (
	"slices"

	"github.com/polyspan/polyspan/infer"
)

// inFlight is how many requests a process has at the arrival of another one, that
// one included: the mean over all requests at services that call out, and the
// mean of the service where it is highest. It is what makes inference hard.
func (b *Broken) inFlight() (mean, busiest float64) {
	t := b.Truth
	calling := map[uint32]bool{}
	for i := range t.spans {
		if t.cut[i] == infer.Within || t.cut[i] == infer.Between {
			calling[t.spans[t.parent[i]].Service] = true
		}
	}
	byProcess := map[uint32][]int32{}
	for i := range t.spans {
		if s := &t.spans[i]; t.entry[i] == int32(i) && calling[s.Service] {
			byProcess[s.Process] = append(byProcess[s.Process], int32(i))
		}
	}
	type count struct{ requests, overlaps int }
	byService := map[uint32]count{}
	var all count
	for _, entries := range byProcess {
		b.sortByStart(entries)
		overlaps := 0
		var ends []int64
		for _, i := range entries {
			start := b.Spans[i].Start
			ends = slices.DeleteFunc(ends, func(end int64) bool { return end <= start })
			ends = append(ends, b.Spans[i].End)
			overlaps += len(ends)
		}
		service := t.spans[entries[0]].Service
		c := byService[service]
		byService[service] = count{requests: c.requests + len(entries), overlaps: c.overlaps + overlaps}
		all = count{requests: all.requests + len(entries), overlaps: all.overlaps + overlaps}
	}
	for _, c := range byService {
		busiest = max(busiest, ratio(c.overlaps, c.requests))
	}
	return ratio(all.overlaps, all.requests), busiest
}
