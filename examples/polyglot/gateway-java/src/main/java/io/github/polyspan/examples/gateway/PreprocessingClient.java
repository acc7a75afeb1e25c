package io.github.polyspan.examples.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Calls the preprocessing service; safe for many threads. */
final class PreprocessingClient {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(800);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http;
  private final URI target;
  private final Duration connectPatience;

  /**
   * @param connectPatience how long an order waits for a service that is not up yet
   */
  PreprocessingClient(HttpClient http, URI target, Duration connectPatience) {
    this.http = http;
    this.target = target;
    this.connectPatience = connectPatience;
  }

  /**
   * Returns the total in cents.
   *
   * @throws IOException if the service cannot be reached or does not answer with a total
   */
  long totalCents(byte[] order, String traceId) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(target)
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "application/json")
            .header(RequestTraceId.KEY, traceId)
            .POST(HttpRequest.BodyPublishers.ofByteArray(order))
            .build();
    HttpResponse<byte[]> response = sendOnceConnected(request);
    if (response.statusCode() != 200) {
      throw new IOException("preprocessing answered status " + response.statusCode());
    }
    JsonNode total = JSON.readTree(response.body()).path("total_cents");
    if (!total.isIntegralNumber() || !total.canConvertToLong()) {
      throw new IOException("preprocessing answered without an integer total_cents");
    }
    return total.longValue();
  }

  /**
   * Retries a refused connection only: then the order has not left this process, so that it cannot
   * be priced twice. Every attempt is a CLIENT span of its own.
   */
  private HttpResponse<byte[]> sendOnceConnected(HttpRequest request)
      throws IOException, InterruptedException {
    long giveUpNanos = System.nanoTime() + connectPatience.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return http.send(request, BodyHandlers.ofByteArray());
      } catch (ConnectException e) {
        if (System.nanoTime() + pause.toNanos() > giveUpNanos) {
          throw new IOException("preprocessing refused the connection at " + target.getAuthority(), e);
        }
      }
      Thread.sleep(pause.toMillis());
      pause = pause.multipliedBy(2);
      if (pause.compareTo(LONGEST_PAUSE) > 0) {
        pause = LONGEST_PAUSE;
      }
    }
  }
}
