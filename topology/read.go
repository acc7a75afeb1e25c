package topology

import (
	"sync"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// How much is copied while the owner's lock is held: half a millisecond at most, so
// that reading a large graph does not hold up ingestion.
const (
	readEdges = 256
	readRows  = 2048
)

// reading copies a graph slice by slice. While one is under way nothing is forgotten,
// so the numbers of nodes and services mean the same throughout; what is added behind
// its back is in the next one. Constructor: read.
type reading struct {
	lock sync.Locker
	g    *Graph
	// now, slotWidth, oldest and covered are those of the graph when the reading began.
	now, slotWidth, oldest int64
	covered                float64
	next                   int // place in the table being read
	edges                  []edgeCopy
}

// edgeCopy is an edge with the names of what its numbers mean.
type edgeCopy struct {
	edge
	source, target End
	transport      contract.Transport
	extra          extra // the edge's own, if it has one
}

// read begins a reading; end must follow.
func read(l sync.Locker, g *Graph, now time.Time) *reading {
	l.Lock()
	defer l.Unlock()
	g.Advance(now)
	g.readings++
	return &reading{lock: l, g: g, now: g.now, slotWidth: g.slotWidth, oldest: g.windowStart(), covered: g.coveredSeconds()}
}

func (r *reading) end() {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.g.readings--
}

// nextEdges copies the next slice of edges into r.edges; false after the last.
func (r *reading) nextEdges() bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	g := r.g
	all := g.edges.all
	end := min(r.next+readEdges, len(all))
	room := r.edges[:cap(r.edges)]
	n := 0
	for _, e := range all[r.next:end] {
		if e == nil {
			continue
		}
		if n == len(room) {
			room = append(room, edgeCopy{})
			room = room[:cap(room)]
		}
		room[n].from(g, e)
		n++
	}
	more := r.next < len(all)
	r.next, r.edges = end, room[:n]
	return more
}

// from copies an edge and keeps the copy's room.
func (c *edgeCopy) from(g *Graph, e *edge) {
	led := c.ledger
	via := c.extra.via[:0]
	e.ledger.copyTo(&led)
	c.edge = *e
	c.ledger = led
	c.source, c.target = g.end(e.key.source, e.sourceLanguage), g.end(e.key.target, e.targetLanguage)
	c.transport = g.transports.names[e.key.transport]
	if e.extra == nil {
		return
	}
	c.extra = *e.extra
	via = append(via, e.extra.via...)
	c.extra.via = via
	if s := e.extra.sizes; s != nil {
		sizes := *s
		c.extra.sizes = &sizes
	}
	if s := e.extra.refused; s != nil {
		refused := *s
		c.extra.refused = &refused
	}
	c.edge.extra = &c.extra
}

// live gives the slots of the window that are not over, oldest first.
func (r *reading) live(e *edge, yield func(slot int, epoch int64)) {
	now := r.now / r.slotWidth
	for epoch := max(now-windowSlots+1, 0); epoch <= now; epoch++ {
		if slot := int(epoch % windowSlots); e.epochs[slot] == epoch {
			yield(slot, epoch)
		}
	}
}

// noLock is the lock of an owner that holds its own all along.
type noLock struct{}

func (noLock) Lock()   {}
func (noLock) Unlock() {}

// EachEdge visits a copy of every edge. It takes the owner's lock for a slice at a
// time, and not during the visits; each edge is seen at one instant, not all at the
// same. The state is used again after the visit: what stays must be copied.
func EachEdge(l sync.Locker, g *Graph, now time.Time, visit func(*EdgeState)) {
	eachEdge(l, g, now, func(r *reading, s *EdgeState, c *edgeCopy) {
		s.setSlots(r, c)
		visit(s)
	})
}

// EachTotal is [EachEdge] for those who need no slots, which are most of its cost.
func EachTotal(l sync.Locker, g *Graph, now time.Time, visit func(*EdgeState)) {
	eachEdge(l, g, now, func(_ *reading, s *EdgeState, _ *edgeCopy) { visit(s) })
}

func eachEdge(l sync.Locker, g *Graph, now time.Time, visit func(*reading, *EdgeState, *edgeCopy)) {
	r := read(l, g, now)
	defer r.end()
	var s EdgeState
	for r.nextEdges() {
		for i := range r.edges {
			s.set(&r.edges[i])
			visit(r, &s, &r.edges[i])
		}
	}
}

func (s *EdgeState) set(c *edgeCopy) {
	s.EdgeName = EdgeName{
		Source: c.source.name(), Target: c.target.name(), Transport: c.transport, Relation: relations[c.key.relation],
	}
	s.SourceKind, s.TargetKind = c.source.Kind, c.target.Kind
	s.SourceLanguage, s.TargetLanguage = c.source.Language, c.target.Language
	s.CallerMissing = c.key.source == missingNode
	s.Created, s.LastArrival = time.Unix(0, c.created).UTC(), time.Unix(0, c.lastArrival).UTC()
	s.FirstSeen, s.LastSeen = c.seen.first, c.seen.last
	s.Total.reset()
	s.Total.addTotal(&c.edge)
	s.Via, s.Exemplars, s.Refused = s.Via[:0], s.Exemplars[:0], 0
	if x := c.edge.extra; x != nil {
		s.setExtra(x)
	}
}

// setSlots fills the parts of the window.
func (s *EdgeState) setSlots(r *reading, c *edgeCopy) {
	s.Slots = s.Slots[:0]
	r.live(&c.edge, func(slot int, epoch int64) {
		if len(s.Slots) < cap(s.Slots) {
			s.Slots = s.Slots[:len(s.Slots)+1]
		} else {
			s.Slots = append(s.Slots, Slot{})
		}
		to := &s.Slots[len(s.Slots)-1]
		to.Start = epoch * r.slotWidth
		to.reset()
		to.addSlot(&c.edge, slot)
		for _, h := range []*Histogram{&to.Client, &to.Server, &to.Boundary, &to.Queue} {
			h.estimateSum()
		}
	})
}

func (s *EdgeState) setExtra(x *extra) {
	for _, v := range x.via {
		s.Via = append(s.Via, Via{Name: joinName(v.system, v.topic), Calls: v.calls})
	}
	s.Exemplars = x.exemplars(s.Exemplars)
	if x.refused != nil {
		s.Refused = x.refused.estimate()
	}
}

// End is a node as one end of an edge.
type End struct {
	Namespace, Name string
	Kind            contract.NodeKind
	Language        contract.Language
}

func (e *End) name() NodeName { return NodeName{e.Namespace, e.Name} }

func (g *Graph) end(id nodeID, language majority) End {
	n := &g.nodes.all[id]
	return End{
		Namespace: n.key.namespace,
		Name:      n.key.name,
		Kind:      n.kind,
		Language:  g.languages.names[language.language],
	}
}
