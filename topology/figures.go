package topology

import "github.com/polyspan/polyspan/contract"

// figures are the sums over an edge's window.
type figures struct {
	calls, failed                   float64
	evidence                        [evidenceKinds]float64
	client, server, boundary, queue distribution
}

// add pours the part of an edge's window that is not over into the figures.
func (f *figures) add(g *Graph, e *edge) {
	now := g.now / g.slotWidth
	for i := range e.window {
		w := &e.window[i]
		if w.epoch > now || w.epoch <= now-windowSlots {
			continue
		}
		f.calls += w.calls
		f.failed += w.failed
		for k, n := range w.evidence {
			f.evidence[k] += n
		}
		pour(&w.client, &f.client)
		pour(&w.server, &f.server)
		pour(&w.boundary, &f.boundary)
		pour(&w.queue, &f.queue)
	}
}

// reset empties the figures for the next edge.
func (f *figures) reset() {
	f.calls, f.failed, f.evidence = 0, 0, [evidenceKinds]float64{}
	f.client.reset()
	f.server.reset()
	f.boundary.reset()
	f.queue.reset()
}

// rates are calls per second and the share that failed; absent without calls.
func (s *snapshot) rates(calls, failed float64) (rate, errorRatio *float64) {
	if calls == 0 {
		return nil, nil
	}
	r, f := calls/s.covered, failed/calls
	return &r, &f
}

// quantilesOf is absent when nothing was measured.
func quantilesOf(d *distribution) *contract.Quantiles {
	q, ok := d.quantiles([3]float64{0.50, 0.95, 0.99})
	if !ok {
		return nil
	}
	return &contract.Quantiles{P50: q[0], P95: q[1], P99: q[2]}
}
