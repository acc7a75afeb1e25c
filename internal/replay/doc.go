// Package replay measures inference on recorded traces: it takes a recording whose
// parents are known, removes contexts the way thread pools and header-less
// transports do, streams what is left through package infer, and compares the
// joins with the recording.
//
//	Read → Recording → Normalise → Break → Play → Score
//
// [Read] takes Jaeger JSON (one document a line or a file) and OTLP JSON lines,
// plain or gzip, in bounded memory a value. [Recording.Normalise] keeps the traces
// of one kind of request and gives every call a client side. [Break] cuts the
// parents of a [Variant], shifts traces together in time, draws new ids for every
// fragment and shuffles the spans; nothing of the original ids is left in what the
// engine sees. [Play] feeds the spans as they would arrive at a collector, measures
// the engine's processor time alone, and gives the joins. [Score] is the score of
// the TraceWeaver paper (SIGCOMM 2024), extended to callees that are called more
// than once, with precision, coverage and calibration of the confidence beside it.
//
// The same recording, options and seed give the same spans and the same score.
// [Synthetic] draws recordings of systems that were never recorded. The baselines
// ([Baseline]) are what simple methods reach on the same spans.
package replay
