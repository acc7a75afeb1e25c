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
//   - Spans are held up to one and a half times Config.Wait. When a window closes,
//     what arrived long enough ago for its request to have arrived too is decided;
//     what is newer is context, and decided by the next window.
//   - A request is a span that enters a process; its calls are what it causes
//     there. Every endpoint has a learned model: which callees it calls, how
//     often, how long after what, and how long after the last answer it ends.
//     Requests whose context did propagate teach it; where there are none the
//     first window teaches itself from several simple starts, goes on with the
//     one that explains it best, and learns most from its quiet moments.
//   - The calls of a window are shared out among its requests so that the
//     requests together are as probable as possible; an orphan may also be
//     nobody's child, at the rate such roots are seen.
//   - The confidence weighs the chosen parent against every exchange that would
//     give the orphan another one, less sharply than the models say, and least
//     sharply where no context arrived that could teach them. In busy moments the
//     doubts about a request's other calls count, too. It is then held against
//     self-checks: known parents are hidden, inferred and compared.
//
// For [Between], a client span is a request that makes one call. The hosts' clocks
// are brought together first, from calls that are known or, without any, from
// where the distances of all possible ones heap up.
//
// Guarantees. The result for a window depends on the set of its spans, not on
// their order. Everything held is bounded by Config; what does not fit is given
// up and counted by cause, never waited for. The package reads no clock, starts
// no goroutine and is not safe for concurrent use: the caller owns an Engine.
//
// It does not change spans and knows no attributes: the caller maps its names to
// numbers and carries the joins out.
package infer
