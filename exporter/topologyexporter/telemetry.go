package topologyexporter

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/polyspan/polyspan/topology"
)

// registerTelemetry lets the exporter's own metrics be read from the graph's stats
// when they are collected: nothing is recorded span by span.
func (e *topologyExporter) registerTelemetry() error {
	t := e.telemetry
	return errors.Join(
		e.registerHistoryTelemetry(),
		t.RegisterExporterTopologySpansCallback(e.observe(func(s *topology.Stats) int64 { return int64(s.Spans) })),
		t.RegisterExporterTopologyCallsCallback(e.observe(func(s *topology.Stats) int64 { return int64(s.Calls) })),
		t.RegisterExporterTopologyPairsCallback(e.observe(func(s *topology.Stats) int64 { return int64(s.Pairs) })),
		t.RegisterExporterTopologyDuplicatesCallback(e.observe(func(s *topology.Stats) int64 { return int64(s.Duplicates) })),
		t.RegisterExporterTopologyNegativeDurationsCallback(e.observe(func(s *topology.Stats) int64 { return int64(s.NegativeDurations) })),
		t.RegisterExporterTopologyNodesCallback(e.observe(func(s *topology.Stats) int64 { return int64(s.Nodes) })),
		t.RegisterExporterTopologyEdgesCallback(e.observe(func(s *topology.Stats) int64 { return int64(s.Edges) })),
		t.RegisterExporterTopologyPendingCallback(e.observe(func(s *topology.Stats) int64 { return int64(s.Pending) })),
		t.RegisterExporterTopologyExpiredCallback(e.observeBy("cause", func(s *topology.Stats) map[string]uint64 {
			return map[string]uint64{
				"callee_missing": s.CalleeMissing,
				"caller_missing": s.CallerMissing,
				"evicted":        s.Evicted,
			}
		})),
		t.RegisterExporterTopologyInvalidCallback(e.observeBy("cause", func(s *topology.Stats) map[string]uint64 {
			return map[string]uint64{
				"ids":             s.InvalidIDs,
				"times":           s.InvalidTimes,
				"self_parent":     s.SelfParents,
				"no_service_name": s.Unidentified,
			}
		})),
		t.RegisterExporterTopologyRefusedCallback(e.observeBy("bound", func(s *topology.Stats) map[string]uint64 {
			return map[string]uint64{
				"nodes":               s.RefusedNodes,
				"versions":            s.RefusedVersions,
				"edges":               s.RefusedEdges,
				"external_per_client": s.RefusedExternals,
				"peers":               s.RefusedPeers,
				"links":               s.RefusedLinks,
				"transports":          s.RefusedTransports,
			}
		})),
		t.RegisterExporterTopologyStreamClientsCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(e.streams.clients.Load())
			return nil
		}),
	)
}

// observe reads one figure.
func (e *topologyExporter) observe(figure func(*topology.Stats) int64) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		s := e.stats()
		o.Observe(figure(&s))
		return nil
	}
}

// observeBy reads figures that an attribute tells apart.
func (e *topologyExporter) observeBy(key string, figures func(*topology.Stats) map[string]uint64) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		s := e.stats()
		for value, n := range figures(&s) {
			o.Observe(int64(n), metric.WithAttributes(attribute.String(key, value)))
		}
		return nil
	}
}
