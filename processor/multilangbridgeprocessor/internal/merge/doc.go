// Package merge decides which pieces of one request belong together.
//
// It takes spans as plain values with what they claim about their parents, keeps
// an index of those that are held, and gives for each span that leaves the trace
// id and parent it leaves with. It follows rules M1–M14 of docs/rules.md: a
// piece is all spans that arrived with one trace id, an entry a span of a piece
// whose parent is not in the piece, and joins are exact or do not happen.
//
// Decisions are made for a whole connected component of pieces when the first of
// its spans leaves, from the set of spans held at that moment and nothing else
// (M10). Afterwards the component is fixed: spans that come later leave with the
// remembered id (M2). Remembered ids live for Config.Remember, at most
// Config.MaxRemembered of them.
//
// A Store is not safe for concurrent use, starts nothing and reads no clock: the
// caller passes the time. Cost per held span: 64 bytes, 4 more in pieces of more
// than 16 spans, and its share of its piece (80 bytes). None of it has pointers, so
// the garbage collector does not look through it. What a span costs in time does
// not depend on how many are held (BenchmarkHeld).
package merge
