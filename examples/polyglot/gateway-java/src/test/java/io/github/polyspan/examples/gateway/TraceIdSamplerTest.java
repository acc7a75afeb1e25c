package io.github.polyspan.examples.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.junit.jupiter.api.Test;

class TraceIdSamplerTest {
  private static final SpanContext REMOTE =
      SpanContext.createFromRemoteParent(
          "000000000000000000000000000000aa",
          "00000000000000bb",
          TraceFlags.getSampled(),
          TraceState.builder().put("vendor", "v").build());

  private int minted;
  private final Tracer tracer = tracerWith(Sampler.parentBased(Sampler.alwaysOn()));

  @Test
  void mintsForTheRootAndLetsChildrenInherit() {
    Span root = tracer.spanBuilder("root").setNoParent().startSpan();
    Span child = tracer.spanBuilder("child").setParent(Context.root().with(root)).startSpan();
    assertEquals("id-1", member(root, RequestTraceId.KEY));
    assertEquals("id-1", member(child, RequestTraceId.KEY));
  }

  @Test
  void mintsForARemoteParentAndKeepsItsMembers() {
    Context remote = Context.root().with(Span.wrap(REMOTE));
    Span entry = tracer.spanBuilder("entry").setParent(remote).startSpan();
    assertEquals("id-1", member(entry, RequestTraceId.KEY));
    assertEquals("v", member(entry, "vendor"));
  }

  @Test
  void leavesTheDecisionToTheOtherSampler() {
    Span root = tracerWith(Sampler.alwaysOff()).spanBuilder("root").setNoParent().startSpan();
    assertEquals(false, root.getSpanContext().isSampled());
    assertEquals("id-1", member(root, RequestTraceId.KEY));
  }

  @Test
  void mintsIdsThatTracestateAllows() {
    String id = RequestTraceId.mint();
    assertTrue(id.matches("[A-Za-z0-9_-]{22}"), id);
  }

  private Tracer tracerWith(Sampler decider) {
    Sampler sampler = new TraceIdSampler(decider, () -> "id-" + ++minted);
    return SdkTracerProvider.builder().setSampler(sampler).build().get("test");
  }

  private static String member(Span span, String key) {
    return span.getSpanContext().getTraceState().get(key);
  }
}
