// Package topology draws the live dependency graph of services from spans.
//
// It takes [Observation] values, one a span, in any order; pairs callers with
// callees; and gives the graph as it is now: a [contract.Topology] with rates,
// error ratios and quantiles over a sliding window ([SnapshotShared]), and
// cumulative counters and histograms ([EachTotal], [EachEdge] with the parts of the
// window). [Mermaid], [DOT] and [JSON] render a topology, [Focus] cuts one out around
// a node. A [Watcher] is told of what could not be paired, came late or was repaired;
// [Graph.RestoreEdge] and its siblings bring back what an earlier graph knew.
//
// What is guaranteed (the rules T1–T11 of the model are quoted where they are kept):
//
//   - A call is counted once per callee span, in whichever order the two ends
//     arrive; a span delivered twice is counted once while it is remembered.
//   - A caller without a callee becomes a call to a virtual node when its wait is
//     over, not before.
//   - A partner that comes when the wait is over corrects the window, and never counts
//     a call a second time.
//   - What is drawn does not depend on the order in which spans arrive within their wait.
//   - Memory is bounded by [Limits]; what a bound turns away is counted in [Stats]
//     and, where it can be drawn, drawn as an overflow node with an estimate of how many
//     distinct things it stands for. One caller cannot use up the room of the others.
//   - In the steady state [Graph.Add] allocates nothing.
//
// The package reads no clock, starts no goroutine and knows no telemetry library:
// time comes in through [Graph.Advance]. A Graph is not safe for concurrent use; its
// owner holds one lock around a batch of calls. Readers take that lock for a slice of
// the graph at a time.
package topology
