package io.github.polyspan.examples.gateway;

/** An order the gateway refuses; the message names the field and the rule, for the caller to read. */
final class InvalidOrderException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidOrderException(String field, String rule) {
    super(field + ": " + rule);
  }
}
