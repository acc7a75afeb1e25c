//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package multilangbridgeprocessor is the Collector processor multi_language_bridge:
// it merges the pieces of one request that language SDKs sent as several traces.
//
// It takes traces and gives the same spans, each once, in the batches they came
// in: held for a time, with the trace ids and parents of joined pieces rewritten
// (rules M1–M14). What cannot be merged passes unmerged and is counted by cause.
// It does not group spans by trace, drop or sample.
package multilangbridgeprocessor
