// Package exposition writes metrics for Prometheus: in the text format, in OpenMetrics
// and in delimited protobuf, the last with native histograms.
//
// It takes families one after the other, each with its series, and appends them to a
// buffer that is handed on as it fills; no series is held. Labels are escaped once by
// [Encoder.Labels] and may then be used in any family of the same answer. Histograms
// come in the buckets of a [Layout], which knows how they project to classic bounds
// and to the native schema.
//
// What it does not do: it does not check that names are valid or that series differ.
// The first error of the underlying writer is kept and given by [Encoder.Close].
package exposition
