package infer

import (
	"slices"
)

// scope is what one process did in a window: its requests and its calls, both
// in order of start.
type scope struct {
	requests []request
	calls    []call
	// rootGain is the log density of a call that is nobody's, by type: the log of
	// rate, calls per unit of time, and of the share of them that is nobody's.
	rootGain, rate []float64
	// tardy says of a type of call that it is made after its request has ended,
	// too; or it is not known better yet.
	tardy []bool
	// cut is where a scope was cut off in time; 0 for a whole one.
	cut int64
}

// request is a span that entered the process, or started in it by itself.
type request struct {
	start, end int64 // in units of the models
	node       int32 // of the view
	ep         int32 // of the problem's endpoints
	calls      []int32
	score      float64
}

// call is a span that left the process, or an internal one without a parent.
type call struct {
	start, end int64 // in units of the models
	node       int32 // of the view
	typ        int16
	fixed      bool  // its request is known
	hidden     int32 // the request that is known and hidden for a self-check, or none
	request    int32 // the request it is assigned to, or none
	candidates []int32
	confidence float64
	root       float64 // probability of being nobody's
	choice     float64 // log number of parents it could have, of the likeliness of the chosen one
}

// addCandidates finds the requests each open call may belong to: those in
// flight when it started, in the same phase of the clock where some are. Where
// none was in flight, those that had ended shortly before are candidates. Of more
// than limit the latest started stay.
func (sc *scope) addCandidates(limit int, tick int64, may func(request, call int32) bool) {
	var active, found, inPhase []int32
	next := 0
	for j := range sc.calls {
		x := &sc.calls[j]
		for next < len(sc.requests) && sc.requests[next].start <= x.start {
			active = append(active, int32(next))
			next++
		}
		active = slices.DeleteFunc(active, func(i int32) bool { return sc.requests[i].afterglow() < x.start })
		if x.fixed {
			continue
		}
		found, inPhase = found[:0], inPhase[:0]
		inFlight := 0
		for k := len(active) - 1; k >= 0 && len(found) < limit; k-- {
			i := active[k]
			if !may(i, int32(j)) {
				continue
			}
			found = append(found, i)
			if sc.requests[i].end < x.start {
				continue
			}
			inFlight++
			if (x.start-sc.requests[i].start)%tick == 0 {
				inPhase = append(inPhase, i)
			}
		}
		switch {
		case len(inPhase) > 0 && len(inPhase) < inFlight:
			found = inPhase
		case inFlight > 0 && !sc.tardy[x.typ]:
			found = slices.DeleteFunc(found, func(i int32) bool { return sc.requests[i].end < x.start })
		}
		x.candidates = append(x.candidates[:0], found[:min(len(found), limit)]...)
		slices.Sort(x.candidates)
	}
}

// afterglow is until when a request that has ended may still make calls.
func (r *request) afterglow() int64 { return r.end + (r.end - r.start) }

// until returns a copy of what a scope's requests did up to cut.
func (sc *scope) until(cut int64) *scope {
	out := &scope{rootGain: slices.Clone(sc.rootGain), rate: sc.rate, cut: cut}
	for i := range sc.requests {
		r := sc.requests[i]
		if r.start > cut {
			break
		}
		r.calls = nil
		out.requests = append(out.requests, r)
	}
	for j := range sc.calls {
		x := sc.calls[j]
		if x.start > cut {
			break
		}
		x.candidates = slices.Clone(x.candidates)
		to := x.request
		x.request = none
		out.calls = append(out.calls, x)
		if x.fixed && int(to) < len(out.requests) {
			out.attach(int32(j), to)
		}
	}
	return out
}

// attach puts call j into request i, at its place in the order of start.
func (sc *scope) attach(j, i int32) {
	x := &sc.calls[j]
	x.request = i
	if i == none {
		return
	}
	r := &sc.requests[i]
	at, _ := slices.BinarySearch(r.calls, j) // calls are numbered in order of start
	r.calls = slices.Insert(r.calls, at, j)
}

func (sc *scope) detach(j int32) {
	x := &sc.calls[j]
	if x.request == none {
		return
	}
	r := &sc.requests[x.request]
	if at, ok := slices.BinarySearch(r.calls, j); ok {
		r.calls = slices.Delete(r.calls, at, at+1)
	}
	x.request = none
}

// clearOpen takes every open call from its request.
func (sc *scope) clearOpen() {
	for i := range sc.requests {
		r := &sc.requests[i]
		r.calls = slices.DeleteFunc(r.calls, func(j int32) bool { return !sc.calls[j].fixed })
	}
	for j := range sc.calls {
		if !sc.calls[j].fixed {
			sc.calls[j].request = none
		}
	}
}

// assignment returns the request of every call, and assign puts one back.
func (sc *scope) assignment() []int32 {
	out := make([]int32, len(sc.calls))
	for j := range sc.calls {
		out[j] = sc.calls[j].request
	}
	return out
}

func (sc *scope) assign(to []int32) {
	sc.clearOpen()
	for j, i := range to {
		if !sc.calls[j].fixed {
			sc.attach(int32(j), i)
		}
	}
}

func (sc *scope) countOpen() int {
	n := 0
	for j := range sc.calls {
		if !sc.calls[j].fixed {
			n++
		}
	}
	return n
}

// open reports whether a call of a type is still to be assigned.
func (sc *scope) open(typ int16) bool {
	return slices.ContainsFunc(sc.calls, func(x call) bool { return x.typ == typ && !x.fixed })
}

// inUnits divides all times by the unit the delays are kept in.
func (sc *scope) inUnits(unit int64) {
	for i := range sc.requests {
		sc.requests[i].start = floorDiv(sc.requests[i].start, unit)
		sc.requests[i].end = floorDiv(sc.requests[i].end, unit)
	}
	for j := range sc.calls {
		sc.calls[j].start = floorDiv(sc.calls[j].start, unit)
		sc.calls[j].end = floorDiv(sc.calls[j].end, unit)
	}
}
