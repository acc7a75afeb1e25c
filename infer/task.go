package infer

import (
	"math"
	"slices"
)

// task is what the solver is given at once: the scopes that share models.
type task struct {
	svc    *service
	scopes []*scope
	models []*endpoint // learned in earlier windows, by endpoint of the scopes
	open   int         // calls to decide or weigh
	known  int         // calls whose context arrived
	hidden int         // of these, the calls whose request is hidden for a self-check
	kinds  []callKind  // how often calls are nobody's, by type
}

// matureRequests is from how many learned requests on an endpoint's model is
// used as it is; below, every window helps to teach it.
const (
	matureRequests = 400
	// knownRequests is from how many on it is where the solution starts from.
	knownRequests = 50
)

// rounds of teaching and exchanging in a window without a mature model, and of
// exchanging with one.
const (
	teachRounds = 6
	// worthwhile is the gain per open call from which another round is worth it.
	worthwhile     = 0.003
	restarts       = 3
	refineRounds   = 4
	exchangeRounds = 8
	// teachRequests is how many requests per endpoint teach.
	teachRequests = 350
)

// solve assigns every open call. Where the models are young, the first part of
// the window teaches them; the whole then refines them.
func (t *task) solve(s *solver) {
	switch types := len(t.svc.types); {
	case t.knows(matureRequests):
		s.eps, t.kinds = t.models, t.svc.kinds
		t.exchange(s, types)
	case t.knows(knownRequests):
		s.eps, t.kinds = t.models, t.svc.kinds
		t.exchange(s, types)
		t.refine(s, types)
	case t.shown():
		s.eps, t.kinds = t.learnedFrom(s, (*request).hasCalls), doubtless(t.svc.kinds)
		t.exchange(s, types)
		t.refine(s, types)
	default:
		part := t.part(teachRequests * len(t.models))
		part.teach(s, types)
		if part == t {
			return
		}
		t.kinds = part.kinds
		t.exchange(s, types)
		t.refine(s, types)
	}
}

// knows reports whether most requests of the window are of endpoints that so
// many requests have taught.
func (t *task) knows(requests float64) bool {
	known, all := 0, 0
	for _, sc := range t.scopes {
		all += len(sc.requests)
		for i := range sc.requests {
			if t.models[sc.requests[i].ep].requests >= requests {
				known++
			}
		}
	}
	return 10*known >= 9*all
}

// shown reports whether nearly all calls that are open are of types of which the
// window has enough whose context arrived: these can teach the others.
func (t *task) shown() bool {
	known := make([]int, len(t.svc.types))
	open := make([]int, len(t.svc.types))
	for _, sc := range t.scopes {
		for j := range sc.calls {
			if x := &sc.calls[j]; x.fixed {
				known[x.typ]++
			} else {
				open[x.typ]++
			}
		}
	}
	shown := 0
	for typ, n := range open {
		if known[typ] >= knownRequests && 2*known[typ] >= n {
			shown += n
		}
	}
	return 10*shown >= 9*t.open
}

// trust is how much the models can be trusted, 0–1: the share of the window's
// calls whose context arrived. What is learned from these is right; the rest is
// learned from assignments, with their mistakes.
func (t *task) trust() float64 {
	return float64(t.known) / float64(max(t.known-t.hidden+t.open, 1))
}

// refine lets the window's own assignment correct the models it came from.
func (t *task) refine(s *solver, types int) {
	for round := range refineRounds {
		s.eps = t.learned(s)
		if round == 0 {
			t.doubt(s)
		}
		for _, sc := range t.scopes {
			sc.weighRoots(t.kinds)
			s.improve(sc, types, 2)
		}
	}
}

// exchange assigns the open calls under the solver's models.
func (t *task) exchange(s *solver, types int) {
	for _, sc := range t.scopes {
		sc.weighRoots(t.kinds)
		sc.clearOpen()
		s.prune(sc, matureRequests)
		s.startLearned(sc)
		s.improve(sc, types, exchangeRounds)
	}
}

// part returns the task cut off in time after so many requests; the task itself
// if it has no more.
func (t *task) part(requests int) *task {
	var starts []int64
	for _, sc := range t.scopes {
		for i := range sc.requests {
			starts = append(starts, sc.requests[i].start)
		}
	}
	if len(starts) <= requests+requests/2 {
		return t
	}
	slices.Sort(starts)
	cut := starts[requests]
	out := &task{svc: t.svc, models: t.models}
	for _, sc := range t.scopes {
		if p := sc.until(cut); len(p.calls) > 0 {
			out.scopes = append(out.scopes, p)
			out.open += p.countOpen()
		}
	}
	if len(out.scopes) == 0 {
		return t
	}
	return out
}

