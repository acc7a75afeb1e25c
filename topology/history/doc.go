// Package history keeps what the topology looked like, and compares two looks at it.
//
// It takes [Slot] values: what every edge counted in one stretch of span time (rule
// T8), and what its nodes were. A slot may be written again and again while late
// spans still change it; of two records of one edge in one slot the larger counts,
// because a slot only grows. It gives the [Sum] over any stretch that is kept
// ([Store.Read]), a [contract.Topology] of it ([Sum.Draw]), and the difference of two
// ([Diff]).
//
// What is guaranteed:
//
//   - Slots are encoded when they are written and never held decoded; they take at
//     most [Options.MaxBytes], all together. The oldest leave first, and are counted.
//   - They get coarser with age: six slots become one when they are older than two
//     windows, and six of those when they are older than 25 windows.
//   - What is in [Blobs] survives a restart. A record that is damaged, or that
//     something else wrote, is left out and counted; it does not stop the others.
//   - Blobs that cannot be written stay in memory, within the same bound, and are
//     tried again.
//
// The package reads no clock and starts no goroutine. A [Store] is safe for
// concurrent use.
package history
