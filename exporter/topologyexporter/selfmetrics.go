package topologyexporter

import (
	"time"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
	"github.com/polyspan/polyspan/topology"
)

// Families about the topology itself: how far it is to be trusted.
var (
	pendingEnds = exposition.Family{
		Name: "polyspan_topology_pending", Kind: exposition.Gauge,
		Help: "Spans remembered for the other end of their calls and messages, or for further ones.",
	}
	unmatched = exposition.Family{
		Name: "polyspan_topology_unmatched_total", Kind: exposition.Counter,
		Help: "Ends of calls and messages without the other end, by cause.",
	}
	spanToSnapshot = exposition.Family{
		Name: "polyspan_topology_span_to_snapshot_seconds", Kind: exposition.Histogram,
		Help: "Time from the arrival of a span to a snapshot with it, while somebody looks.",
	}
	snapshotAge = exposition.Family{
		Name: "polyspan_topology_snapshot_age_seconds", Kind: exposition.Gauge,
		Help: "Age of the last snapshot.",
	}
)

// selfFigures are the figures of the topology as a whole.
type selfFigures struct {
	started time.Time
	stats   topology.Stats
	delays  exposition.Counts
	// age is of the last snapshot, negative before the first.
	age time.Duration
}

func (e *topologyExporter) selfFigures(now time.Time) selfFigures {
	delays, built := e.freshness.read()
	s := selfFigures{
		started: e.scrapers.started, stats: e.stats(), age: -1,
		delays: exposition.Counts{First: delays.First, Counts: delays.Counts, Sum: delays.SumSeconds},
	}
	if !built.IsZero() {
		s.age = max(now.Sub(built), 0)
	}
	return s
}

// self writes the families about the topology itself. They exist from the start of the
// process, so none of them begins with a zero.
func (a *answer) self(s *selfFigures) {
	a.Begin(pendingEnds)
	for _, p := range []struct {
		end string
		n   int
	}{{"call", s.stats.Pending - s.stats.PendingMessages}, {"message", s.stats.PendingMessages}} {
		a.Value(&exposition.Sample{Labels: a.Labels(exposition.Label{Name: "end", Value: p.end})}, float64(p.n))
	}
	a.Begin(unmatched)
	for _, u := range []struct {
		cause string
		n     uint64
	}{
		{"callee_missing", s.stats.CalleeMissing},
		{"caller_missing", s.stats.CallerMissing},
		{"evicted", s.stats.Evicted},
		{"late", s.stats.Late},
	} {
		labels := a.Labels(exposition.Label{Name: "cause", Value: u.cause})
		a.Value(&exposition.Sample{Labels: labels, Created: s.started}, float64(u.n))
	}
	a.Begin(spanToSnapshot)
	a.Histogram(&exposition.Sample{Created: s.started}, &s.delays)
	if s.age >= 0 {
		a.Begin(snapshotAge)
		a.Value(&exposition.Sample{}, s.age.Seconds())
	}
}
