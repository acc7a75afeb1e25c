// Package archtest holds the rules of this repository that no compiler checks, as
// tests: who may import whom, that every package says what it is, that all
// go.mod files and the distribution's manifest name the same Collector, that the
// collector binary stays free of the bill-of-materials libraries, and that no
// file carries a path or an address of the machine it was written on.
//
// It takes the working tree as it is (what git tracks or would track, and what
// `go list` says), needs no network and changes nothing. Every rule is a plain
// function from facts to violations, tested on made-up facts beside it; a
// violation names the file or package and the remedy.
//
// A rule that needs something which is not there, such as a built collector, is
// skipped with the reason on a developer's machine and fails where CI=true.
package archtest
