// Package e2e holds the end-to-end tests: the built collector between the real
// services of examples/polyglot and OTLP sinks in the test, one sink before and one
// behind the merge processor, so that the tests see the same spans twice.
//
// The tests take the collector and the command line from _build and build the
// services themselves. They are left out, with a message, under -short and where a
// toolchain or a binary is missing; with CI=true a missing one is a failure. Ports are
// free ones, time is bounded, and every child is stopped.
package e2e
