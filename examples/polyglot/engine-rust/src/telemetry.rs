//! The OpenTelemetry SDK, set up once.
//!
//! Endpoint, delay of a batch and the rest come from the standard OTEL_*
//! variables; what is here is only what they do not say.

use std::env;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider,
};

use crate::narrow_ids::NarrowIds;
use crate::otlp_http::OtlpHttp;

const SERVICE_NAME: &str = "pricing-engine";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Spans that wait for export, at most: some seconds of a few hundred orders a
/// second. The SDK's own 2048 drops spans as soon as the collector is slow.
const QUEUE_SPANS: usize = 16_384;

/// A provider that exports OTLP over HTTP and makes 64-bit trace ids.
pub fn provider() -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(OtlpHttp::new())
        .with_protocol(Protocol::HttpBinary)
        .build()?;
    let mut batches = BatchConfigBuilder::default();
    if env::var_os("OTEL_BSP_MAX_QUEUE_SIZE").is_none() {
        batches = batches.with_max_queue_size(QUEUE_SPANS);
    }
    let processor =
        BatchSpanProcessor::builder(exporter).with_batch_config(batches.build()).build();
    Ok(SdkTracerProvider::builder()
        .with_span_processor(processor)
        .with_id_generator(NarrowIds::default())
        .with_resource(resource())
        .build())
}

/// The tracer of this program's own spans.
pub fn tracer(provider: &SdkTracerProvider) -> SdkTracer {
    provider.tracer_with_scope(
        InstrumentationScope::builder(SERVICE_NAME).with_version(VERSION).build(),
    )
}

/// `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win over the defaults here.
fn resource() -> Resource {
    let resource = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", SERVICE_NAME),
            KeyValue::new("service.version", VERSION),
        ])
        .with_detectors(&[
            Box::new(TelemetryResourceDetector),
            Box::new(EnvResourceDetector::new()),
        ]);
    match env::var("OTEL_SERVICE_NAME") {
        Ok(name) if !name.is_empty() => resource.with_service_name(name).build(),
        _ => resource.build(),
    }
}
