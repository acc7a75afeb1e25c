package io.github.polyspan.examples.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gateway as a whole against a preprocessing service that only notes what reaches it. */
class GatewayServerTest {
  private static final String ORDER =
      "{\"order_id\":\"o-1\",\"customer\":\"c-1\","
          + "\"lines\":[{\"sku\":\"A1\",\"quantity\":2,\"unit_price_cents\":1250}]}";

  private final InMemorySpanExporter exported = InMemorySpanExporter.create();
  private final AtomicReference<Headers> received = new AtomicReference<>();
  private final AtomicReference<String> receivedBody = new AtomicReference<>();
  private HttpServer preprocessing;
  private OpenTelemetrySdk telemetry;
  private GatewayServer gateway;

  @BeforeEach
  void start() throws Exception {
    preprocessing = HttpServer.create(anyPort(), 0);
    preprocessing.createContext(
        "/preprocess",
        exchange -> {
          received.set(exchange.getRequestHeaders());
          receivedBody.set(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          Responses.json(exchange, 200, Map.of("order_id", "o-1", "total_cents", 2500));
        });
    preprocessing.start();
    telemetry =
        Telemetry.builder()
            .addPropertiesSupplier(() -> Map.of("otel.traces.exporter", "none"))
            .addTracerProviderCustomizer(
                (provider, config) -> provider.addSpanProcessor(SimpleSpanProcessor.create(exported)))
            .build()
            .getOpenTelemetrySdk();
    int port = preprocessing.getAddress().getPort();
    URI target = URI.create("http://127.0.0.1:" + port + "/preprocess");
    gateway = GatewayServer.start(new Settings(anyPort(), target), telemetry);
  }

  @AfterEach
  void stop() {
    gateway.stop(Duration.ofSeconds(1));
    telemetry.close();
    preprocessing.stop(0);
  }

  @Test
  void sendsB3OnlyAndTheRequestIdAsAPlainHeader() throws Exception {
    JsonNode answer = answer(post(ORDER), 200);
    // Stopping waits for the SERVER span, which ends after its answer was sent.
    gateway.stop(Duration.ofSeconds(1));

    SpanData server = span(SpanKind.SERVER);
    SpanData client = span(SpanKind.CLIENT);
    Headers headers = received.get();
    assertEquals(ORDER, receivedBody.get());
    assertEquals(client.getTraceId(), headers.getFirst("X-B3-TraceId"));
    assertEquals(client.getSpanId(), headers.getFirst("X-B3-SpanId"));
    assertEquals("1", headers.getFirst("X-B3-Sampled"));
    assertNull(headers.getFirst("traceparent"));
    assertNull(headers.getFirst("tracestate"));
    assertEquals(server.getSpanId(), client.getParentSpanId());

    String id = headers.getFirst(RequestTraceId.KEY);
    assertEquals(id, server.getSpanContext().getTraceState().get(RequestTraceId.KEY));
    assertEquals(id, client.getSpanContext().getTraceState().get(RequestTraceId.KEY));
    assertEquals(
        new JsonMapper().readTree("{\"order_id\":\"o-1\",\"total_cents\":2500,\"trace_id\":\"" + id + "\"}"),
        answer);
  }

  @Test
  void refusesAnInvalidOrderWithoutCallingOn() throws Exception {
    JsonNode problem = answer(post(ORDER.replace("\"quantity\":2", "\"quantity\":0")), 400);
    assertEquals(
        "lines[0].quantity: must be an integer from 1 to 10000", problem.get("detail").textValue());
    assertNull(received.get());
  }

  @Test
  void refusesABodyBeyondItsLimit() throws Exception {
    JsonNode problem = answer(post(" ".repeat(OrderValidator.MAX_BODY_BYTES + 1)), 413);
    assertEquals("body: must be at most 1048576 bytes", problem.get("detail").textValue());
  }

  private HttpResponse<byte[]> post(String body) throws Exception {
    URI orders = URI.create("http://127.0.0.1:" + gateway.address().getPort() + OrderHandler.PATH);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(orders).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  private static JsonNode answer(HttpResponse<byte[]> response, int status) throws Exception {
    assertEquals(status, response.statusCode());
    return new JsonMapper().readTree(response.body());
  }

  private SpanData span(SpanKind kind) {
    return exported.getFinishedSpanItems().stream()
        .filter(span -> span.getKind() == kind)
        .findFirst()
        .orElseThrow();
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
