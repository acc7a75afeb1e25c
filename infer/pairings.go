package infer

import (
	"cmp"
	"slices"
)

// slack is how far a server span may reach out of its client span when the
// clocks are brought together, ns; delays are counted from so much earlier.
const slack = 200_000

// pairings lays problem [Between] out for the solver: one scope for each group
// of operations that names cannot tell apart. Known are client spans whose answer
// is known; with hide, the solver does not see it.
func (w *window) pairings(clients, servers, known []int32, hide visibility) *task {
	p := &task{svc: w.e.models.between}
	clients, servers = slices.Clone(clients), slices.Clone(servers)
	for _, i := range known {
		clients, servers = append(clients, i), append(servers, w.view.nodes[i].callee)
	}
	called := w.names(clients, servers, known)
	l := layout{w: w, task: p, hide: hide, groups: w.groups(clients, servers, &called)}
	for _, i := range w.byStart(clients) {
		l.addClient(i)
	}
	for _, i := range w.byStart(servers) {
		l.addServer(i)
	}
	for _, sc := range p.scopes {
		sc.tardy = make([]bool, len(p.svc.types))
		sc.addCandidates(w.e.cfg.MaxCandidates, w.phase(sc), func(i, j int32) bool {
			r, x := &sc.requests[i], &sc.calls[j]
			answered := len(r.calls) > 0 // so far it has only calls that are known
			return !answered && x.end <= r.end && called.match(&w.view.nodes[r.node], &w.view.nodes[x.node])
		})
		sc.inUnits(p.svc.unit)
		sc.countRates(len(p.svc.types))
	}
	return p
}

// layout is a task of problem [Between] being filled.
type layout struct {
	w      *window
	task   *task
	hide   visibility
	groups map[groupKey]int32
	eps    map[endpointKey]int32
	scopes map[int32]*scope
}

func (l *layout) scope(group int32) *scope {
	if l.scopes == nil {
		l.scopes, l.eps = map[int32]*scope{}, map[endpointKey]int32{}
	}
	sc := l.scopes[group]
	if sc == nil {
		sc = &scope{}
		l.scopes[group] = sc
		l.task.scopes = append(l.task.scopes, sc)
	}
	return sc
}

// addClient adds a client span, which makes one call if it is answered at all.
func (l *layout) addClient(i int32) {
	n := &l.w.view.nodes[i]
	n.request = none
	g, ok := l.groups[groupOf(n)]
	if !ok {
		return
	}
	sc := l.scope(g)
	ep, ok := l.w.endpoint(l.task, l.eps, endpointKeyOf(n))
	if !ok {
		return
	}
	start, end := l.w.e.clocks.common(&n.Span)
	n.request = int32(len(sc.requests))
	sc.requests = append(sc.requests, request{start: start - slack, end: end + slack, node: i, ep: ep})
}

// addServer adds a server span: one that nobody sent, or what is known or was
// decided about it.
func (l *layout) addServer(i int32) {
	w, n := l.w, &l.w.view.nodes[i]
	sc := l.scope(l.groups[groupOf(n)])
	propagated := n.Parent != [8]byte{}
	parent := none
	switch {
	case propagated:
		parent = w.requestOf(sc, Ref{Trace: n.Trace, ID: n.Parent})
	case n.decided:
		parent = w.requestOf(sc, n.joined)
	}
	if parent == none && (propagated || n.decided) {
		return
	}
	typ, ok := l.task.svc.typeOf(serverType(n))
	if !ok {
		w.e.stats.GivenUpModels++
		return
	}
	start, end := w.e.clocks.common(&n.Span)
	x := call{start: start, end: end, node: i, typ: typ, fixed: parent != none, request: none, hidden: none}
	if propagated && l.hide == hidden {
		x.fixed, x.hidden = false, parent
		l.task.hidden++
	}
	j := int32(len(sc.calls))
	sc.calls = append(sc.calls, x)
	if x.fixed {
		sc.attach(j, parent)
		return
	}
	l.task.open++
}

func endpointKeyOf(client *node) endpointKey {
	return endpointKey{service: client.Service, operation: client.Operation, peer: client.Peer, kind: client.Kind}
}

func serverType(server *node) typeKey {
	return typeKey{operation: server.Operation, peer: server.Service, kind: server.Kind}
}

// phase is the step that the starts of a scope's client and server spans are
// apart by a whole number of: their clock's tick where they share one.
func (w *window) phase(sc *scope) int64 {
	if len(sc.requests) == 0 {
		return minUnit
	}
	clock := clockOf(&w.view.nodes[sc.requests[0].node].Span)
	for i := range sc.requests {
		if clockOf(&w.view.nodes[sc.requests[i].node].Span) != clock {
			return minUnit
		}
	}
	for j := range sc.calls {
		if clockOf(&w.view.nodes[sc.calls[j].node].Span) != clock {
			return minUnit
		}
	}
	t := task{scopes: []*scope{sc}}
	return max(t.tick(), minUnit)
}

// common is a span's start and end on the common clock.
func (c *clocks) common(s *Span) (start, end int64) {
	off := c.offset[clockOf(s)]
	return s.Start - off, s.End - off
}

// byStart orders nodes by their start on the common clock.
func (w *window) byStart(nodes []int32) []int32 {
	out := slices.Clone(nodes)
	slices.SortStableFunc(out, func(a, b int32) int {
		x, _ := w.e.clocks.common(&w.view.nodes[a].Span)
		y, _ := w.e.clocks.common(&w.view.nodes[b].Span)
		return cmp.Compare(x, y)
	})
	return out
}

// groupKey is all that names know of a span.
type groupKey struct {
	service, operation, peer uint32
	kind                     uint8
}

func groupOf(n *node) groupKey {
	return groupKey{service: n.Service, operation: n.Operation, peer: n.Peer, kind: n.Kind}
}

// groups numbers the operations so that two which may call one another, in any
// number of steps, have the same number. Clients that match no server have none.
func (w *window) groups(clients, servers []int32, names *names) map[groupKey]int32 {
	first := func(nodes []int32) (keys []groupKey, at map[groupKey]int32) {
		at = map[groupKey]int32{}
		for _, i := range nodes {
			k := groupOf(&w.view.nodes[i])
			if _, ok := at[k]; !ok {
				at[k] = i
				keys = append(keys, k)
			}
		}
		return keys, at
	}
	clientKeys, clientAt := first(clients)
	serverKeys, serverAt := first(servers)
	out := map[groupKey]int32{}
	for g, k := range serverKeys {
		out[k] = int32(g)
	}
	for _, ck := range clientKeys {
		for _, sk := range serverKeys {
			if !names.match(&w.view.nodes[clientAt[ck]], &w.view.nodes[serverAt[sk]]) {
				continue
			}
			g, ok := out[ck]
			if !ok {
				out[ck] = out[sk]
				continue
			}
			if from := out[sk]; from != g {
				for k, v := range out {
					if v == from {
						out[k] = g
					}
				}
			}
		}
	}
	return out
}
