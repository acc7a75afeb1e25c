package topologyexporter

import (
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
	"github.com/polyspan/polyspan/topology"
)

// name is a node as labels tell it apart.
type name struct{ Namespace, Name string }

func nameOf(e *topology.End) name { return name{mended(e.Namespace), mended(e.Name)} }

// mended makes any text UTF-8: one label that is not would spoil the whole scrape.
func mended[S ~string](s S) S { return S(strings.ToValidUTF8(string(s), "\uFFFD")) }

// pair is what tells the series of the service graph apart: not the transport.
type pair struct {
	source, target          name
	connection, virtualNode string
}

// pairOf reads the connection type: empty for direct calls.
func pairOf(r *topology.Record) pair {
	p := pair{source: nameOf(&r.Source), target: nameOf(&r.Target)}
	switch {
	case r.Source.Kind != contract.NodeService:
		p.virtualNode = "client"
	case r.Target.Kind != contract.NodeService:
		p.virtualNode = "server"
	}
	switch {
	case r.Relation == contract.RelationMessage:
		p.connection = "messaging_system"
	case r.Target.Kind == contract.NodeDatabase:
		p.connection = "database"
	case p.virtualNode != "":
		p.connection = "virtual_node"
	}
	return p
}

// pairSeries is the sum of the edges of a pair.
type pairSeries struct {
	pair

	labels                exposition.Labels
	created               time.Time
	calls, failed         float64
	client, server, queue exposition.Counts
}

// edgeKey is what tells the series of single edges apart.
type edgeKey struct {
	source, target name
	transport      contract.Transport
}

// edgeInfo is what may differ between the edges of one series.
type edgeInfo struct {
	relation       contract.Relation
	client, server contract.Language
}

// edgeSeries is the sum of the edges of a key.
type edgeSeries struct {
	edgeKey

	created  time.Time
	boundary exposition.Counts
	// measured: both ends may be seen, so there is a boundary.
	measured bool
	infos    []edgeInfo
}

// missingSeries is the sum of the entries of one name whose callers never came.
type missingSeries struct {
	name

	created time.Time
	calls   float64
}

// figures are the graph's cumulative figures, summed by labels so that no two series
// can be the same, whatever services are called: one such pair would spoil the whole
// scrape. Series are in the order in which the graph holds their edges.
type figures struct {
	asOf time.Time
	// newest is when the youngest series began.
	newest  time.Time
	pairs   []pairSeries
	edges   []edgeSeries
	missing []missingSeries

	// Indexes into the above.
	byPair    map[pair]int
	byEdge    map[edgeKey]int
	byMissing map[name]int
}

func sum(asOf time.Time, records []topology.Record) *figures {
	f := &figures{
		asOf:      asOf,
		pairs:     make([]pairSeries, 0, len(records)),
		edges:     make([]edgeSeries, 0, len(records)),
		byPair:    make(map[pair]int, len(records)),
		byEdge:    make(map[edgeKey]int, len(records)),
		byMissing: map[name]int{},
	}
	for i := range records {
		r := &records[i]
		if r.Created.After(f.newest) {
			f.newest = r.Created
		}
		if r.CallerMissing {
			f.addMissing(r)
			continue
		}
		f.addPair(r)
		f.addEdge(r)
	}
	return f
}

func (f *figures) addPair(r *topology.Record) {
	key := pairOf(r)
	i, known := f.byPair[key]
	if !known {
		i = len(f.pairs)
		f.byPair[key] = i
		f.pairs = append(f.pairs, pairSeries{pair: key, created: r.Created})
	}
	s := &f.pairs[i]
	s.created = earlier(s.created, r.Created)
	s.calls += r.Calls
	s.failed += r.Failed
	add(&s.client, &r.Client)
	add(&s.queue, &r.Queue)
	if key.virtualNode == "server" {
		// A virtual callee has no spans of its own: the caller's duration stands for it.
		add(&s.server, &r.Client)
	} else {
		add(&s.server, &r.Server)
	}
}

func (f *figures) addEdge(r *topology.Record) {
	key := edgeKey{nameOf(&r.Source), nameOf(&r.Target), mended(r.Transport)}
	i, known := f.byEdge[key]
	if !known {
		i = len(f.edges)
		f.byEdge[key] = i
		f.edges = append(f.edges, edgeSeries{edgeKey: key, created: r.Created})
	}
	s := &f.edges[i]
	s.created = earlier(s.created, r.Created)
	add(&s.boundary, &r.Boundary)
	s.measured = s.measured || len(r.Boundary.Counts) > 0 || r.Relation == contract.RelationCall &&
		r.Source.Kind == contract.NodeService && r.Target.Kind == contract.NodeService
	if info := (edgeInfo{r.Relation, mended(r.Source.Language), mended(r.Target.Language)}); !slices.Contains(s.infos, info) {
		s.infos = append(s.infos, info)
	}
}

func (f *figures) addMissing(r *topology.Record) {
	key := nameOf(&r.Target)
	i, known := f.byMissing[key]
	if !known {
		i = len(f.missing)
		f.byMissing[key] = i
		f.missing = append(f.missing, missingSeries{name: key, created: r.Created})
	}
	s := &f.missing[i]
	s.created = earlier(s.created, r.Created)
	s.calls += r.Calls
}

// add sums histograms. The first one is taken as it is: most series have one edge.
func add(sum *exposition.Counts, b *topology.Buckets) {
	sum.Sum += b.SumSeconds
	switch {
	case len(b.Counts) == 0:
	case len(sum.Counts) == 0:
		sum.First, sum.Counts = b.First, b.Counts
	default:
		first := min(sum.First, b.First)
		counts := make([]float64, max(sum.First+len(sum.Counts), b.First+len(b.Counts))-first)
		copy(counts[sum.First-first:], sum.Counts)
		for i, n := range b.Counts {
			counts[b.First-first+i] += n
		}
		sum.First, sum.Counts = first, counts
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
