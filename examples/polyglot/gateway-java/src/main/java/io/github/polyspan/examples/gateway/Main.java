package io.github.polyspan.examples.gateway;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Starts the gateway and, at SIGTERM, ends it with status 0 after its last span was sent. */
public final class Main {
  // Together below the 5 s after which a supervisor loses patience.
  private static final Duration DRAIN = Duration.ofSeconds(2);
  private static final Duration FLUSH = Duration.ofSeconds(2);

  private Main() {}

  public static void main(String[] args) {
    // Both are read when the JDK's HTTP classes load, so they come first. Without nodelay the body
    // of a response waits for the acknowledgement of its head, up to 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // Seconds. Shorter than the server's 30 s, so that a request is never sent on a connection that
    // the server is just closing.
    System.setProperty("jdk.httpclient.keepalive.timeout", "10");

    Settings settings;
    try {
      settings = Settings.from(System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.println("order-gateway: " + e.getMessage());
      System.exit(2);
      return;
    }
    OpenTelemetrySdk telemetry = Telemetry.builder().build().getOpenTelemetrySdk();
    GatewayServer server;
    try {
      server = GatewayServer.start(settings, telemetry);
    } catch (IOException e) {
      System.err.println("order-gateway: GATEWAY_ADDR: cannot listen: " + e.getMessage());
      System.exit(1);
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, telemetry), "shutdown"));
    System.out.println("ready " + Telemetry.SERVICE_NAME);
  }

  private static void stop(GatewayServer server, OpenTelemetrySdk telemetry) {
    server.stop(DRAIN);
    if (!telemetry.shutdown().join(FLUSH.toMillis(), TimeUnit.MILLISECONDS).isSuccess()) {
      System.err.println("order-gateway: spans were lost at shutdown: the collector did not take them in time");
    }
    // A JVM that ends by SIGTERM reports 143 whatever its hooks did; an orderly end is 0.
    Runtime.getRuntime().halt(0);
  }
}
