package io.github.polyspan.examples.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.util.LinkedHashMap;
import java.util.Map;

/** POST /orders: validate, have the order priced, answer with the total and the request's id. */
final class OrderHandler implements HttpHandler {
  static final String PATH = "/orders";

  private final PreprocessingClient preprocessing;

  OrderHandler(PreprocessingClient preprocessing) {
    this.preprocessing = preprocessing;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    // The JDK's server matches contexts by prefix.
    if (!exchange.getRequestURI().getPath().equals(PATH)) {
      Responses.problem(exchange, 404, "no such path; orders go to " + PATH);
      return;
    }
    if (!exchange.getRequestMethod().equals("POST")) {
      exchange.getResponseHeaders().set("Allow", "POST");
      Responses.problem(exchange, 405, "orders are sent with POST");
      return;
    }
    order(exchange);
  }

  private void order(HttpExchange exchange) throws IOException {
    byte[] body;
    try (InputStream in = exchange.getRequestBody()) {
      body = in.readNBytes(OrderValidator.MAX_BODY_BYTES + 1);
    }
    if (body.length > OrderValidator.MAX_BODY_BYTES) {
      Responses.problem(
          exchange, 413, "body: must be at most " + OrderValidator.MAX_BODY_BYTES + " bytes");
      return;
    }
    try {
      String orderId = OrderValidator.validate(body);
      String traceId = RequestTraceId.current();
      long totalCents = preprocessing.totalCents(body, traceId);
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("order_id", orderId);
      answer.put("total_cents", totalCents);
      answer.put("trace_id", traceId);
      Responses.json(exchange, 200, answer);
    } catch (InvalidOrderException e) {
      Responses.problem(exchange, 400, e.getMessage());
    } catch (HttpTimeoutException e) {
      Responses.problem(exchange, 504, "preprocessing did not answer in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Responses.problem(exchange, 503, "the gateway is shutting down");
    } catch (IOException e) {
      Responses.problem(exchange, 502, e.getMessage());
    }
  }
}
