package history

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// Draw gives the sum as a topology: rates over all of the time that it covers.
func (s *Sum) Draw() contract.Topology {
	t := contract.Topology{
		Version:       contract.TopologyVersion,
		AsOf:          time.Unix(0, s.To).UTC(),
		WindowSeconds: s.seconds(),
		Nodes:         []contract.TopologyNode{},
		Edges:         []contract.TopologyEdge{},
	}
	ids := s.ids()
	incoming := map[topology.NodeName]*topology.Figures{}
	for _, e := range s.edges {
		if incoming[e.Target] == nil {
			incoming[e.Target] = &topology.Figures{}
		}
		addFigures(incoming[e.Target], &e.Figures)
		t.Edges = append(t.Edges, s.drawEdge(e, ids))
	}
	for name, id := range ids {
		t.Nodes = append(t.Nodes, s.drawNode(name, id, incoming[name]))
	}
	slices.SortFunc(t.Nodes, func(a, b contract.TopologyNode) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(t.Edges, func(a, b contract.TopologyEdge) int { return strings.Compare(a.ID, b.ID) })
	return t
}

func (s *Sum) seconds() float64 {
	if s.pieces > 0 {
		return time.Duration(s.pieces).Seconds()
	}
	return time.Duration(s.To - s.From).Seconds()
}

// ids gives every node its id: "namespace/name" or "name". Services come first: a
// virtual node of the same id gets its kind behind it.
func (s *Sum) ids() map[topology.NodeName]string {
	names := make([]topology.NodeName, 0, len(s.nodes))
	seen := map[topology.NodeName]bool{}
	pick := func(n topology.NodeName) {
		if !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	for n := range s.nodes {
		pick(n)
	}
	for _, e := range s.edges {
		pick(e.Source)
		pick(e.Target)
	}
	slices.SortFunc(names, func(a, b topology.NodeName) int {
		return cmp.Or(
			cmp.Compare(s.rank(a), s.rank(b)),
			strings.Compare(a.Namespace, b.Namespace),
			strings.Compare(a.Name, b.Name),
		)
	})
	ids, taken := make(map[topology.NodeName]string, len(names)), make(map[string]bool, len(names))
	for _, n := range names {
		id := n.Name
		if n.Namespace != "" {
			id = n.Namespace + "/" + id
		}
		for taken[id] {
			id += " (" + string(s.kind(n)) + ")"
		}
		taken[id] = true
		ids[n] = id
	}
	return ids
}

func (s *Sum) rank(n topology.NodeName) int {
	if s.kind(n) == contract.NodeService {
		return 0
	}
	return 1
}

func (s *Sum) kind(n topology.NodeName) contract.NodeKind {
	if d := s.nodes[n]; d != nil {
		return d.Kind
	}
	return contract.NodeExternal
}

func (s *Sum) drawNode(name topology.NodeName, id string, incoming *topology.Figures) contract.TopologyNode {
	n := contract.TopologyNode{ID: id, Name: name.Name, Namespace: name.Namespace, Kind: s.kind(name)}
	if incoming != nil {
		n.Rate, n.ErrorRatio = s.rates(incoming)
		n.ServerSeconds = quantilesOf(&incoming.Server)
		n.CriticalShare = share(incoming.CriticalSeconds, incoming.EntrySeconds)
	}
	d := s.nodes[name]
	if d == nil {
		return n
	}
	n.SDK, n.Runtime = d.SDK, d.Runtime
	if len(d.Languages) > 0 {
		n.Language = string(d.Languages[0])
	}
	if len(d.Languages) > 1 {
		n.Languages = texts(d.Languages)
	}
	if d.Instances > 0 {
		n.Instances = &d.Instances
	}
	n.FirstSeen, n.LastSeen = instant(d.First), instant(d.Last)
	return n
}

func (s *Sum) drawEdge(e *Edge, ids map[topology.NodeName]string) contract.TopologyEdge {
	f := &e.Figures
	d := contract.TopologyEdge{
		Source:          ids[e.Source],
		Target:          ids[e.Target],
		Transport:       e.Transport,
		Relation:        e.Relation,
		ClientLanguage:  string(e.SourceLanguage),
		ServerLanguage:  string(e.TargetLanguage),
		ClientSeconds:   quantilesOf(&f.Client),
		ServerSeconds:   quantilesOf(&f.Server),
		BoundarySeconds: quantilesOf(&f.Boundary),
		QueueSeconds:    quantilesOf(&f.Queue),
		RequestBytes:    share(f.Request.Bytes, f.Request.Count),
		ResponseBytes:   share(f.Response.Bytes, f.Response.Count),
		CriticalShare:   share(f.CriticalSeconds, f.EntrySeconds),
		CallerMissing:   e.CallerMissing,
		Self:            e.Source == e.Target,
		FirstSeen:       instant(e.First),
		LastSeen:        instant(e.Last),
	}
	d.ID = topology.EdgeID(d.Source, d.Target, d.Transport, d.Relation)
	d.Rate, d.ErrorRatio = s.rates(f)
	if f.Calls > 0 {
		d.Evidence = &contract.EdgeEvidence{
			Propagated: f.Evidence[topology.EvidencePropagated],
			Joined:     f.Evidence[topology.EvidenceJoined],
			Inferred:   f.Evidence[topology.EvidenceInferred],
		}
	}
	if f.Failed() > 0 {
		d.Errors = &contract.EdgeErrors{
			Callee:    f.Errors[topology.OriginCallee],
			Caller:    f.Errors[topology.OriginCaller],
			Swallowed: f.Errors[topology.OriginSwallowed],
		}
	}
	return d
}

// rates are calls per second and the share that failed; absent without calls.
func (s *Sum) rates(f *topology.Figures) (rate, errorRatio *float64) {
	if f.Calls == 0 || s.To <= s.From {
		return nil, nil
	}
	r, e := f.Calls/s.seconds(), f.Failed()/f.Calls
	return &r, &e
}

func quantilesOf(h *topology.Histogram) *contract.Quantiles {
	if h.Count() == 0 {
		return nil
	}
	return &contract.Quantiles{P50: h.Quantile(0.50), P95: h.Quantile(0.95), P99: h.Quantile(0.99)}
}

// share is absent when nothing was measured.
func share(part, whole float64) *float64 {
	if whole <= 0 {
		return nil
	}
	q := part / whole
	return &q
}

// instant is the time of a known number of Unix nanoseconds.
func instant(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}
