package io.github.polyspan.examples.gateway;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.function.Supplier;

/**
 * Leaves the sampling decision to another sampler and adds tracestate member {@value
 * RequestTraceId#KEY} to the first span of a request. A sampler is the only hook of the SDK that may
 * change a span's tracestate; children inherit it.
 */
final class TraceIdSampler implements Sampler {
  private final Sampler decider;
  private final Supplier<String> ids;

  TraceIdSampler(Sampler decider, Supplier<String> ids) {
    this.decider = decider;
    this.ids = ids;
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    SamplingResult result = decider.shouldSample(parent, traceId, name, kind, attributes, links);
    TraceState inherited = Span.fromContext(parent).getSpanContext().getTraceState();
    if (inherited.get(RequestTraceId.KEY) != null) {
      return result;
    }
    return new WithTraceId(result, ids.get());
  }

  @Override
  public String getDescription() {
    return "TraceIdSampler{" + decider.getDescription() + "}";
  }

  private record WithTraceId(SamplingResult result, String id) implements SamplingResult {
    @Override
    public SamplingDecision getDecision() {
      return result.getDecision();
    }

    @Override
    public Attributes getAttributes() {
      return result.getAttributes();
    }

    @Override
    public TraceState getUpdatedTraceState(TraceState parent) {
      return result.getUpdatedTraceState(parent).toBuilder().put(RequestTraceId.KEY, id).build();
    }
  }
}
