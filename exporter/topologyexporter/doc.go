// Package topologyexporter is the Collector exporter "topology": it draws the live
// dependency topology from the spans it receives (package topology) and serves it as
// a page, a JSON API with an event stream, and Prometheus metrics.
//
// Spans are read while they are consumed and never kept. Nothing leaves the process
// but answers to HTTP requests.
package topologyexporter

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
