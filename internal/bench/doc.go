// Package bench measures Polyspan's components beside the contrib components that
// do the nearest job: the same spans through both, in turn, in one process.
//
// A [Contest] names our [Pipeline] and those of peers, all built through their
// factories from configurations as in YAML, and the [Load] each gets. [Run]
// measures every contest in rounds and gives the medians as [Result]s; a ratio
// above 1 means that ours costs less.
//
// Cost is CPU time of the whole process (user and system, background goroutines
// and garbage collection included) and allocations, from the first span until
// the last one is out and the pipeline is shut down, per span. Making the input
// costs too: in every round the same loop runs once without components, and
// what it costs is subtracted from all.
//
// A contest is only worth printing if everybody does the same work; the tests of
// this package compare what comes out.
package bench
