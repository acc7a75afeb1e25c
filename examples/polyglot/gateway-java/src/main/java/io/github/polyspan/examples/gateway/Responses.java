package io.github.polyspan.examples.gateway;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** The two kinds of answer: JSON, and a problem (RFC 9457) whose detail says what to mend. */
final class Responses {
  private static final JsonMapper JSON = new JsonMapper();

  private Responses() {}

  static void json(HttpExchange exchange, int status, Map<String, Object> answer) throws IOException {
    send(exchange, status, "application/json", answer);
  }

  static void problem(HttpExchange exchange, int status, String detail) throws IOException {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("status", status);
    problem.put("detail", detail);
    send(exchange, status, "application/problem+json", problem);
  }

  private static void send(HttpExchange exchange, int status, String type, Map<String, Object> content)
      throws IOException {
    byte[] body = JSON.writeValueAsBytes(content);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    // Closing the body ends the exchange and leaves the connection open for the next one.
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }
}
