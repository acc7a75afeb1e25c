package io.github.polyspan.examples.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @Test
  void readsBothAddresses() {
    Settings settings =
        Settings.from(Map.of("GATEWAY_ADDR", "127.0.0.1:1", "PREPROCESSING_ADDR", "127.0.0.1:2"));
    Settings want =
        new Settings(new InetSocketAddress("127.0.0.1", 1), URI.create("http://127.0.0.1:2/preprocess"));
    assertEquals(want, settings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8080", ":8080", "127.0.0.1:", "127.0.0.1:port", "127.0.0.1:65536"})
  void namesTheVariableAndTheRemedy(String value) {
    var refused =
        assertThrows(
            IllegalArgumentException.class, () -> Settings.from(Map.of("GATEWAY_ADDR", value)));
    assertEquals(
        "GATEWAY_ADDR: \"" + value + "\" is not host:port; set it to, for example, 127.0.0.1:8080",
        refused.getMessage());
  }
}
