// Package topology draws the live dependency graph of services from spans.
//
// It takes [Observation] values, one a span, in any order; pairs callers with
// callees; and gives the graph as it is now: a [contract.Topology] with rates,
// error ratios and quantiles over a sliding window ([Graph.Snapshot]), and
// cumulative counters and histograms ([Graph.Totals]). [Mermaid], [DOT] and [JSON]
// render a topology, [Focus] cuts one out around a node.
//
// What is guaranteed (the rules T1–T11 of the model are quoted where they are kept):
//
//   - A call is counted once per callee span, in whichever order the two ends
//     arrive; a span delivered twice is counted once while it is remembered.
//   - A caller without a callee becomes a call to a virtual node when its wait is
//     over, not before.
//   - Memory is bounded by [Limits]; what a bound turns away is counted in [Stats]
//     and, where it can be drawn, drawn as an overflow node.
//   - In the steady state [Graph.Add] allocates nothing.
//
// The package reads no clock, starts no goroutine and knows no telemetry library:
// time comes in through [Graph.Advance]. A Graph is not safe for concurrent use; its
// owner holds one lock around a batch of calls.
package topology
