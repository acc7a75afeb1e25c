package io.github.polyspan.examples.gateway;

import io.opentelemetry.api.trace.Span;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The request's own id. It is minted once a request, lives as tracestate member {@value #KEY} on the
 * gateway's spans and travels on as a plain header of the same name, since B3 carries no tracestate.
 */
final class RequestTraceId {
  /** Both the tracestate key and the header. */
  static final String KEY = "x-trace-id";

  private static final int RANDOM_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private RequestTraceId() {}

  /** 22 characters of the URL-safe Base64 alphabet, all of which tracestate allows in a value. */
  static String mint() {
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** The id of the request being served, also when the SDK is disabled and no sampler ran. */
  static String current() {
    String id = Span.current().getSpanContext().getTraceState().get(KEY);
    return id == null ? mint() : id;
  }
}