// teach solves the window from several starts. Each teaches itself a little; the
// one that explains the window best goes on.
func (t *task) teach(s *solver, types int) {
	best := math.Inf(-1)
	var keep [][]int32
	for r := range rules {
		t.start(r)
		if total := t.round(s, types, false); total > best {
			best, keep = total, t.assignments()
		}
	}
	t.assign(keep)
	for range teachRounds {
		for _, sc := range t.scopes {
			s.prune(sc, teachRequests/2)
		}
		total := t.round(s, types, false)
		if total < best+worthwhile*float64(t.open) {
			break
		}
		best = total
	}
	t.restart(s, types, best)
	t.round(s, types, true)
}

// restart shares all calls out anew by what the window has taught itself, and
// keeps that where it explains the window better than best.
func (t *task) restart(s *solver, types int, best float64) {
	for range restarts {
		keep := t.assignments()
		s.eps = t.learned(s)
		for _, sc := range t.scopes {
			sc.weighRoots(t.kinds)
			sc.clearOpen()
			s.startLearned(sc)
			s.improve(sc, types, 2)
		}
		total := t.round(s, types, false)
		if total < best {
			t.assign(keep)
			return
		}
		best = total
	}
}

// assignments returns those of all scopes, and assign puts them back.
func (t *task) assignments() [][]int32 {
	out := make([][]int32, len(t.scopes))
	for k, sc := range t.scopes {
		out[k] = sc.assignment()
	}
	return out
}

func (t *task) assign(to [][]int32) {
	for k, sc := range t.scopes {
		sc.assign(to[k])
	}
}

// round learns from the present assignment, improves it, and returns how well it
// explains the window. Doubts about calls are for when something was learned.
func (t *task) round(s *solver, types int, doubts bool) float64 {
	s.eps = t.learned(s)
	t.kinds = doubtless(t.svc.kinds)
	if doubts {
		t.doubt(s)
	}
	total := 0.0
	for _, sc := range t.scopes {
		sc.weighRoots(t.kinds)
		s.improve(sc, types, 1)
		total += s.total(sc)
	}
	return total
}

// doubt asks of every type of call whether requests explain it better than
// chance does.
func (t *task) doubt(s *solver) {
	for _, sc := range t.scopes {
		sc.weighRoots(t.svc.kinds)
		s.total(sc)
	}
	t.kinds = s.countRoots(t.scopes, t.svc.kinds)
}

// learned returns the models with the window's present assignment added.
func (t *task) learned(s *solver) []*endpoint {
	return t.learnedFrom(s, func(*request) bool { return true })
}

// hasCalls tells requests whose calls are known from those whose calls were lost,
// before any is assigned.
func (r *request) hasCalls() bool { return len(r.calls) > 0 }

// learnedFrom is learned, from some of the requests.
func (t *task) learnedFrom(s *solver, wanted func(*request) bool) []*endpoint {
	out := make([]*endpoint, len(t.models))
	for k, m := range t.models {
		out[k] = m.clone()
	}
	for _, sc := range t.scopes {
		weights := sc.clarity()
		for i := range sc.requests {
			r := &sc.requests[i]
			if sc.cut != 0 && r.end > sc.cut || !wanted(r) {
				continue // its later calls are not here
			}
			s.feat.read(r, r.calls, sc.calls)
			out[r.ep].learn(&s.feat, weights[i])
		}
	}
	for _, e := range out {
		e.fit(t.svc.coarse())
	}
	return out
}

// startLearned assigns the open calls in order of start, each to the request
// that it fits best after what that request already has. The busier it is, the
// more a request that is overdue goes before others.
func (s *solver) startLearned(sc *scope) {
	bustle := sc.bustle()
	for j := range sc.calls {
		x := &sc.calls[j]
		if x.fixed {
			continue
		}
		best, gain := none, sc.rootGain[x.typ]
		for _, i := range x.candidates {
			r := &sc.requests[i]
			if g := s.next(sc, r, int32(j)) + bustle*s.overdue(sc, r, int32(j)); g > gain {
				best, gain = i, g
			}
		}
		sc.attach(int32(j), best)
	}
}

// tardy says of each type of call whether it may be made after its request has
// ended: where that was seen, or nothing is known yet.
func (t *task) tardy() []bool {
	out := make([]bool, len(t.svc.types))
	for typ := range out {
		total, late := 0.0, 0.0
		for _, m := range t.models {
			if c := m.model(int16(typ)); c != nil {
				total, late = total+c.total, late+c.late
			}
		}
		out[typ] = total < minTardy || late > tardyShare*total
	}
	return out
}

const (
	minTardy   = 100
	tardyShare = 0.02
)
