// Package infer finds the parents of spans whose context was lost, from time and
// topology alone, and says how sure it is of each.
//
// It takes spans as plain values, in any order of arrival, and the time they
// arrived at. It gives [Join] values: this orphan's parent is that span, with a
// calibrated probability. Two problems are solved by one engine: [Within] a
// process (which request caused this outgoing call) and [Between] processes
// (which client span was answered by this parentless server span).
//
// How it works, in the order of the data:
//
//   - Spans are held for at most Config.Wait. A window closes every half of it;
//     the older half is decided, the newer half is context for the decision.
//   - A request is a span that enters a process; its calls are what it causes
//     there. Every endpoint has a learned model: which callees it calls, how
//     often, how long after what, and how long after the last answer it ends.
//     Requests whose context did propagate teach it first; where there are none
//     the window teaches itself from several simple starts and keeps the one
//     that explains the window best.
//   - The calls of a window are shared out among its requests so that the
//     requests together are as probable as possible; an orphan may also be
//     nobody's child, at the rate such roots are seen.
//   - The confidence weighs the chosen parent against every exchange that would
//     give the orphan another one, and is then held against self-checks: known
//     parents are hidden, inferred and compared.
//
// Guarantees. The result for a window depends on the set of its spans, not on
// their order. Everything held is bounded by Config; what does not fit is given
// up and counted by cause, never waited for. The package reads no clock, starts
// no goroutine and is not safe for concurrent use: the caller owns an Engine.
//
// It does not change spans and knows no attributes: the caller maps its names to
// numbers and carries the joins out.
package infer
