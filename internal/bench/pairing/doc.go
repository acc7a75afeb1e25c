// Package pairing holds what a topology must make of spans as a table of cases, and
// runs each of them through our exporter and through contrib's servicegraph connector:
// both columns of docs/pairing.md are measured. It also compares the two for speed at
// many edges.
//
// It has tests and benchmarks only.
package pairing
