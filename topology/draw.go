package topology

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// drawEdges draws the picked edges and adds them up for the nodes at their ends.
func (s *snapshot) drawEdges() []contract.TopologyEdge {
	edges := make([]contract.TopologyEdge, 0, len(s.edges))
	var f figures
	var server distribution // of the present target's incoming edges
	for i, e := range s.edges {
		f.reset()
		f.add(s.g, e)
		target := &s.sums[e.key.target]
		target.calls += f.calls
		target.failed += f.failed
		server.add(&f.server)
		if i+1 == len(s.edges) || s.edges[i+1].key.target != e.key.target {
			target.server = quantilesOf(&server)
			server.reset()
		}
		s.sums[e.key.source].seen.see(e.seen.first, e.seen.last)
		target.seen.see(e.seen.first, e.seen.last)
		if e.key.source != missingNode {
			edges = append(edges, s.drawEdge(e, &f))
		}
	}
	slices.SortFunc(edges, func(a, b contract.TopologyEdge) int { return strings.Compare(a.ID, b.ID) })
	return edges
}

func (s *snapshot) drawEdge(e *edge, f *figures) contract.TopologyEdge {
	d := contract.TopologyEdge{
		Source:          s.sums[e.key.source].id,
		Target:          s.sums[e.key.target].id,
		Transport:       s.g.transports.names[e.key.transport],
		Relation:        relations[e.key.relation],
		ClientLanguage:  string(s.g.languages.names[e.sourceLanguage.language]),
		ServerLanguage:  string(s.g.languages.names[e.targetLanguage.language]),
		ClientSeconds:   quantilesOf(&f.client),
		ServerSeconds:   quantilesOf(&f.server),
		BoundarySeconds: quantilesOf(&f.boundary),
		QueueSeconds:    quantilesOf(&f.queue),
		FirstSeen:       time.Unix(0, e.seen.first).UTC(),
		LastSeen:        time.Unix(0, e.seen.last).UTC(),
	}
	d.ID = edgeID(d.Source, d.Target, d.Transport, d.Relation)
	d.Rate, d.ErrorRatio = s.rates(f.calls, f.failed)
	if f.calls > 0 {
		d.Evidence = &contract.EdgeEvidence{
			Propagated: f.evidence[EvidencePropagated],
			Joined:     f.evidence[EvidenceJoined],
			Inferred:   f.evidence[EvidenceInferred],
		}
	}
	return d
}

var edgeIDEscaper = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

// edgeID is readable and, whatever the names are, unique for the edge of rule T2.
func edgeID(source, target string, t contract.Transport, r contract.Relation) string {
	return edgeIDEscaper.Replace(source) + "|" + edgeIDEscaper.Replace(target) + "|" +
		edgeIDEscaper.Replace(string(t)) + "|" + string(r)
}

// drawNodes draws the picked nodes: what their resources say, and the sums over
// their incoming edges.
func (s *snapshot) drawNodes() []contract.TopologyNode {
	s.sumResources()
	nodes := make([]contract.TopologyNode, 0, len(s.nodes))
	for _, id := range s.nodes {
		n, sum := &s.g.nodes.all[id], &s.sums[id]
		d := contract.TopologyNode{
			ID: sum.id, Name: n.key.name, Namespace: n.key.namespace, Kind: n.kind, ServerSeconds: sum.server,
		}
		d.Rate, d.ErrorRatio = s.rates(sum.calls, sum.failed)
		sum.seen.see(n.seen.first, n.seen.last)
		if sum.seen.last != 0 {
			d.FirstSeen, d.LastSeen = time.Unix(0, sum.seen.first).UTC(), time.Unix(0, sum.seen.last).UTC()
		}
		if n.kind == contract.NodeService {
			s.describe(&d, sum)
		}
		nodes = append(nodes, d)
	}
	return nodes
}

// sumResources adds up the resources and instances of each node.
func (s *snapshot) sumResources() {
	for i := range s.g.services.all {
		r := &s.g.services.all[i]
		if !r.live || r.lastArrival < s.oldest {
			continue
		}
		sum := &s.sums[r.node]
		sum.seen.see(r.seen.first, r.seen.last)
		if sum.latest == nil || r.lastArrival > sum.latest.lastArrival {
			sum.latest = r
		}
		if at := slices.IndexFunc(sum.spans, func(c languageCount) bool { return c.language == r.language }); at >= 0 {
			sum.spans[at].spans += r.spans
		} else if r.language != 0 {
			sum.spans = append(sum.spans, languageCount{r.language, r.spans})
		}
	}
	for i, arrival := range s.g.services.instances {
		if arrival >= s.oldest {
			s.sums[i.node].instances++
		}
	}
}

// describe fills what is known of a service beyond its calls (rule T1: of two
// languages under one name the busier comes first).
func (s *snapshot) describe(d *contract.TopologyNode, sum *nodeSum) {
	slices.SortFunc(sum.spans, func(a, b languageCount) int {
		return cmp.Or(cmp.Compare(b.spans, a.spans),
			cmp.Compare(s.g.languages.names[a.language], s.g.languages.names[b.language]))
	})
	if len(sum.spans) > 0 {
		d.Language = string(s.g.languages.names[sum.spans[0].language])
	}
	if len(sum.spans) > 1 {
		for _, c := range sum.spans {
			d.Languages = append(d.Languages, string(s.g.languages.names[c.language]))
		}
	}
	if r := sum.latest; r != nil {
		d.SDK = joinVersion(r.key.SDKName, r.key.SDKVersion)
		d.Runtime = joinVersion(r.key.RuntimeName, r.key.RuntimeVersion)
	}
	if n := sum.instances; n > 0 {
		d.Instances = &n
	}
}

func joinVersion(name, version string) string { return strings.TrimSpace(name + " " + version) }
