package infer

// scopes lays out one service's part of the view for the solver.
//
// With hide, the parents that are known are kept from it.
func (w *window) scopes(svc *service, from, to int32, hide visibility) *task {
	p := &task{svc: svc}
	eps := map[endpointKey]int32{}
	for from < to {
		end := from
		for end < to && w.view.nodes[end].Process == w.view.nodes[from].Process {
			end++
		}
		sc := &scope{}
		w.addRequests(p, sc, eps, from, end)
		w.addCalls(p, sc, from, end, hide)
		p.scopes = append(p.scopes, sc)
		from = end
	}
	tick := p.tick()
	w.e.models.setUnit(svc, tick)
	for _, sc := range p.scopes {
		sc.tardy = p.tardy()
		sc.addCandidates(w.e.cfg.MaxCandidates, max(tick, minUnit), func(i, j int32) bool {
			return w.mayCause(sc.requests[i].node, sc.calls[j].node)
		})
		sc.inUnits(svc.unit)
		sc.countRates(len(svc.types))
	}
	return p
}

// mayCause reports whether a request may have caused a call at all. Work inside a
// process that started by itself is not thought to have started more of its kind:
// jobs of a scheduler, which run side by side, look just like that.
func (w *window) mayCause(request, call int32) bool {
	r, c := &w.view.nodes[request], &w.view.nodes[call]
	return request != call && (r.place == placeEntry || c.leavesProcess())
}

// addRequests adds what entered the process, and what started in it by itself:
// with calls of its own, or in a process that nothing enters.
func (w *window) addRequests(p *task, sc *scope, eps map[endpointKey]int32, from, to int32) {
	entered := false
	for i := from; i < to; i++ {
		n := &w.view.nodes[i]
		entered = entered || n.place == placeEntry
		if n.place == placeInside {
			w.view.nodes[n.top].hasInside = true
		}
	}
	for i := from; i < to; i++ {
		n := &w.view.nodes[i]
		works := n.hasInside || !entered && !n.leavesProcess()
		if n.place != placeEntry && (n.place != placeOrphan || !works) {
			continue
		}
		ep, ok := w.endpoint(p, eps, endpointKey{service: n.Service, operation: n.Operation, kind: n.Kind})
		if !ok {
			continue
		}
		n.request = int32(len(sc.requests))
		sc.requests = append(sc.requests, request{start: n.Start, end: n.End, node: i, ep: ep})
	}
}

// visibility says whether the solver may see the parents that are known.
type visibility uint8

const (
	shown visibility = iota
	hidden
)

// addCalls adds what left the process.
func (w *window) addCalls(p *task, sc *scope, from, to int32, hide visibility) {
	for i := from; i < to; i++ {
		n := &w.view.nodes[i]
		top, ok := w.view.callFrom(i)
		if !ok {
			continue
		}
		parent := none
		fixed := n.decided
		if top != none {
			parent, fixed = w.view.nodes[top].request, true
		} else if n.decided {
			parent = w.requestOf(sc, n.joined)
		}
		if fixed && parent == none {
			continue
		}
		typ, ok := p.svc.typeOf(w.view.typeOf(i))
		if !ok {
			w.e.stats.GivenUpModels++
			continue
		}
		j := int32(len(sc.calls))
		x := call{start: n.Start, end: n.End, node: i, typ: typ, fixed: fixed, request: none, hidden: none}
		if top != none {
			p.known++
		}
		if top != none && hide == hidden {
			x.fixed, x.hidden = false, parent
			p.hidden++
		}
		sc.calls = append(sc.calls, x)
		if x.fixed {
			sc.attach(j, parent)
		} else {
			p.open++
		}
	}
}

// requestOf returns the number of the request that a span is in a scope, or none.
func (w *window) requestOf(sc *scope, ref Ref) int32 {
	at, ok := w.view.index[ref]
	if !ok {
		return none
	}
	r := w.view.nodes[at].request
	if r < 0 || int(r) >= len(sc.requests) || sc.requests[r].node != at {
		return none
	}
	return r
}

// endpoint returns the number of an endpoint in the task, or false above the
// bound.
func (w *window) endpoint(p *task, eps map[endpointKey]int32, key endpointKey) (int32, bool) {
	if ep, ok := eps[key]; ok {
		return ep, true
	}
	m := w.e.models.endpoint(p.svc, key)
	if m == nil {
		w.e.stats.GivenUpModels++
		return 0, false
	}
	ep := int32(len(p.models))
	eps[key] = ep
	p.models = append(p.models, m)
	return ep, true
}
