package infer

import (
	"cmp"
	"slices"
)

// between solves problem [Between] for all services at once. A client span
// without an answer is a request that makes one call, the server span, so that
// the solver of [Within] decides it; the hosts' clocks are brought together
// first.
func (w *window) between() {
	clients, servers := w.unanswered()
	known := w.answered()
	w.readClocks(clients, servers, known)
	svc := w.e.models.between
	if w.checkDue(svc) && len(known) > 0 {
		w.check(w.pairings(clients, servers, known, hidden), Between)
	}
	if len(servers) == 0 {
		return
	}
	p := w.pairings(clients, servers, known, shown)
	if !w.solve(p, Between) {
		return
	}
	for _, sc := range p.scopes {
		w.pair(sc)
	}
	w.learn(p)
}

// pair lets problem [Within] know which server answered a call.
func (w *window) pair(sc *scope) {
	for j := range sc.calls {
		if x := &sc.calls[j]; x.request != none {
			w.view.nodes[sc.requests[x.request].node].callee = x.node
		}
	}
}

// unanswered lists the client spans without a known server span, and the server
// spans that nobody sent.
func (w *window) unanswered() (clients, servers []int32) {
	for i := range w.view.nodes {
		n := &w.view.nodes[i]
		switch {
		case n.Kind == KindClient && (n.callee == none || w.view.nodes[n.callee].decided):
			clients = append(clients, int32(i))
		case n.Kind == KindServer && n.Parent == [8]byte{}:
			servers = append(servers, int32(i))
		}
	}
	return clients, servers
}

// maxKnown bounds the propagated calls of a window that teach and check.
const maxKnown = 2000

// answered lists client spans whose server span is known, evenly spread over all
// there are.
func (w *window) answered() []int32 {
	var out []int32
	for i := range w.view.nodes {
		if n := &w.view.nodes[i]; n.Kind == KindClient && n.callee != none {
			out = append(out, int32(i))
		}
	}
	step := (len(out) + maxKnown - 1) / maxKnown
	if step < 2 {
		return out
	}
	kept := out[:0]
	for k := 0; k < len(out); k += step {
		kept = append(kept, out[k])
	}
	return kept
}

// maxDistances bounds the pairs looked at to guess one pair of clocks.
const maxDistances = 200_000

// readClocks brings the hosts' clocks up to date: from linked spans where there
// are any, else from all that could be.
func (w *window) readClocks(clients, servers, calls []int32) {
	c := &w.e.clocks
	known := map[hostPair][]int64{}
	for _, i := range calls {
		n := &w.view.nodes[i]
		to := &w.view.nodes[n.callee]
		p := hostPair{clockOf(&n.Span), clockOf(&to.Span)}
		if p.from != p.to {
			known[p] = append(known[p], middle(&to.Span)-middle(&n.Span))
		}
	}
	for p, d := range known {
		c.observe(p, d)
	}
	for p, d := range w.distances(clients, servers, w.names(clients, servers, calls), known) {
		c.guess(p, d)
	}
	c.settle()
}

// distances lists how far apart the middles of unlinked spans are that may
// belong together, by the pair of their clocks.
func (w *window) distances(clients, servers []int32, names names, known map[hostPair][]int64) map[hostPair][]int64 {
	out := map[hostPair][]int64{}
	byMiddle := slices.Clone(clients)
	mid := func(i int32) int64 { return middle(&w.view.nodes[i].Span) }
	slices.SortStableFunc(byMiddle, func(a, b int32) int { return cmp.Compare(mid(a), mid(b)) })
	for _, s := range servers {
		n := &w.view.nodes[s]
		at := mid(s)
		from, _ := slices.BinarySearchFunc(byMiddle, at-maxSkew, func(i int32, t int64) int { return cmp.Compare(mid(i), t) })
		for _, i := range byMiddle[from:] {
			if mid(i) > at+maxSkew {
				break
			}
			m := &w.view.nodes[i]
			p := hostPair{clockOf(&m.Span), clockOf(&n.Span)}
			if p.from == p.to || len(known[p]) >= minPairs || len(out[p]) >= maxDistances {
				continue
			}
			if m.End-m.Start+2*slack >= n.End-n.Start && names.match(m, n) {
				out[p] = append(out[p], at-mid(i))
			}
		}
	}
	return out
}
