// Package breaks finds where the context of requests is lost between services.
//
// It takes the spans that the graph could not pair: callers whose callee did not come,
// and entries without a caller; and pairs that the merge processor repaired. It gives
// a [contract.Breaks]: groups of calls by the services, languages, SDKs and scopes at
// both ends, with counts, examples, a confidence, and what to change.
//
// A call without a callee and a root span of the service it goes to, inside of it in
// time, may be one request whose context was lost. They may as well be strangers: a
// service that also has callers of its own has roots at all times. So every lone
// caller is also looked up at two moments when it was not calling, and what is found
// there as well is chance: the confidence is the share of matches beyond chance. A
// callee that was asked for by the very address the caller used is better evidence.
//
// What is guaranteed:
//
//   - A root explains at most one call; a group is a break only from three matches on,
//     and with a confidence of at least one half.
//   - What is not lost context is told apart and listed by its own cause: a callee that
//     sends no spans, one whose span was dropped or sampled away, one that was late, a
//     call that failed, a hop in between that reports elsewhere.
//   - Calls to databases are passed over.
//   - All that is kept is bounded by [Limits]; what does not fit is counted.
//
// The package reads no clock and starts no goroutine. A [Detector] is not safe for
// concurrent use.
package breaks
