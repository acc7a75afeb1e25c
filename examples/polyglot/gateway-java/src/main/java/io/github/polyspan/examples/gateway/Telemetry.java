package io.github.polyspan.examples.gateway;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Map;
import java.util.UUID;

/** The OpenTelemetry SDK as this service wants it; every OTEL_* variable still wins. */
final class Telemetry {
  static final String SERVICE_NAME = "order-gateway";

  private static final AttributeKey<String> NAME = AttributeKey.stringKey("service.name");
  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("service.version");
  private static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("service.instance.id");

  private static final Map<String, String> DEFAULTS =
      Map.of(
          // B3 and nothing else: this is the break. The next service reads W3C only, so its trace
          // starts anew, and B3 has no place for the tracestate that names the request.
          "otel.propagators", "b3multi",
          "otel.exporter.otlp.protocol", "http/protobuf",
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none",
          // Spans. At 2 spans a request it holds 16 s of 500 requests/s while the collector is away.
          "otel.bsp.max.queue.size", "16384");

  private Telemetry() {}

  /** The caller adds what a test needs and builds; the caller also shuts the SDK down. */
  static AutoConfiguredOpenTelemetrySdkBuilder builder() {
    return AutoConfiguredOpenTelemetrySdk.builder()
        .disableShutdownHook()
        .addPropertiesSupplier(() -> DEFAULTS)
        .addSamplerCustomizer((sampler, config) -> new TraceIdSampler(sampler, RequestTraceId::mint))
        .addResourceCustomizer(Telemetry::withServiceDefaults);
  }

  private static Resource withServiceDefaults(Resource configured, ConfigProperties config) {
    Resource defaults =
        Resource.create(
            Attributes.of(VERSION, "1.0.0", INSTANCE, UUID.randomUUID().toString()));
    Resource merged = defaults.merge(configured);
    boolean named =
        config.getString("otel.service.name") != null
            || config.getMap("otel.resource.attributes").containsKey(NAME.getKey());
    if (named) {
      return merged;
    }
    return merged.merge(Resource.create(Attributes.of(NAME, SERVICE_NAME)));
  }
}
