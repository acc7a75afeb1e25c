// Package polyglot builds, starts and stops the example system of
// examples/polyglot (services in Java, Python, Rust, Go and TypeScript) together
// with what it reports to: a collector and, if present, a Prometheus server.
//
// It takes the root of the source tree and the languages to use, and gives
// running processes on free loopback ports. It guarantees that nothing outlives
// them: [System.Stop], [Collector.Stop] and [Prometheus.Stop] end every child with
// its whole process group, and on Linux the kernel ends the children when the
// process that runs this package dies. It writes only to a private temporary
// folder, to the build folders of the examples and to the log folder it is given.
//
// It serves the demo and the end-to-end tests and needs a Unix system.
package polyglot
