package topologyexporter

import (
	"hash/maphash"
	"math"
	"sync"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// view is the graph as it is shown: one snapshot, encoded once for all who ask.
type view struct {
	topology contract.Topology
	json     []byte
	built    time.Time
	// version grows with every view that differs from the one before; shape is the
	// version at which nodes, edges or what they are called last changed.
	version, shape uint64
}

// views gives the present view. A view is built when somebody asks and the last one
// is older than maxAge, so nothing is done while nobody looks. maxAge is somewhat less
// than the interval of the streams: each of their ticks finds news.
type views struct {
	snapshot func(time.Time) contract.Topology
	maxAge   time.Duration
	seed     maphash.Seed

	mu           sync.Mutex // guards what follows; held while a view is built
	last         *view
	shape, whole uint64 // signatures of the last view
}

func newViews(snapshot func(time.Time) contract.Topology, maxAge time.Duration) *views {
	return &views{snapshot: snapshot, maxAge: maxAge, seed: maphash.MakeSeed()}
}

// at gives the view at a time.
func (v *views) at(now time.Time) (*view, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.last != nil && now.Sub(v.last.built) < v.maxAge {
		return v.last, nil
	}
	next := &view{topology: v.snapshot(now), built: now}
	var err error
	if next.json, err = topology.JSON(&next.topology); err != nil {
		return nil, err
	}
	shape, whole := v.sign(&next.topology)
	next.version, next.shape = 1, 1
	if v.last != nil {
		next.version, next.shape = v.last.version, v.last.shape
		if whole != v.whole {
			next.version++
		}
		if shape != v.shape {
			next.shape = next.version
		}
	}
	v.last, v.shape, v.whole = next, shape, whole
	return next, nil
}

// sign hashes what nodes and edges there are, and that together with their figures.
func (v *views) sign(t *contract.Topology) (shape, whole uint64) {
	h := signature{}
	h.SetSeed(v.seed)
	for i := range t.Nodes {
		n := &t.Nodes[i]
		h.text(n.ID, string(n.Kind), n.Language)
		h.text(n.Languages...)
	}
	for i := range t.Edges {
		e := &t.Edges[i]
		h.text(e.ID, e.ClientLanguage, e.ServerLanguage)
	}
	shape = h.Sum64()
	for i := range t.Nodes {
		n := &t.Nodes[i]
		h.numbers(n.Rate, n.ErrorRatio)
		h.quantiles(n.ServerSeconds)
	}
	for i := range t.Edges {
		e := &t.Edges[i]
		h.numbers(e.Rate, e.ErrorRatio)
		h.quantiles(e.ClientSeconds, e.ServerSeconds, e.BoundarySeconds, e.QueueSeconds)
	}
	return shape, h.Sum64()
}

// signature hashes fields one after the other, each ended so that they do not run together.
type signature struct{ maphash.Hash }

func (s *signature) text(fields ...string) {
	for _, f := range fields {
		_, _ = s.WriteString(f)
		_ = s.WriteByte(0)
	}
	_ = s.WriteByte(1)
}

func (s *signature) numbers(ns ...*float64) {
	for _, n := range ns {
		if n == nil {
			_ = s.WriteByte(0)
			continue
		}
		maphash.WriteComparable(&s.Hash, math.Float64bits(*n))
	}
}

func (s *signature) quantiles(qs ...*contract.Quantiles) {
	for _, q := range qs {
		if q == nil {
			_ = s.WriteByte(0)
			continue
		}
		maphash.WriteComparable(&s.Hash, *q)
	}
}

// snapshot takes the graph's state; the graph is locked for a slice of it at a time.
func (e *topologyExporter) snapshot(now time.Time) contract.Topology {
	t := topology.SnapshotShared(&e.mu, e.graph, now)
	e.freshness.shown(now, e.now())
	t.Trust = e.trust()
	if e.cfg.TelemetryPlane.Enabled {
		return e.plane.Overlay(&t)
	}
	return t
}

// stats takes the graph's own figures.
func (e *topologyExporter) stats() topology.Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.graph.Advance(e.now())
	return e.graph.Stats()
}
