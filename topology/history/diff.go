package history

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// Diff lists what is different between two looks at the topology: nodes and edges
// that came or went, and those whose rate, errors or 95th percentiles differ by more
// than chance and buckets explain.
func Diff(from, to *contract.Topology) contract.TopologyDiff {
	return contract.TopologyDiff{
		Version: contract.TopologyVersion,
		From:    contract.DiffSide{AsOf: from.AsOf, WindowSeconds: from.WindowSeconds},
		To:      contract.DiffSide{AsOf: to.AsOf, WindowSeconds: to.WindowSeconds},
		Nodes:   diffNodes(from, to),
		Edges:   diffEdges(from, to),
	}
}

func diffNodes(from, to *contract.Topology) []contract.NodeDiff {
	before := make(map[string]*contract.TopologyNode, len(from.Nodes))
	for i := range from.Nodes {
		before[from.Nodes[i].ID] = &from.Nodes[i]
	}
	out := []contract.NodeDiff{}
	for i := range to.Nodes {
		b := &to.Nodes[i]
		a := before[b.ID]
		delete(before, b.ID)
		d := nodeDiff(b)
		d.To = nodeFigures(b)
		d.Change = contract.ChangeAdded
		if a != nil {
			d.Change, d.From, d.FirstSeen = contract.ChangeChanged, nodeFigures(a), earlier(a.FirstSeen, b.FirstSeen)
			if d.Changed = changed(d.From, d.To, from.WindowSeconds, to.WindowSeconds); len(d.Changed) == 0 {
				continue
			}
		}
		out = append(out, d)
	}
	for _, a := range before {
		d := nodeDiff(a)
		d.Change, d.From = contract.ChangeGone, nodeFigures(a)
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b contract.NodeDiff) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func nodeDiff(n *contract.TopologyNode) contract.NodeDiff {
	return contract.NodeDiff{
		ID: n.ID, Name: n.Name, Namespace: n.Namespace, Kind: n.Kind, Language: n.Language,
		FirstSeen: n.FirstSeen, LastSeen: n.LastSeen,
	}
}

func nodeFigures(n *contract.TopologyNode) *contract.DiffFigures {
	if n.Rate == nil {
		return nil
	}
	return &contract.DiffFigures{Rate: n.Rate, ErrorRatio: n.ErrorRatio, ServerSeconds: n.ServerSeconds}
}

func diffEdges(from, to *contract.Topology) []contract.EdgeDiff {
	before := make(map[string]*contract.TopologyEdge, len(from.Edges))
	for i := range from.Edges {
		before[from.Edges[i].ID] = &from.Edges[i]
	}
	out := []contract.EdgeDiff{}
	for i := range to.Edges {
		b := &to.Edges[i]
		a := before[b.ID]
		delete(before, b.ID)
		d := edgeDiff(b)
		d.To = edgeFigures(b)
		d.Change = contract.ChangeAdded
		if a != nil {
			d.Change, d.From, d.FirstSeen = contract.ChangeChanged, edgeFigures(a), earlier(a.FirstSeen, b.FirstSeen)
			if d.Changed = changed(d.From, d.To, from.WindowSeconds, to.WindowSeconds); len(d.Changed) == 0 {
				continue
			}
		}
		out = append(out, d)
	}
	for _, a := range before {
		d := edgeDiff(a)
		d.Change, d.From = contract.ChangeGone, edgeFigures(a)
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b contract.EdgeDiff) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func edgeDiff(e *contract.TopologyEdge) contract.EdgeDiff {
	return contract.EdgeDiff{
		ID: e.ID, Source: e.Source, Target: e.Target, Transport: e.Transport, Relation: e.Relation,
		ClientLanguage: e.ClientLanguage, ServerLanguage: e.ServerLanguage,
		FirstSeen: e.FirstSeen, LastSeen: e.LastSeen,
	}
}

func edgeFigures(e *contract.TopologyEdge) *contract.DiffFigures {
	if e.Rate == nil {
		return nil
	}
	return &contract.DiffFigures{
		Rate: e.Rate, ErrorRatio: e.ErrorRatio, ClientSeconds: e.ClientSeconds, ServerSeconds: e.ServerSeconds,
		BoundarySeconds: e.BoundarySeconds, QueueSeconds: e.QueueSeconds,
	}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

const (
	// deviations is how many standard deviations two counts must lie apart: chance does
	// that once in a few hundred edges.
	deviations = 3
	// minRateChange and minErrorChange are what a reader cares about, as a share of the
	// rate and in calls of a hundred; minTimeChange is twice the width of a bucket.
	minRateChange  = 0.2
	minErrorChange = 0.01
	minTimeChange  = 0.25
	// minMeasured is how many calls a percentile is believed of.
	minMeasured = 20
)

// changed names the figures that differ. Seconds are the time that each side covers.
func changed(a, b *contract.DiffFigures, secondsA, secondsB float64) []string {
	var none contract.DiffFigures
	a, b = cmp.Or(a, &none), cmp.Or(b, &none)
	var names []string
	rateA, rateB := valueOf(a.Rate), valueOf(b.Rate)
	callsA, callsB := rateA*secondsA, rateB*secondsB
	// The variance of a Poisson count is the count.
	spread := deviations * math.Sqrt(rateA/max(secondsA, 1)+rateB/max(secondsB, 1))
	if d := math.Abs(rateB - rateA); d > spread && d > minRateChange*max(rateA, rateB) {
		names = append(names, "rate")
	}
	if callsA > 0 && callsB > 0 {
		errorsA, errorsB := valueOf(a.ErrorRatio), valueOf(b.ErrorRatio)
		pooled := (errorsA*callsA + errorsB*callsB) / (callsA + callsB)
		spread := deviations * math.Sqrt(pooled*(1-pooled)*(1/callsA+1/callsB))
		if d := math.Abs(errorsB - errorsA); d > spread && d > minErrorChange {
			names = append(names, "error_ratio")
		}
	}
	if min(callsA, callsB) < minMeasured {
		return names
	}
	for _, q := range []struct {
		name string
		a, b *contract.Quantiles
	}{
		{"client_seconds", a.ClientSeconds, b.ClientSeconds},
		{"server_seconds", a.ServerSeconds, b.ServerSeconds},
		{"boundary_seconds", a.BoundarySeconds, b.BoundarySeconds},
		{"queue_seconds", a.QueueSeconds, b.QueueSeconds},
	} {
		if q.a != nil && q.b != nil && math.Abs(q.b.P95-q.a.P95) > minTimeChange*max(q.a.P95, q.b.P95) {
			names = append(names, q.name)
		}
	}
	return names
}

// valueOf is an absent number as nothing: no calls are a rate of zero.
func valueOf(n *float64) float64 {
	if n == nil {
		return 0
	}
	return *n
}
