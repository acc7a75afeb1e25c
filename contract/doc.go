// Package contract holds what the parts of Polyspan agree on and nothing else:
// attribute keys, evidence and transport names, the semantic-convention spellings
// that are read, language detection, and the wire form of the topology.
//
// It takes and gives plain values, imports the standard library only, keeps no
// state and starts nothing. The processor, the exporter, the bridge and the
// command line may run in different processes and versions; this package is the
// only thing they share, so a string here is a promise to users: tests lock it.
package contract
