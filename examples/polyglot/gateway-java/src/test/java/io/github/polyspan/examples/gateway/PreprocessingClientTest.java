package io.github.polyspan.examples.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessingClientTest {
  private static final byte[] ORDER = {'{', '}'};

  private HttpServer service;
  private PreprocessingClient client;

  @BeforeEach
  void start() throws IOException {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    URI target = URI.create("http://127.0.0.1:" + service.getAddress().getPort() + "/preprocess");
    client = new PreprocessingClient(HttpClient.newHttpClient(), target, Duration.ofMillis(120));
  }

  @AfterEach
  void stop() {
    service.stop(0);
  }

  @Test
  void givesUpOnARefusedConnection() {
    service.start();
    service.stop(0);
    int port = service.getAddress().getPort();
    assertEquals(
        "preprocessing refused the connection at 127.0.0.1:" + port,
        assertThrows(IOException.class, () -> client.totalCents(ORDER, "id")).getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "502|1|preprocessing answered status 502",
        "200|x|preprocessing answered without an integer total_cents"
      })
  void refusesAnythingButATotal(int status, String total, String message) {
    service.createContext(
        "/preprocess",
        exchange -> Responses.json(exchange, status, Map.of("total_cents", total)));
    service.start();
    assertEquals(
        message, assertThrows(IOException.class, () -> client.totalCents(ORDER, "id")).getMessage());
  }
}
