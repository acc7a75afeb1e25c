/**
 * The order gateway: the first hop of the polyglot example.
 *
 * <p>Takes an order over HTTP, validates it and passes it on to the preprocessing service. Its trace
 * breaks off on the wire, because it speaks B3 and the next service only W3C Trace Context; what is
 * left to join them is the B3 headers the next service captured and the request's own {@code
 * x-trace-id}.
 */
package io.github.polyspan.examples.gateway;
