// Package process measures whole collectors: a collector process that receives OTLP
// over gRPC, with one processor or none, and sends the spans to nowhere.
//
// It takes the programs and the pipelines, and gives per pipeline the spans per
// second that four clients in a closed loop get through, the CPU time of the
// collector's process per span, and its peak resident memory. Clients send encoded
// requests whose ids are patched in place, so that the load costs little beside what
// is measured, and no trace, span or message occurs twice.
//
// A measurement counts from when the load has run for [Settings].Warmup, when
// pipelines hold as much as they will and let go as much as they take, and ends when
// the last client has its answer. A pipeline that does not give every span on
// exactly once fails.
//
// It reads /proc, so it runs on Linux only.
package process
