package scrape

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/servicegraphconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"

	"github.com/polyspan/polyspan/exporter/topologyexporter"
)

// subject is something that can be scraped.
type subject struct {
	url        string
	components []component.Component
}

func (s *subject) shutdown(ctx context.Context) error {
	var errs []error
	for _, c := range s.components {
		errs = append(errs, c.Shutdown(ctx))
	}
	return errors.Join(errs...)
}

// ours is the topology exporter with the edges in it; native switches native
// histograms on.
func ours(ctx context.Context, td []ptrace.Traces, native bool) (*subject, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	histograms := "classic"
	if native {
		histograms = "native"
	}
	f := topologyexporter.NewFactory()
	cfg, err := config(f, map[string]any{
		"endpoint": address, "max_edges": 500_000, "max_nodes": 100_000,
		"metrics": map[string]any{"histograms": histograms, "spanmetrics": false},
	})
	if err != nil {
		return nil, err
	}
	e, err := f.CreateTraces(ctx, exporter.Settings{ID: component.NewID(f.Type()), TelemetrySettings: telemetry()}, cfg)
	if err != nil {
		return nil, err
	}
	if err := e.Start(ctx, host{}); err != nil {
		return nil, err
	}
	s := &subject{url: "http://" + address + "/metrics", components: []component.Component{e}}
	for _, t := range td {
		if err := e.ConsumeTraces(ctx, t); err != nil {
			return nil, errors.Join(err, s.shutdown(ctx))
		}
	}
	return s, nil
}

// flushEvery is how often the connector hands its metrics on, and flushes how many it
// gets to do so for all edges.
const (
	flushEvery = 500 * time.Millisecond
	flushes    = 240
)

// theirs is contrib's Prometheus exporter with what contrib's service graph connector
// counted of the edges. The connector is stopped before anything is measured.
func theirs(ctx context.Context, td []ptrace.Traces, edges int) (*subject, error) {
	metrics, err := graphMetrics(ctx, td, edges)
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	f := prometheusexporter.NewFactory()
	cfg, err := config(f, map[string]any{"endpoint": address})
	if err != nil {
		return nil, err
	}
	e, err := f.CreateMetrics(ctx, exporter.Settings{ID: component.NewID(f.Type()), TelemetrySettings: telemetry()}, cfg)
	if err != nil {
		return nil, err
	}
	if err := e.Start(ctx, host{}); err != nil {
		return nil, err
	}
	s := &subject{url: "http://" + address + "/metrics", components: []component.Component{e}}
	if err := e.ConsumeMetrics(ctx, metrics); err != nil {
		return nil, errors.Join(err, s.shutdown(ctx))
	}
	return s, nil
}

// graphMetrics is what the connector hands on once it has counted all edges.
func graphMetrics(ctx context.Context, td []ptrace.Traces, edges int) (pmetric.Metrics, error) {
	f := servicegraphconnector.NewFactory()
	cfg, err := config(f, map[string]any{
		"metrics_flush_interval": flushEvery.String(),
		"store":                  map[string]any{"ttl": "2s", "max_items": 1_000_000},
	})
	if err != nil {
		return pmetric.Metrics{}, err
	}
	out := make(chan pmetric.Metrics)
	next, err := consumer.NewMetrics(func(ctx context.Context, m pmetric.Metrics) error {
		select {
		case out <- m:
		case <-ctx.Done():
		}
		return nil
	})
	if err != nil {
		return pmetric.Metrics{}, err
	}
	c, err := f.CreateTracesToMetrics(ctx, connector.Settings{ID: component.NewID(f.Type()), TelemetrySettings: telemetry()}, cfg, next)
	if err != nil {
		return pmetric.Metrics{}, err
	}
	flushing, cancel := context.WithCancel(ctx)
	if err := c.Start(flushing, host{}); err != nil {
		cancel()
		return pmetric.Metrics{}, err
	}
	defer func() {
		cancel()
		go func() { // a flush may be waiting to be read
			for range out {
			}
		}()
		_ = c.Shutdown(ctx)
	}()
	for _, t := range td {
		if err := c.ConsumeTraces(ctx, t); err != nil {
			return pmetric.Metrics{}, err
		}
	}
	for range flushes {
		m := <-out
		if countOf(m, "traces_service_graph_request_total") >= edges {
			return m, nil
		}
	}
	return pmetric.Metrics{}, fmt.Errorf("the connector did not count %d edges", edges)
}

// countOf is the number of data points of a sum.
func countOf(m pmetric.Metrics, name string) int {
	n := 0
	for _, rm := range m.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, metric := range sm.Metrics().All() {
				if metric.Name() == name && metric.Type() == pmetric.MetricTypeSum {
					n += metric.Sum().DataPoints().Len()
				}
			}
		}
	}
	return n
}

func config(f component.Factory, values map[string]any) (component.Config, error) {
	cfg := f.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(values).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, confmap.Validate(cfg)
}

func telemetry() component.TelemetrySettings {
	return component.TelemetrySettings{
		Logger: zap.NewNop(), TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: noopmetric.NewMeterProvider(), Resource: pcommon.NewResource(),
	}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// host has no extensions.
type host struct{}

func (host) GetExtensions() map[component.ID]component.Component { return nil }
