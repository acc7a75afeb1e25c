package topologyexporter

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// name is a node as labels tell it apart.
type name struct{ Namespace, Name string }

func nameOf(e *topology.End) name { return name{e.Namespace, e.Name} }

// pair is what tells the series of the service graph apart: not the transport.
type pair struct {
	source, target          name
	connection, virtualNode string
}

// pairSum is the sum of the edges of a pair.
type pairSum struct {
	created               time.Time
	calls, failed         float64
	client, server, queue topology.Distribution
}

func sumPairs(totals []topology.Total) map[pair]*pairSum {
	sums := make(map[pair]*pairSum, len(totals))
	for i := range totals {
		t := &totals[i]
		key := pairOf(t)
		sum := sums[key]
		if sum == nil {
			sum = &pairSum{created: t.Created}
			sums[key] = sum
		}
		sum.created = earlier(sum.created, t.Created)
		sum.calls += t.Calls
		sum.failed += t.Failed
		sum.client.Add(&t.Client)
		sum.queue.Add(&t.Queue)
		if key.virtualNode == "server" {
			// A virtual callee has no spans of its own: the caller's duration stands for it.
			sum.server.Add(&t.Client)
		} else {
			sum.server.Add(&t.Server)
		}
	}
	return sums
}

// pairOf reads the connection type: empty for direct calls.
func pairOf(t *topology.Total) pair {
	p := pair{source: nameOf(&t.Source), target: nameOf(&t.Target)}
	switch {
	case t.Source.Kind != contract.NodeService:
		p.virtualNode = "client"
	case t.Target.Kind != contract.NodeService:
		p.virtualNode = "server"
	}
	switch {
	case t.Relation == contract.RelationMessage:
		p.connection = "messaging_system"
	case t.Target.Kind == contract.NodeDatabase:
		p.connection = "database"
	case p.virtualNode != "":
		p.connection = "virtual_node"
	}
	return p
}

func (s *pairSum) collect(ch chan<- prometheus.Metric, p pair) {
	labels := []string{p.source.Name, p.target.Name, p.connection, p.source.Namespace, p.target.Namespace, p.virtualNode}
	ch <- constant(requests, prometheus.CounterValue, s.calls, s.created, labels)
	ch <- constant(failures, prometheus.CounterValue, s.failed, s.created, labels)
	ch <- histogram(serverTimes, &s.server, s.created, labels)
	if p.virtualNode != "client" {
		ch <- histogram(clientTimes, &s.client, s.created, labels)
	}
	if s.queue.Count > 0 {
		ch <- histogram(queueTimes, &s.queue, s.created, labels)
	}
}

// edgeSeries is what tells the series of single edges apart.
type edgeSeries struct {
	source, target name
	transport      contract.Transport
}

// edgeSum is the sum of the edges of a series.
type edgeSum struct {
	created  time.Time
	boundary topology.Distribution
	// infos are the relations and languages seen.
	infos map[edgeLanguages]bool
}

type edgeLanguages struct {
	relation       contract.Relation
	client, server contract.Language
}

func sumEdges(totals []topology.Total) map[edgeSeries]*edgeSum {
	sums := make(map[edgeSeries]*edgeSum, len(totals))
	for i := range totals {
		t := &totals[i]
		key := edgeSeries{nameOf(&t.Source), nameOf(&t.Target), t.Transport}
		sum := sums[key]
		if sum == nil {
			sum = &edgeSum{created: t.Created, infos: map[edgeLanguages]bool{}}
			sums[key] = sum
		}
		sum.created = earlier(sum.created, t.Created)
		sum.boundary.Add(&t.Boundary)
		sum.infos[edgeLanguages{t.Relation, t.Source.Language, t.Target.Language}] = true
	}
	return sums
}

func (s *edgeSum) collect(ch chan<- prometheus.Metric, e edgeSeries) {
	labels := []string{e.source.Name, e.target.Name, e.source.Namespace, e.target.Namespace, string(e.transport)}
	if s.boundary.Count > 0 {
		ch <- histogram(boundaryTimes, &s.boundary, s.created, labels)
	}
	for i := range s.infos {
		ch <- constant(edgeInfo, prometheus.GaugeValue, 1, time.Time{},
			append(slices.Clip(labels), string(i.relation), string(i.client), string(i.server)))
	}
}

// missingSum is the sum of the entries without a caller of one name.
type missingSum struct {
	created time.Time
	calls   float64
}

func sumMissing(missing []topology.CallerMissing) map[name]missingSum {
	sums := make(map[name]missingSum, len(missing))
	for i := range missing {
		m := &missing[i]
		sum, ok := sums[nameOf(&m.Target)]
		if !ok {
			sum.created = m.Created
		}
		sum.created = earlier(sum.created, m.Created)
		sum.calls += m.Calls
		sums[nameOf(&m.Target)] = sum
	}
	return sums
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
