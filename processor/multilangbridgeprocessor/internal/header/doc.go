// Package header decodes captured propagation headers into the parent they name.
//
// It takes header values as strings, as instrumentation records them on a span
// (http.request.header.*, rpc.request.metadata.*), and gives the trace id and span
// id in OTLP's form. Formats are those of W3C Trace Context, B3 single and multi,
// Jaeger, Datadog, AWS X-Ray, SkyWalking v3 (sw8), OT-trace and Google Cloud Trace.
// Values longer than maxValueLen are refused before they are read. A value that is
// not exactly of its format gives nothing: a guess would be a false parent.
package header
