package topologyexporter

import (
	"sync"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

const (
	// arrivalWidth is how finely arrivals are told apart: the error of what is measured.
	arrivalWidth = 10 * time.Millisecond
	// arrivalSlots cover what may arrive between two views that somebody waits for.
	arrivalSlots = 1024
)

// freshness measures the time from the arrival of spans to the snapshot that shows
// them. It costs a request of spans one addition, whatever their number.
type freshness struct {
	mu sync.Mutex // guards what follows
	// arrived are the spans since the last snapshot, by slots of arrivalWidth from begun.
	arrived [arrivalSlots]uint32
	begun   time.Time
	// delays are since the start of the process; the clock is that of the exporter.
	delays topology.Histogram
	built  time.Time // the last snapshot
}

// arrive notes spans that can be seen from now on.
func (f *freshness) arrive(spans int, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.begun.IsZero() {
		f.begun = now
	}
	if slot := int(now.Sub(f.begun) / arrivalWidth); slot >= 0 && slot < arrivalSlots {
		f.arrived[slot] += uint32(spans)
	}
}

// shown notes a snapshot that was begun at one time, so that it shows what had arrived
// until then, and was ready at another. If the one before is so long ago that not all
// arrivals since are known, nobody was waiting for it, and they are left out.
func (f *freshness) shown(begun, ready time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.begun.IsZero() && begun.Sub(f.begun) < arrivalSlots*arrivalWidth {
		for slot := range f.arrived {
			if spans := f.arrived[slot]; spans > 0 {
				arrival := f.begun.Add(time.Duration(slot) * arrivalWidth)
				f.delays.Observe(max(ready.Sub(arrival), 0), float64(spans))
			}
		}
	}
	clear(f.arrived[:])
	f.begun, f.built = begun, ready
}

// read gives a copy of the delays and the time of the last snapshot, zero before the first.
func (f *freshness) read() (topology.Histogram, time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var delays topology.Histogram
	delays.Add(&f.delays)
	return delays, f.built
}

// trust tells what became of the spans so far.
func (e *topologyExporter) trust() *contract.TopologyTrust {
	s := e.stats()
	t := &contract.TopologyTrust{
		Spans:         s.Spans,
		Calls:         s.Calls,
		Paired:        s.Pairs,
		CalleeMissing: s.CalleeMissing,
		CallerMissing: s.CallerMissing,
		Late:          s.Late,
		Evicted:       s.Evicted,
		Duplicates:    s.Duplicates,
		Refused: s.RefusedNodes + s.RefusedVersions + s.RefusedEdges + s.RefusedExternals +
			s.RefusedPeers + s.RefusedLinks + s.RefusedTransports + s.RefusedAliases,
		PendingCalls:    s.Pending - s.PendingMessages,
		PendingMessages: s.PendingMessages,
	}
	if delays, _ := e.freshness.read(); delays.Count() > 0 {
		t.SpanToPicture = &contract.Quantiles{P50: delays.Quantile(0.5), P95: delays.Quantile(0.95), P99: delays.Quantile(0.99)}
	}
	return t
}
