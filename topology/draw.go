package topology

import (
	"encoding/hex"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// drawEdge draws what an edge counted in the window; its ends have no ids yet.
func (s *snapshot) drawEdge(e *edgeCopy, f *Figures) contract.TopologyEdge {
	d := contract.TopologyEdge{
		Transport:       e.transport,
		Relation:        relations[e.key.relation],
		ClientLanguage:  string(e.source.Language),
		ServerLanguage:  string(e.target.Language),
		ClientSeconds:   quantilesOf(&f.Client),
		ServerSeconds:   quantilesOf(&f.Server),
		BoundarySeconds: quantilesOf(&f.Boundary),
		QueueSeconds:    quantilesOf(&f.Queue),
		RequestBytes:    f.Request.mean(),
		ResponseBytes:   f.Response.mean(),
		CriticalShare:   share(f.CriticalSeconds, f.EntrySeconds),
		CallerMissing:   e.key.source == missingNode,
		Self:            e.key.source == e.key.target,
		FirstSeen:       timeOf(e.seen.first),
		LastSeen:        timeOf(e.seen.last),
	}
	d.Rate, d.ErrorRatio = s.rates(f.Calls, f.Failed())
	if f.Calls > 0 {
		d.Evidence = &contract.EdgeEvidence{
			Propagated: f.Evidence[EvidencePropagated],
			Joined:     f.Evidence[EvidenceJoined],
			Inferred:   f.Evidence[EvidenceInferred],
		}
	}
	if f.Failed() > 0 {
		d.Errors = &contract.EdgeErrors{
			Callee:    f.Errors[OriginCallee],
			Caller:    f.Errors[OriginCaller],
			Swallowed: f.Errors[OriginSwallowed],
		}
	}
	if e.edge.extra != nil {
		drawExtra(&d, e.edge.extra)
	}
	return d
}

func drawExtra(d *contract.TopologyEdge, x *extra) {
	for _, v := range x.via {
		d.Via = append(d.Via, contract.EdgeVia{Name: joinName(v.system, v.topic), Calls: v.calls})
	}
	for _, example := range x.exemplars(nil) {
		d.Exemplars = append(d.Exemplars, contract.EdgeExemplar{
			TraceID: hexOf(example.Trace[:]), SpanID: hexOf(example.Span[:]),
			Seconds: example.Seconds, Failed: example.Failed, At: timeOf(example.At),
		})
	}
	if x.refused != nil {
		n := x.refused.estimate()
		d.Distinct = &n
	}
}

// rates are calls per second and the share that failed; absent without calls.
func (s *snapshot) rates(calls, failed float64) (rate, errorRatio *float64) {
	if calls <= 0 {
		return nil, nil
	}
	r, f := calls/s.covered, failed/calls
	return &r, &f
}

// share is absent when nothing was measured.
func share(part, whole float64) *float64 {
	if whole <= 0 {
		return nil
	}
	q := part / whole
	return &q
}

func (s *Sizes) mean() *float64 { return share(s.Bytes, s.Count) }

// timeOf is the zero time for 0, which stands for never.
func timeOf(unixNano int64) time.Time {
	if unixNano == 0 {
		return time.Time{}
	}
	return time.Unix(0, unixNano).UTC()
}

var edgeIDEscaper = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

// EdgeID is the id of an edge in a document: readable and, whatever the names are,
// unique for the edge of rule T2. Source and target are the ids of the nodes.
func EdgeID(source, target string, t contract.Transport, r contract.Relation) string {
	return edgeIDEscaper.Replace(source) + "|" + edgeIDEscaper.Replace(target) + "|" +
		edgeIDEscaper.Replace(string(t)) + "|" + string(r)
}

// drawNodes draws the picked nodes: what their resources say, and the sums over
// their incoming edges.
func (s *snapshot) drawNodes() []contract.TopologyNode {
	nodes := make([]contract.TopologyNode, 0, len(s.picked))
	for _, id := range s.picked {
		n := &s.sums[id]
		d := contract.TopologyNode{
			ID: n.id, Name: n.key.name, Namespace: n.key.namespace, Kind: n.kind,
			ServerSeconds: quantilesOf(&n.server), CriticalShare: share(n.critical, n.entry),
		}
		d.Rate, d.ErrorRatio = s.rates(n.calls, n.failed)
		n.seen.see(n.nodeRow.seen.first, n.nodeRow.seen.last)
		d.FirstSeen, d.LastSeen = timeOf(n.seen.first), timeOf(n.seen.last)
		if n.kind == contract.NodeService {
			n.describe(&d)
		}
		nodes = append(nodes, d)
	}
	return nodes
}

// describe fills what is known of a service beyond its calls (rule T1: of two
// languages under one name the busier comes first).
func (n *nodeRow) describe(d *contract.TopologyNode) {
	languages := n.busiest()
	if len(languages) > 0 {
		d.Language = string(languages[0])
	}
	if len(languages) > 1 {
		for _, l := range languages {
			d.Languages = append(d.Languages, string(l))
		}
	}
	d.SDK, d.Runtime = n.latest.sdk, n.latest.runtime
	if instances := n.instances; instances > 0 {
		d.Instances = &instances
	}
}

func joinVersion(name, version string) string { return strings.TrimSpace(name + " " + version) }

func hexOf(id []byte) string { return hex.EncodeToString(id) }
