// Package gen builds realistic traces of a system in five languages, the same
// ones for the same seed, as load for benchmarks.
//
// One trace is 12 spans over 5 services, each service in its own resource:
//
//	 1 frontend   (nodejs)  server    root
//	 2 frontend             client    calls checkout
//	 3 checkout   (go)      server
//	 4 checkout             internal
//	 5 checkout             client    calls payment
//	 6 payment    (java)    server    old HTTP names
//	 7 payment              client    calls postgres, old database names; no server span
//	 8 checkout             producer  sends to kafka
//	 9 fraud      (python)  consumer  child of 8, and a link to it
//	10 checkout             client    calls inventory over gRPC
//	11 inventory  (dotnet)  server
//	12 inventory            client    calls redis; no server span
//
// A graph that pairs spans sees, per trace, 4 pairs, a call to a database with
// the old db.name, one to a database without, and a call from outside. Ten
// attribute names are of old semantic conventions, the rest of the current ones.
// Three traces in a hundred fail with an exception event.
package gen

// Shape of one trace.
const (
	SpansPerTrace    = 12
	ServicesPerTrace = 5
	PairsPerTrace    = 4
)
