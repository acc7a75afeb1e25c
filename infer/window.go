package infer

// window is the work of one close: the view and the answers for the orphans that
// arrived up to due.
type window struct {
	e    *Engine
	view view
	due  int64
	out  []Join
	s    solver
}

// decide answers the orphans that arrived up to due.
func (e *Engine) decide(due int64) []Join {
	w := &e.window
	w.e, w.due, w.out = e, due, nil
	w.s.work = 0
	w.view.build(e.held)
	w.grant(len(w.view.nodes)) // for the work between services
	w.between()
	w.eachService(w.within)
	return w.out
}

// eachService calls f with the nodes of each service, from and to.
func (w *window) eachService(f func(from, to int32)) {
	nodes := w.view.nodes
	for from := 0; from < len(nodes); {
		to := from
		for to < len(nodes) && nodes[to].Service == nodes[from].Service {
			to++
		}
		f(int32(from), int32(to))
		from = to
	}
}

// within solves problem [Within] for one service.
func (w *window) within(from, to int32) {
	svc := w.e.models.service(w.view.nodes[from].Service)
	if svc == nil {
		w.e.stats.GivenUpModels += uint64(to - from)
		return
	}
	w.grant(int(to - from))
	if w.checkDue(svc) {
		w.check(w.scopes(svc, from, to, hidden), Within)
	}
	p := w.scopes(svc, from, to, shown)
	if w.solve(p, Within) {
		w.learn(p)
	}
}

// grant allows the solver its share of the work, by spans: half of it is for
// problem [Between], half for the services. What one leaves the next may use.
func (w *window) grant(spans int) {
	w.s.work += w.e.cfg.MaxWork / 2 * spans / max(len(w.view.nodes), 1)
}

// solve answers what is due of a task, or gives it up if the work runs out, and
// reports which.
func (w *window) solve(p *task, problem Problem) bool {
	types := len(p.svc.types)
	w.s.prepare(types)
	if p.open == 0 {
		return true
	}
	if w.s.work > 0 {
		w.s.spare = w.s.work / spareWork
		p.solve(&w.s)
	}
	for _, sc := range p.scopes {
		w.s.weigh(sc, problem, p.trust(), w.isDue(sc))
	}
	ok := w.s.work > 0
	for _, sc := range p.scopes {
		if ok {
			w.answer(p.svc, sc, problem)
		} else {
			w.giveUp(sc)
		}
	}
	return ok
}

// spareWork is the part of its work that a task leaves for weighing.
const spareWork = 3

// giveUp leaves the orphans that are due as they are.
func (w *window) giveUp(sc *scope) {
	for j := range sc.calls {
		if n := &w.view.nodes[sc.calls[j].node]; !sc.calls[j].fixed && n.arrived <= w.due {
			w.e.stats.Orphans++
			w.e.stats.GivenUpWork++
			n.decided = true
		}
	}
	sc.clearOpen()
}

// isDue tells the calls that are to be answered now.
func (w *window) isDue(sc *scope) func(j int32) bool {
	return func(j int32) bool { return w.view.nodes[sc.calls[j].node].arrived <= w.due }
}

// answer emits the joins that are due and remembers them as decided.
func (w *window) answer(svc *service, sc *scope, problem Problem) {
	for j := range sc.calls {
		x := &sc.calls[j]
		n := &w.view.nodes[x.node]
		if x.fixed || n.arrived > w.due {
			continue
		}
		w.e.stats.Orphans++
		n.decided = true
		svc.kinds[x.typ].add(x.root, x.choice)
		if x.request == none {
			w.e.stats.Roots++
			continue
		}
		parent := w.view.nodes[sc.requests[x.request].node].Ref()
		n.joined = parent
		join := Join{Child: n.Ref(), Parent: parent, Problem: problem}
		join.Confidence = w.e.calibrations[problem-1].apply(x.confidence)
		join.Accepted = join.Confidence >= w.e.cfg.MinConfidence
		if join.Accepted {
			w.e.stats.Joined++
		} else {
			w.e.stats.BelowConfidence++
		}
		w.out = append(w.out, join)
	}
}

// forgetAt bounds the memory of an endpoint's model: what came before this many
// requests counts half.
const forgetAt = 4000

// learn adds the requests that are due to the models, once.
func (w *window) learn(p *task) {
	touched := false
	for _, sc := range p.scopes {
		for i := range sc.requests {
			r := &sc.requests[i]
			n := &w.view.nodes[r.node]
			if n.learned || n.arrived > w.due {
				continue
			}
			n.learned = true
			touched = true
			for _, j := range r.calls {
				if x := &sc.calls[j]; x.fixed && !w.view.nodes[x.node].decided {
					p.svc.kinds[x.typ].addKnown()
				}
			}
			w.s.feat.read(r, r.calls, sc.calls)
			m := p.models[r.ep]
			if m.requests >= forgetAt {
				m.scale(0.5)
			}
			m.learn(&w.s.feat, 1)
		}
	}
	if !touched {
		return
	}
	for _, m := range p.models {
		m.fit(p.svc.coarse())
	}
}
