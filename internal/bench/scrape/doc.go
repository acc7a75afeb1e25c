// Package scrape measures what one scrape of a service graph costs: of the topology
// exporter, and of contrib's Prometheus exporter behind its service graph connector,
// in one run over the same edges.
//
// It takes a number of edges and gives the CPU time of the whole process for a scrape
// over HTTP, the client included, divided by the edges. What the connector spends on
// collecting the metrics at each flush is not in the peer's figure.
package scrape
