package topologyexporter

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// registerHistoryTelemetry lets the own metrics of history and restart be read.
func (e *topologyExporter) registerHistoryTelemetry() error {
	t := e.telemetry
	with := func(key, value string) metric.ObserveOption {
		return metric.WithAttributes(attribute.String(key, value))
	}
	var errs []error
	if e.history != nil {
		errs = append(errs,
			t.RegisterExporterTopologyHistorySizeCallback(func(_ context.Context, o metric.Int64Observer) error {
				o.Observe(e.history.store.Stats().Bytes)
				return nil
			}),
			t.RegisterExporterTopologyHistoryLostCallback(func(_ context.Context, o metric.Int64Observer) error {
				s := e.history.store.Stats()
				o.Observe(int64(s.Dropped), with("loss", "max_mib"))
				o.Observe(int64(s.Damaged), with("loss", "damaged"))
				o.Observe(int64(e.history.late.dropped.Load()), with("loss", "too_late"))
				return nil
			}),
		)
	}
	if e.restart != nil {
		errs = append(errs, t.RegisterExporterTopologySaveFailedCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(e.restart.failed.Load()), with("content", "state"))
			if e.history != nil {
				o.Observe(int64(e.history.store.Stats().Failed), with("content", "history"))
			}
			return nil
		}))
	}
	return errors.Join(errs...)
}
