package topology

import (
	"time"

	"github.com/polyspan/polyspan/contract"
)

// Buckets are the counts of a cumulative histogram in the graph's own buckets, from
// bucket First on, without the empty ones at either end. [UpperBound] tells where a
// bucket ends.
type Buckets struct {
	First      int
	Counts     []float64
	SumSeconds float64
}

// Record is what one edge has counted since it was created. It never decreases while
// the edge lives.
type Record struct {
	Source, Target End
	// CallerMissing marks the entries of Target whose parent never came; Source is
	// empty then.
	CallerMissing bool
	Transport     contract.Transport
	Relation      contract.Relation
	Created       time.Time
	Calls, Failed float64
	// Client holds the caller's durations and Server the callee's. Queue is filled for
	// messages, Boundary for calls with both ends (rule T7).
	Client, Server, Boundary, Queue Buckets
}

// Records is a copy of the graph's cumulative figures, in the order in which the graph
// holds its edges: it stays the same as long as the edges do.
type Records struct {
	All []Record
	// counts is where the records' counts lie, so that a copy allocates seldom.
	counts []float64
}

// Records appends the figures of the edges in at most n places of the table, from the
// given place on, and returns the place to go on from; more is false after the last.
// A reader who lets go of the graph between calls sees each edge at one instant, but
// not all edges at the same.
func (g *Graph) Records(from, n int, into *Records) (next int, more bool) {
	end := min(from+n, len(g.edges.all))
	for _, e := range g.edges.all[from:end] {
		if e != nil {
			into.add(g, e)
		}
	}
	return end, end < len(g.edges.all)
}

func (r *Records) add(g *Graph, e *edge) {
	var f Figures
	f.addTotal(e)
	record := Record{
		Target:    g.end(e.key.target, e.targetLanguage),
		Transport: g.transports.names[e.key.transport],
		Relation:  relations[e.key.relation],
		Created:   time.Unix(0, e.created).UTC(),
		Calls:     f.Calls,
		Failed:    f.Failed(),
		Client:    r.copy(&f.Client),
		Server:    r.copy(&f.Server),
		Boundary:  r.copy(&f.Boundary),
		Queue:     r.copy(&f.Queue),
	}
	if e.key.source == missingNode {
		record.CallerMissing = true
	} else {
		record.Source = g.end(e.key.source, e.sourceLanguage)
	}
	r.All = append(r.All, record)
}

// copy leaves out the empty buckets at either end: histograms grow in steps.
func (r *Records) copy(t *Histogram) Buckets {
	counts, first := t.Counts, t.First
	for len(counts) > 0 && counts[0] == 0 {
		counts, first = counts[1:], first+1
	}
	for len(counts) > 0 && counts[len(counts)-1] == 0 {
		counts = counts[:len(counts)-1]
	}
	if cap(r.counts)-len(r.counts) < len(counts) {
		// What was copied before stays where it is; its records refer to it.
		r.counts = make([]float64, 0, max(countsChunk, len(counts)))
	}
	start := len(r.counts)
	r.counts = append(r.counts, counts...)
	return Buckets{First: first, Counts: r.counts[start:len(r.counts):len(r.counts)], SumSeconds: t.SumSeconds}
}

// countsChunk is how many counts are allocated at a time: 128 KiB.
const countsChunk = 16 << 10
