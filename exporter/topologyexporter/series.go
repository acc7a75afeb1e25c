package topologyexporter

import (
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/breaks"
)

// name is a node as labels tell it apart.
type name = topology.NodeName

// mended makes any text UTF-8: one label that is not would spoil the whole scrape.
func mended[S ~string](s S) S { return S(strings.ToValidUTF8(string(s), "\uFFFD")) }

func mendedName(n name) name { return name{Namespace: mended(n.Namespace), Name: mended(n.Name)} }

// pair is what tells the series of the service graph apart: not the transport.
type pair struct {
	source, target          name
	connection, virtualNode string
}

// pairOf reads the connection type: empty for direct calls.
func pairOf(e *topology.EdgeState) pair {
	p := pair{source: mendedName(e.Source), target: mendedName(e.Target)}
	switch {
	case e.SourceKind != contract.NodeService:
		p.virtualNode = "client"
	case e.TargetKind != contract.NodeService:
		p.virtualNode = "server"
	}
	switch {
	case e.Relation == contract.RelationMessage:
		p.connection = "messaging_system"
	case e.TargetKind == contract.NodeDatabase:
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
	// slow and failing are recent calls that stand for the others.
	slow, failing exposition.Exemplar
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

	labels   exposition.Labels
	created  time.Time
	lastSeen int64 // span time, Unix nanoseconds
	boundary exposition.Counts
	// measured: both ends may be seen, so there is a boundary.
	measured bool
	// errors are by origin, evidence by how caller and callee were tied together.
	errors, evidence [3]float64
	infos            []edgeInfo
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
	spans   []spanSeries
	self    selfFigures
	breaks  map[breaks.Kind]breaks.Total

	// Indexes into the above.
	byPair    map[pair]int
	byEdge    map[edgeKey]int
	byMissing map[name]int
	// room is where counts are copied to; those copied before stay where they are.
	room []float64
}

func newFigures(asOf time.Time, edges int) *figures {
	return &figures{
		asOf:      asOf,
		pairs:     make([]pairSeries, 0, edges),
		edges:     make([]edgeSeries, 0, edges),
		byPair:    make(map[pair]int, edges),
		byEdge:    make(map[edgeKey]int, edges),
		byMissing: map[name]int{},
	}
}

// add takes what it needs of an edge, whose memory is used again.
func (f *figures) add(e *topology.EdgeState) {
	if e.Created.After(f.newest) {
		f.newest = e.Created
	}
	if e.CallerMissing {
		f.addMissing(e)
		return
	}
	f.addPair(e)
	f.addEdge(e)
}

func (f *figures) addPair(e *topology.EdgeState) {
	key := pairOf(e)
	i, known := f.byPair[key]
	if !known {
		i = len(f.pairs)
		f.byPair[key] = i
		f.pairs = append(f.pairs, pairSeries{pair: key, created: e.Created})
	}
	s := &f.pairs[i]
	s.created = earlier(s.created, e.Created)
	s.calls += e.Total.Calls
	s.failed += e.Total.Failed()
	f.sum(&s.queue, &e.Total.Queue)
	if key.virtualNode != "client" {
		f.sum(&s.client, &e.Total.Client)
	}
	if key.virtualNode == "server" {
		// A virtual callee has no spans of its own: the caller's duration stands for it.
		f.sum(&s.server, &e.Total.Client)
	} else {
		f.sum(&s.server, &e.Total.Server)
	}
	for i := range e.Exemplars {
		s.exemplar(&e.Exemplars[i])
	}
}

func (s *pairSeries) exemplar(e *topology.Exemplar) {
	x := exposition.Exemplar{TraceID: e.Trace, SpanID: e.Span, Value: e.Seconds, At: time.Unix(0, e.At)}
	if e.Failed {
		s.failing = x
	} else {
		s.slow = x
	}
}

func (f *figures) addEdge(e *topology.EdgeState) {
	key := edgeKey{mendedName(e.Source), mendedName(e.Target), mended(e.Transport)}
	i, known := f.byEdge[key]
	if !known {
		i = len(f.edges)
		f.byEdge[key] = i
		f.edges = append(f.edges, edgeSeries{edgeKey: key, created: e.Created})
	}
	s := &f.edges[i]
	s.created = earlier(s.created, e.Created)
	s.lastSeen = max(s.lastSeen, e.LastSeen)
	f.sum(&s.boundary, &e.Total.Boundary)
	s.measured = s.measured || len(s.boundary.Counts) > 0 || e.Relation == contract.RelationCall &&
		e.SourceKind == contract.NodeService && e.TargetKind == contract.NodeService
	for i := range s.errors {
		s.errors[i] += e.Total.Errors[i]
		s.evidence[i] += e.Total.Evidence[i]
	}
	if info := (edgeInfo{e.Relation, mended(e.SourceLanguage), mended(e.TargetLanguage)}); !slices.Contains(s.infos, info) {
		s.infos = append(s.infos, info)
	}
}

func (f *figures) addMissing(e *topology.EdgeState) {
	key := mendedName(e.Target)
	i, known := f.byMissing[key]
	if !known {
		i = len(f.missing)
		f.byMissing[key] = i
		f.missing = append(f.missing, missingSeries{name: key, created: e.Created})
	}
	s := &f.missing[i]
	s.created = earlier(s.created, e.Created)
	s.calls += e.Total.Calls
}

// sum adds a histogram to a series.
func (f *figures) sum(to *exposition.Counts, h *topology.Histogram) {
	to.Sum += h.SumSeconds
	if len(h.Counts) == 0 {
		return
	}
	first, end := h.First, h.First+len(h.Counts)
	if len(to.Counts) > 0 {
		first, end = min(first, to.First), max(end, to.First+len(to.Counts))
	}
	counts := f.take(end - first)
	copy(counts[max(to.First-first, 0):], to.Counts)
	for i, n := range h.Counts {
		counts[h.First-first+i] += n
	}
	to.First, to.Counts = first, counts
}

// roomCounts is how many counts are allocated at a time: 128 KiB.
const roomCounts = 16 << 10

// take gives n counts of 0.
func (f *figures) take(n int) []float64 {
	if len(f.room) < n {
		f.room = make([]float64, max(n, roomCounts))
	}
	counts := f.room[:n:n]
	f.room = f.room[n:]
	return counts
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
