// Package layout places the nodes of a topology so that its picture does not jump.
//
// It takes a [contract.Topology] and gives every node a [Point]. Callers stand left of
// what they call, in layers; inside a layer nodes stand near their neighbours.
//
// What is guaranteed:
//
//   - A node that was placed keeps its place, whatever comes or goes, also when it
//     is away for a while; new nodes take free places near their neighbours.
//   - No two nodes of a topology have the same place.
//   - The same sequence of topologies gives the same places: ties are broken by id.
//   - Places lie on a grid of [ColumnWidth] by [RowHeight], no further from the
//     origin than twice the number of nodes that are remembered.
//   - What is remembered is bounded: of the nodes that are away, those that left
//     first are forgotten.
//
// It reads no clock and starts no goroutine. A [Layout] is not safe for concurrent use.
package layout
