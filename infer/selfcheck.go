package infer

import (
	"cmp"
	"slices"
)

// checkRequests bounds the requests of one self-check.
const checkRequests = 1000

// checkKey names what a count of self-checks is for.
type checkKey struct {
	service uint32
	problem Problem
}

// checkCount counts the self-checks of one service.
type checkCount struct{ checked, right uint64 }

// SelfChecks returns how good the engine was on each service's propagated
// traces, in order of service and problem.
func (e *Engine) SelfChecks() []ServiceCheck {
	out := make([]ServiceCheck, 0, len(e.checks))
	for k, c := range e.checks {
		out = append(out, ServiceCheck{Service: k.service, Problem: k.problem, Checked: c.checked, Right: c.right})
	}
	slices.SortFunc(out, func(a, b ServiceCheck) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Problem, b.Problem))
	})
	return out
}

// checkDue reports whether a service's turn has come.
func (w *window) checkDue(svc *service) bool {
	every := w.e.cfg.SelfCheckEvery
	svc.windows++
	return every > 0 && svc.windows%every == 0
}

// check solves a task whose known parents were hidden, and compares. Models too
// young to decide by are not checked.
func (w *window) check(p *task, problem Problem) {
	if p.hidden == 0 || !p.knows(knownRequests) {
		return
	}
	part := p.part(checkRequests)
	w.s.prepare(len(p.svc.types))
	w.s.eps, part.kinds = p.models, p.svc.kinds
	part.exchange(&w.s, len(p.svc.types))
	c := &w.e.calibrations[problem-1]
	for _, sc := range part.scopes {
		hidden := func(j int32) bool { return sc.calls[j].hidden != none }
		w.s.weigh(sc, problem, p.trust(), hidden)
		if w.s.work <= 0 {
			return
		}
		for j := range sc.calls {
			x := &sc.calls[j]
			if x.hidden == none || sc.cut != 0 && sc.requests[x.hidden].end > sc.cut {
				continue
			}
			right := x.request == x.hidden
			w.e.count(checkKey{w.view.nodes[x.node].Service, problem}, right)
			if x.request != none {
				c.add(x.confidence, right)
			}
		}
	}
	c.fit()
}

func (e *Engine) count(k checkKey, right bool) {
	c, ok := e.checks[k]
	if !ok && len(e.checks) >= e.cfg.MaxEndpoints {
		return
	}
	c.checked++
	if right {
		c.right++
	}
	e.checks[k] = c
}
