package io.github.polyspan.examples.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderValidatorTest {
  private static final String VALID =
      "{'order_id':'o-1','customer':'c-1','lines':[{'sku':'A1','quantity':2,'unit_price_cents':1250}]}";

  @Test
  void returnsTheOrderId() throws InvalidOrderException {
    assertEquals("o-1", OrderValidator.validate(json(VALID)));
  }

  @ParameterizedTest(name = "{0} -> {1}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'o-1'        | ''         | order_id: must be a string of 1 to 128 characters",
        "'o-1'        | 1          | order_id: must be a string of 1 to 128 characters",
        "'customer'   | 'client'   | customer: must be a string of 1 to 128 characters",
        "[{           | {          | body: is not one valid JSON value, see column 93",
        "'sku':'A1'   | 'sku':null | lines[0].sku: must be a string of 1 to 128 characters",
        "2            | 0          | lines[0].quantity: must be an integer from 1 to 10000",
        "2            | 10001      | lines[0].quantity: must be an integer from 1 to 10000",
        "2            | 2.5        | lines[0].quantity: must be an integer from 1 to 10000",
        "1250         | -1         | lines[0].unit_price_cents: must be an integer from 0 to 100000000",
        "1250         | 1e30       | lines[0].unit_price_cents: must be an integer from 0 to 100000000",
        "'customer'   | 'order_id' | body: is not one valid JSON value, see column 29",
      })
  void namesTheFieldAndTheRule(String replaced, String by, String message) {
    byte[] body = json(VALID.replace(replaced, by));
    var refused = assertThrows(InvalidOrderException.class, () -> OrderValidator.validate(body));
    assertEquals(message, refused.getMessage());
  }

  @Test
  void boundsTheNumberOfLines() {
    String line = "{'sku':'A1','quantity':1,'unit_price_cents':1},";
    String lines = line.repeat(1_001);
    byte[] body =
        json("{'order_id':'o','customer':'c','lines':[" + lines.substring(0, lines.length() - 1) + "]}");
    var refused = assertThrows(InvalidOrderException.class, () -> OrderValidator.validate(body));
    assertEquals("lines: must be an array of 1 to 1000 lines", refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[]|body: must be a JSON object", "1|body: must be a JSON object"})
  void wantsAnObject(String body, String message) {
    var refused = assertThrows(InvalidOrderException.class, () -> OrderValidator.validate(json(body)));
    assertEquals(message, refused.getMessage());
  }

  private static byte[] json(String singleQuoted) {
    return singleQuoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
