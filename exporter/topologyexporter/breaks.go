package topologyexporter

import (
	"sync"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/breaks"
)

// maxFindings bounds what the graph tells between two ticks, at about 450 bytes each.
const maxFindings = 16384

// breakFinder takes what the graph could not pair and gives it to the detector, outside
// of the graph's lock. A nil breakFinder finds nothing.
type breakFinder struct {
	mu  sync.Mutex // guards told; taken under the graph's lock
	own told       // what the graph tells now

	detecting sync.Mutex // guards what follows; never taken under the graph's lock
	detector  *breaks.Detector
	given     told // what is being given to the detector
}

// told is what the graph told.
type told struct {
	unmatched []topology.Unmatched
	repaired  []topology.Repaired
	late      []topology.Late
	missed    float64 // beyond maxFindings
}

func newBreakFinder(cfg *Config) (*breakFinder, error) {
	if !cfg.Breaks.Enabled {
		return nil, nil
	}
	d, err := breaks.New(cfg.breakLimits())
	if err != nil {
		return nil, err
	}
	return &breakFinder{detector: d}, nil
}

// watch makes the graph tell.
func (b *breakFinder) watch(w *topology.Watcher) {
	if b == nil {
		return
	}
	w.Unmatched = func(u *topology.Unmatched) {
		if breaks.Dull(u) {
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.own.unmatched) >= maxFindings {
			b.own.missed++
			return
		}
		b.own.unmatched = append(b.own.unmatched, *u)
	}
	w.Repaired = func(r *topology.Repaired) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.own.repaired) >= maxFindings {
			b.own.missed++
			return
		}
		b.own.repaired = append(b.own.repaired, *r)
	}
	w.Late = func(l *topology.Late) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.own.late) >= maxFindings {
			b.own.missed++
			return
		}
		b.own.late = append(b.own.late, *l)
	}
}

// tick gives the detector what was told since the last time.
func (b *breakFinder) tick(now time.Time) {
	if b == nil {
		return
	}
	b.detecting.Lock()
	defer b.detecting.Unlock()
	b.mu.Lock()
	b.own, b.given = b.given, b.own
	b.mu.Unlock()
	g := &b.given
	b.detector.Advance(now)
	for i := range g.unmatched {
		b.detector.Unmatched(&g.unmatched[i])
	}
	for i := range g.repaired {
		b.detector.Repaired(&g.repaired[i])
	}
	for i := range g.late {
		b.detector.Late(&g.late[i])
	}
	if g.missed > 0 {
		b.detector.Missed(g.missed)
	}
	clear(g.unmatched)
	clear(g.repaired)
	clear(g.late)
	b.given = told{unmatched: g.unmatched[:0], repaired: g.repaired[:0], late: g.late[:0]}
}

func (b *breakFinder) report(calls breaks.Calls) contract.Breaks {
	b.detecting.Lock()
	defer b.detecting.Unlock()
	return b.detector.Report(calls)
}

// totals are what /metrics shows; nil when nothing is looked for.
func (b *breakFinder) totals() map[breaks.Kind]breaks.Total {
	if b == nil {
		return nil
	}
	b.detecting.Lock()
	defer b.detecting.Unlock()
	return b.detector.Totals()
}
