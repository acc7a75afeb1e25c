package topology

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
)

// testStart is the clock of every test's graph when it is made.
var testStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// span is an observation as tests write it: small numbers for ids, milliseconds
// after testStart for times.
type span struct {
	service   string // "name" or "namespace/name"
	language  string
	kind      Kind
	trace     int // 0 is trace 1
	id        int
	parent    int
	start     int
	end       int // 0: start + 10
	failed    bool
	evidence  Evidence
	weight    float64
	attrs     Attributes
	links     [][2]int // trace, span
	rawTimes  bool     // start and end are Unix nanoseconds
	at        time.Duration
	instance  string
	zeroTrace bool
}

// world feeds a graph.
type world struct {
	*Graph
	t *testing.T
}

func newWorld(t *testing.T, limits Limits) *world {
	t.Helper()
	g, err := New(limits, testStart)
	require.NoError(t, err)
	return &world{Graph: g, t: t}
}

func traceID(n int) (id TraceID) {
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

func spanID(n int) (id SpanID) {
	binary.BigEndian.PutUint64(id[:], uint64(n))
	return id
}

// add advances the clock to the span's arrival and adds it.
func (w *world) add(spans ...span) {
	for _, s := range spans {
		w.Advance(testStart.Add(s.at))
		w.Graph.Add([]Observation{*w.observation(s)})
	}
}

func (w *world) observation(s span) *Observation {
	r := Resource{Name: s.service, SDKLanguage: s.language, Instance: s.instance}
	for i := range s.service {
		if s.service[i] == '/' {
			r.Namespace, r.Name = s.service[:i], s.service[i+1:]
		}
	}
	o := &Observation{
		Trace: traceID(max(s.trace, 1)), Span: spanID(s.id), Parent: spanID(s.parent),
		Service: w.Service(&r), Kind: s.kind, Evidence: s.evidence, Failed: s.failed, Weight: s.weight,
		Start: int64(s.start), End: int64(s.end), Attributes: s.attrs,
	}
	if s.zeroTrace {
		o.Trace = TraceID{}
	}
	if !s.rawTimes {
		if s.end == 0 {
			s.end = s.start + 10
		}
		o.Start = testStart.Add(time.Duration(s.start) * time.Millisecond).UnixNano()
		o.End = testStart.Add(time.Duration(s.end) * time.Millisecond).UnixNano()
	}
	for _, l := range s.links {
		o.Links = append(o.Links, Link{Trace: traceID(l[0]), Span: spanID(l[1])})
	}
	return o
}

// drawn is the graph after a time, an edge a line: "a -> b http call x1", with what
// failed and what was not propagated behind it.
func (w *world) drawn(after time.Duration) []string {
	topo := w.Snapshot(testStart.Add(after))
	lines := []string{}
	for _, e := range topo.Edges {
		line := fmt.Sprintf("%s -> %s %s %s", e.Source, e.Target, e.Transport, e.Relation)
		if e.Evidence != nil {
			line += fmt.Sprintf(" x%g", e.Evidence.Propagated+e.Evidence.Joined+e.Evidence.Inferred)
			if e.Evidence.Joined > 0 {
				line += fmt.Sprintf(" joined=%g", e.Evidence.Joined)
			}
			if e.Evidence.Inferred > 0 {
				line += fmt.Sprintf(" inferred=%g", e.Evidence.Inferred)
			}
			if *e.ErrorRatio > 0 {
				line += fmt.Sprintf(" failed=%g", *e.ErrorRatio)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func nodeNames(t contract.Topology) []string {
	names := []string{}
	for _, n := range t.Nodes {
		names = append(names, n.ID)
	}
	return names
}

// fromA is the edge from a to a target.
func fromA(t *testing.T, topo contract.Topology, target string) contract.TopologyEdge {
	t.Helper()
	i := slices.IndexFunc(topo.Edges, func(e contract.TopologyEdge) bool { return e.Source == "a" && e.Target == target })
	require.GreaterOrEqual(t, i, 0, "no edge a -> %s in %v", target, topo.Edges)
	return topo.Edges[i]
}

// Attributes that tests use often.
var (
	http     = Attributes{Protocols: ProtocolHTTP}
	grpc     = Attributes{RPCSystem: "grpc"}
	kafka    = Attributes{MessagingSystem: "kafka", Destination: "orders"}
	postgres = Attributes{DBSystem: "postgresql", DBNamespace: "payments"}
)

func to(host string) Attributes { return Attributes{Protocols: ProtocolHTTP, ServerAddress: host} }
