package topologyexporter

import (
	"time"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
	"github.com/polyspan/polyspan/topology"
)

// answer writes figures for one reader.
type answer struct {
	exposition.Encoder

	// zeroAfter: series that began later are written as 0.
	zeroAfter time.Time
	// sample and empty are what the encoder is given, one at a time.
	sample exposition.Sample
	empty  exposition.Counts
}

func (a *answer) write(f *figures) error {
	a.pairs(f.pairs)
	a.edges(f.edges)
	a.missing(f.missing)
	a.spans(f.spans)
	a.self(&f.self)
	a.breaks(f.breaks)
	return a.Close()
}

// value writes a counter, or a gauge, which has no beginning.
func (a *answer) value(s exposition.Sample, value float64) {
	if s.Created.After(a.zeroAfter) {
		s.Exemplar, value = nil, 0
	}
	a.sample = s
	a.Value(&a.sample, value)
}

func (a *answer) counts(s exposition.Sample, c *exposition.Counts) {
	if s.Created.After(a.zeroAfter) {
		s.Exemplar, c = nil, &a.empty
	}
	a.sample = s
	a.Histogram(&a.sample, c)
}

// pairs writes the families of the service graph.
func (a *answer) pairs(pairs []pairSeries) {
	for i := range pairs {
		s := &pairs[i]
		s.labels = a.Labels(
			exposition.Label{Name: "client", Value: s.source.Name},
			exposition.Label{Name: "client_service_namespace", Value: s.source.Namespace},
			exposition.Label{Name: "connection_type", Value: s.connection},
			exposition.Label{Name: "server", Value: s.target.Name},
			exposition.Label{Name: "server_service_namespace", Value: s.target.Namespace},
			exposition.Label{Name: "virtual_node", Value: s.virtualNode},
		)
	}
	a.Begin(requests)
	for i := range pairs {
		a.value(pairs[i].sample(nil), pairs[i].calls)
	}
	a.Begin(failures)
	for i := range pairs {
		a.value(pairs[i].sample(&pairs[i].failing), pairs[i].failed)
	}
	a.Begin(serverTimes)
	for i := range pairs {
		a.counts(pairs[i].sample(&pairs[i].slow), &pairs[i].server)
	}
	a.Begin(clientTimes)
	for i := range pairs {
		if pairs[i].virtualNode != "client" { // it has no spans of its own
			a.counts(pairs[i].sample(&pairs[i].slow), &pairs[i].client)
		}
	}
	a.Begin(queueTimes)
	for i := range pairs {
		if pairs[i].connection == "messaging_system" {
			a.counts(pairs[i].sample(nil), &pairs[i].queue)
		}
	}
}

func (s *pairSeries) sample(e *exposition.Exemplar) exposition.Sample {
	if e != nil && e.At.IsZero() {
		e = nil
	}
	return exposition.Sample{Labels: s.labels, Created: s.created, Exemplar: e}
}

// edges writes the families of single edges.
func (a *answer) edges(edges []edgeSeries) {
	for i := range edges {
		s := &edges[i]
		s.labels = a.Labels(
			exposition.Label{Name: "client", Value: s.source.Name},
			exposition.Label{Name: "client_service_namespace", Value: s.source.Namespace},
			exposition.Label{Name: "server", Value: s.target.Name},
			exposition.Label{Name: "server_service_namespace", Value: s.target.Namespace},
			exposition.Label{Name: "transport", Value: string(s.transport)},
		)
	}
	a.Begin(boundaryTimes)
	for i := range edges {
		if s := &edges[i]; s.measured {
			a.counts(exposition.Sample{Labels: s.labels, Created: s.created}, &s.boundary)
		}
	}
	a.parts(originErrors, "origin", [3]string{"callee", "caller", "swallowed"}, edges, func(s *edgeSeries) ([3]float64, bool) {
		// Swallowed failures are among the callee's: a counter that gave them back when the
		// caller's entry comes would go down.
		callee, caller, swallowed := s.errors[topology.OriginCallee], s.errors[topology.OriginCaller], s.errors[topology.OriginSwallowed]
		return [3]float64{callee, caller, swallowed}, callee+caller > 0
	})
	a.parts(evidences, "evidence", [3]string{"propagated", "joined", "inferred"}, edges, func(s *edgeSeries) ([3]float64, bool) {
		joined, inferred := s.evidence[topology.EvidenceJoined], s.evidence[topology.EvidenceInferred]
		return [3]float64{s.evidence[topology.EvidencePropagated], joined, inferred}, joined+inferred > 0
	})
	a.Begin(lastSeen)
	for i := range edges {
		// Unix seconds; there is none where span times were absurd throughout.
		if s := &edges[i]; s.lastSeen > 0 {
			a.value(exposition.Sample{Labels: s.labels}, float64(s.lastSeen)/1e9)
		}
	}
	a.infos(edges)
}

// parts writes a counter of edges in three parts that a label tells apart. Most edges
// are whole, and are left out.
func (a *answer) parts(family exposition.Family, label string, values [3]string, edges []edgeSeries, of func(*edgeSeries) ([3]float64, bool)) {
	var more [3]exposition.Labels
	for i, v := range values {
		more[i] = a.More(exposition.Label{Name: label, Value: v})
	}
	a.Begin(family)
	for i := range edges {
		s := &edges[i]
		parts, ok := of(s)
		if !ok {
			continue
		}
		for part, n := range parts {
			a.value(exposition.Sample{Labels: s.labels, More: more[part], Created: s.created}, n)
		}
	}
}

func (a *answer) infos(edges []edgeSeries) {
	more := map[edgeInfo]exposition.Labels{}
	a.Begin(edgeInfos)
	for i := range edges {
		s := &edges[i]
		for _, info := range s.infos {
			labels, known := more[info]
			if !known {
				labels = a.More(
					exposition.Label{Name: "relation", Value: string(info.relation)},
					exposition.Label{Name: "client_language", Value: string(info.client)},
					exposition.Label{Name: "server_language", Value: string(info.server)},
				)
				more[info] = labels
			}
			a.value(exposition.Sample{Labels: s.labels, More: labels}, 1)
		}
	}
}

func (a *answer) missing(missing []missingSeries) {
	a.Begin(callerMissing)
	for i := range missing {
		s := &missing[i]
		labels := a.Labels(
			exposition.Label{Name: "server", Value: s.Name},
			exposition.Label{Name: "server_service_namespace", Value: s.Namespace},
		)
		a.value(exposition.Sample{Labels: labels, Created: s.created}, s.calls)
	}
}
