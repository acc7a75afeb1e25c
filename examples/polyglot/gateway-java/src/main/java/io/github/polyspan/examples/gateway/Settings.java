package io.github.polyspan.examples.gateway;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;

/** Where the gateway listens and where it sends orders; read once from the environment. */
record Settings(InetSocketAddress listen, URI preprocessing) {

  /**
   * @throws IllegalArgumentException naming the variable and what to set it to
   */
  static Settings from(Map<String, String> environment) {
    InetSocketAddress listen = address(environment, "GATEWAY_ADDR", "127.0.0.1:8080");
    InetSocketAddress next = address(environment, "PREPROCESSING_ADDR", "127.0.0.1:8081");
    URI preprocessing =
        URI.create("http://%s:%d/preprocess".formatted(next.getHostString(), next.getPort()));
    return new Settings(listen, preprocessing);
  }

  private static InetSocketAddress address(Map<String, String> environment, String key, String example) {
    String value = environment.getOrDefault(key, "");
    int colon = value.lastIndexOf(':');
    if (colon < 1) {
      throw invalid(key, value, example);
    }
    try {
      return new InetSocketAddress(
          value.substring(0, colon), Integer.parseInt(value.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw invalid(key, value, example);
    }
  }

  private static IllegalArgumentException invalid(String key, String value, String example) {
    return new IllegalArgumentException(
        "%s: \"%s\" is not host:port; set it to, for example, %s".formatted(key, value, example));
  }
}
