// Package checkpoint keeps a graph over a restart: counters and histograms with their
// beginnings, the window, when things were seen first and last, and the addresses
// whose service is known.
//
// It takes a [topology.Graph] and writes it to [history.Blobs] in parts of a few
// hundred edges, of which only those that changed are written again, all in one change
// ([Saver.Save]). [Load] restores an empty graph from it.
//
// What is guaranteed:
//
//   - What is on disk is one state, never half of one and half of another.
//   - Restored counters are exact: what a reader saw before the last Save is not above
//     what is restored, so nothing ever counts twice.
//   - A part that is damaged, or that something else wrote, is left out and said; the
//     others are restored.
//
// The package reads no clock and starts no goroutine. A [Saver] is not safe for
// concurrent use.
package checkpoint
