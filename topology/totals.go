package topology

import (
	"math"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// Bounds are the upper bounds, in seconds, of the buckets of a [Distribution]. They
// are 0.1 s times powers of two, as far down as a call inside one machine is short.
func Bounds() []float64 { return bounds[:] }

var (
	bounds = [...]float64{
		0.1 / 65536, 0.1 / 8192, 0.1 / 1024, 0.1 / 256, 0.1 / 64, 0.1 / 16, 0.1 / 4, 0.1 / 2,
		0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8,
	}
	// boundEnds is, for each bound, the number of buckets that lie below it.
	boundEnds = func() (ends [len(bounds)]int) {
		for i, b := range bounds {
			ends[i] = bucketOf(int64(math.Floor(b*1e9))) + 1
		}
		return ends
	}()
)

// Distribution is a cumulative histogram over [Bounds].
type Distribution struct {
	// Cumulative counts the durations of at most each bound.
	Cumulative [len(bounds)]float64
	Count      float64
	SumSeconds float64
}

// End is a node as one end of an edge.
type End struct {
	Namespace, Name string
	Kind            contract.NodeKind
	Language        contract.Language
}

// Total is what one edge has counted since it was created. It never decreases while
// the edge lives.
type Total struct {
	Source, Target End
	Transport      contract.Transport
	Relation       contract.Relation
	Created        time.Time
	Calls, Failed  float64
	// Client holds the caller's durations and Server the callee's. Queue is filled for
	// messages, Boundary for calls with both ends (rule T7).
	Client, Server, Boundary, Queue Distribution
}

// CallerMissing counts the entries of a service whose parent never came.
type CallerMissing struct {
	Target  End
	Created time.Time
	Calls   float64
}

// Totals gives the cumulative figures of all edges, in no particular order, and the
// entries without their callers.
func (g *Graph) Totals() ([]Total, []CallerMissing) {
	totals := make([]Total, 0, len(g.edges.byKey))
	var missing []CallerMissing
	for _, e := range g.edges.all {
		switch {
		case e == nil:
		case e.key.source == missingNode:
			missing = append(missing, CallerMissing{
				Target:  g.end(e.key.target, e.targetLanguage),
				Created: time.Unix(0, e.created).UTC(),
				Calls:   e.calls,
			})
		default:
			totals = append(totals, Total{
				Source:    g.end(e.key.source, e.sourceLanguage),
				Target:    g.end(e.key.target, e.targetLanguage),
				Transport: g.transports.names[e.key.transport],
				Relation:  relations[e.key.relation],
				Created:   time.Unix(0, e.created).UTC(),
				Calls:     e.calls,
				Failed:    e.failed,
				Client:    e.client.project(),
				Server:    e.server.project(),
				Boundary:  e.boundary.project(),
				Queue:     e.queue.project(),
			})
		}
	}
	return totals, missing
}

func (g *Graph) end(id nodeID, language majority) End {
	n := &g.nodes.all[id]
	return End{
		Namespace: n.key.namespace,
		Name:      n.key.name,
		Kind:      n.kind,
		Language:  g.languages.names[language.language],
	}
}

// project counts a histogram up to each of the classic bounds, exactly: they are
// bounds of its own buckets.
func (t *total) project() Distribution {
	d := Distribution{SumSeconds: t.sumSeconds}
	next := 0
	for i, c := range t.counts {
		for next < len(bounds) && boundEnds[next] <= t.first+i {
			d.Cumulative[next] = d.Count
			next++
		}
		d.Count += c
	}
	for ; next < len(bounds); next++ {
		d.Cumulative[next] = d.Count
	}
	return d
}

// Add adds another distribution.
func (d *Distribution) Add(o *Distribution) {
	for i, c := range o.Cumulative {
		d.Cumulative[i] += c
	}
	d.Count += o.Count
	d.SumSeconds += o.SumSeconds
}
