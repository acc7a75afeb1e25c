package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const (
	serviceName = "reporter"
	version     = "1.0.0"

	// metricInterval is short enough to watch the totals of a demo grow.
	metricInterval = 2 * time.Second

	// queueSpans is how many spans may wait for export: some seconds of a few
	// hundred orders a second. The SDK's own 2048 drops spans as soon as the
	// collector is slow.
	queueSpans = 16_384
)

// telemetry is the OpenTelemetry SDK. Endpoint, batch delay and the rest come
// from the standard OTEL_* variables; here is only what they do not say.
type telemetry struct {
	traces  *sdktrace.TracerProvider
	metrics *sdkmetric.MeterProvider
}

func startTelemetry(ctx context.Context, getenv func(string) string, logger *slog.Logger) (*telemetry, error) {
	if protocol := getenv("OTEL_EXPORTER_OTLP_PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return nil, errors.New("OTEL_EXPORTER_OTLP_PROTOCOL is \"" + protocol + "\": only http/protobuf is built in")
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("telemetry", "error", err) }))
	// What comes later wins: the environment over the defaults here.
	res, err := resource.New(ctx,
		resource.WithAttributes(
			attribute.String("service.name", serviceName),
			attribute.String("service.version", version)),
		resource.WithTelemetrySDK(),
		resource.WithFromEnv())
	if err != nil {
		return nil, err
	}
	spans, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, err
	}
	points, err := otlpmetrichttp.New(ctx)
	if err != nil {
		return nil, errors.Join(err, spans.Shutdown(ctx))
	}
	return &telemetry{
		traces: sdktrace.NewTracerProvider(
			sdktrace.WithResource(res),
			sdktrace.WithBatcher(spans, batchOptions(getenv)...)),
		metrics: sdkmetric.NewMeterProvider(
			sdkmetric.WithResource(res),
			sdkmetric.WithReader(sdkmetric.NewPeriodicReader(points, sdkmetric.WithInterval(metricInterval)))),
	}, nil
}

// batchOptions gives the queue our size unless the environment gives it another.
func batchOptions(getenv func(string) string) []sdktrace.BatchSpanProcessorOption {
	if getenv("OTEL_BSP_MAX_QUEUE_SIZE") != "" {
		return nil
	}
	return []sdktrace.BatchSpanProcessorOption{sdktrace.WithMaxQueueSize(queueSpans)}
}

func (t *telemetry) tracer() trace.Tracer {
	return t.traces.Tracer(serviceName, trace.WithInstrumentationVersion(version))
}

func (t *telemetry) meter() metric.Meter {
	return t.metrics.Meter(serviceName, metric.WithInstrumentationVersion(version))
}

// shutdown sends what is still waiting, as far as ctx allows.
func (t *telemetry) shutdown(ctx context.Context) error {
	return errors.Join(t.traces.Shutdown(ctx), t.metrics.Shutdown(ctx))
}
