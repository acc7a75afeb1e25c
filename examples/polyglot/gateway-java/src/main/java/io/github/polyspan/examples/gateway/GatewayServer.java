package io.github.polyspan.examples.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.javahttpclient.JavaHttpClientTelemetry;
import io.opentelemetry.instrumentation.javahttpserver.JavaHttpServerTelemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The HTTP server with its threads: {@code POST /orders} is traced, {@code GET /healthz} is not. */
final class GatewayServer {
  private static final int THREADS = 32;
  // Requests that wait for a thread. When full, the accepting thread serves the next one itself and
  // so stops accepting: the backlog moves to the kernel and the callers, nothing is dropped.
  private static final int MAX_WAITING = 256;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(3);

  private final HttpServer http;
  private final ThreadPoolExecutor threads;

  private GatewayServer(HttpServer http, ThreadPoolExecutor threads) {
    this.http = http;
    this.threads = threads;
  }

  static GatewayServer start(Settings settings, OpenTelemetry telemetry) throws IOException {
    HttpServer http = HttpServer.create(settings.listen(), 0);
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            new ThreadPoolExecutor.CallerRunsPolicy());
    GatewayServer server = new GatewayServer(http, threads);

    HttpClient plain =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    HttpClient traced = JavaHttpClientTelemetry.create(telemetry).newHttpClient(plain);
    var preprocessing =
        new PreprocessingClient(traced, settings.preprocessing(), CONNECT_PATIENCE);
    http.createContext(OrderHandler.PATH, new OrderHandler(preprocessing))
        .getFilters()
        .add(JavaHttpServerTelemetry.create(telemetry).newFilter());
    http.createContext("/healthz", GatewayServer::health);
    http.setExecutor(threads);
    http.start();
    return server;
  }

  InetSocketAddress address() {
    return http.getAddress();
  }

  private static void health(HttpExchange exchange) throws IOException {
    Responses.json(exchange, 200, Map.of("status", "ok"));
  }

  /**
   * Stops accepting, lets the requests in flight finish and interrupts those that outlast {@code
   * patience}; returns when every thread has ended its span, at the latest after half a second more.
   */
  void stop(Duration patience) {
    // The JDK's server sits out the whole delay when nothing is in flight, so it is asked only if
    // something is.
    boolean idle = threads.getActiveCount() == 0 && threads.getQueue().isEmpty();
    http.stop(idle ? 0 : (int) patience.toSeconds());
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(500, TimeUnit.MILLISECONDS)) {
        System.err.println("order-gateway: requests were cut off at shutdown");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
