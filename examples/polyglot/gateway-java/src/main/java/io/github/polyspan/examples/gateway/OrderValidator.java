package io.github.polyspan.examples.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * The rules of an order. The limits keep every total below 2^53 cents (1,000 lines of at most
 * 10^12), so that no language on the way rounds it.
 */
final class OrderValidator {
  /** Bytes; checked by the reader of the body, before it is parsed. */
  static final int MAX_BODY_BYTES = 1 << 20;

  private static final int MAX_ID_CHARS = 128;
  private static final int MAX_LINES = 1_000;
  private static final long MAX_QUANTITY = 10_000;
  private static final long MAX_UNIT_PRICE_CENTS = 100_000_000;

  // Two parsers may differ on which of two equal keys wins, so such a body is refused here.
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  private OrderValidator() {}

  /** Returns the order's id. The body itself travels on as it came. */
  static String validate(byte[] body) throws InvalidOrderException {
    JsonNode order = parse(body);
    if (!order.isObject()) {
      throw new InvalidOrderException("body", "must be a JSON object");
    }
    String orderId = text(order, "", "order_id");
    text(order, "", "customer");
    JsonNode lines = order.path("lines");
    if (!lines.isArray() || lines.isEmpty() || lines.size() > MAX_LINES) {
      throw new InvalidOrderException("lines", "must be an array of 1 to " + MAX_LINES + " lines");
    }
    for (int i = 0; i < lines.size(); i++) {
      String path = "lines[" + i + "].";
      text(lines.get(i), path, "sku");
      integer(lines.get(i), path, "quantity", 1, MAX_QUANTITY);
      integer(lines.get(i), path, "unit_price_cents", 0, MAX_UNIT_PRICE_CENTS);
    }
    return orderId;
  }

  private static JsonNode parse(byte[] body) throws InvalidOrderException {
    try {
      return READER.readTree(body);
    } catch (JsonProcessingException e) {
      int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      throw new InvalidOrderException("body", "is not one valid JSON value, see column " + column);
    } catch (IOException e) {
      throw new InvalidOrderException("body", "cannot be read: " + e.getMessage());
    }
  }

  private static String text(JsonNode parent, String path, String name) throws InvalidOrderException {
    JsonNode value = parent.path(name);
    if (!value.isTextual() || value.textValue().isBlank() || value.textValue().length() > MAX_ID_CHARS) {
      throw new InvalidOrderException(
          path + name, "must be a string of 1 to " + MAX_ID_CHARS + " characters");
    }
    return value.textValue();
  }

  private static void integer(JsonNode parent, String path, String name, long least, long most)
      throws InvalidOrderException {
    JsonNode value = parent.path(name);
    boolean valid =
        value.isIntegralNumber()
            && value.canConvertToLong()
            && value.longValue() >= least
            && value.longValue() <= most;
    if (!valid) {
      throw new InvalidOrderException(
          path + name, "must be an integer from " + least + " to " + most);
    }
  }
}
