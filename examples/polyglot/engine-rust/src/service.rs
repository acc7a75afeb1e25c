//! What happens to one request, and the spans that tell of it.
//!
//! ```text
//! pricing.Price       SERVER    continues the 64-bit context of the caller
//! ├─ sum lines        INTERNAL
//! └─ reporter.Record  CLIENT    passes its own 64-bit context to the reporter
//! ```

use std::time::SystemTime;

use arrow_schema::ArrowError;
use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;
use serde_json::json;

use crate::b3;
use crate::pricing::{self, PricingError};
use crate::reporter::{RecordError, Reporter};
use crate::wire::{self, Order};

/// Names how a call travels. Semantic conventions have no word for Arrow IPC or
/// shared memory; without it both edges would be drawn as plain sockets.
const LANE: &str = "polyspan.lane";

/// Prices requests. One value serves all connections.
#[derive(Debug)]
pub struct Service {
    tracer: SdkTracer,
}

impl Service {
    pub fn new(tracer: SdkTracer) -> Self {
        Self { tracer }
    }

    /// Answers one request frame that arrived at `received`. An order that
    /// cannot be recorded is still priced: the failure is on the CLIENT span.
    pub fn answer(
        &self,
        frame: Vec<u8>,
        received: SystemTime,
        reporter: &mut Reporter,
    ) -> Result<Vec<u8>, ArrowError> {
        let request = wire::decode(frame);
        let server = self.start(
            SpanBuilder::from_name("pricing.Price")
                .with_kind(SpanKind::Server)
                .with_start_time(received)
                .with_attributes([
                    KeyValue::new(LANE, "arrow_ipc"),
                    KeyValue::new("network.transport", "unix"),
                ]),
            &caller(request.b3.as_deref()),
        );
        let order = match request.order {
            Ok(order) => order,
            Err(e) => {
                fail(&server, &e);
                return wire::encode_error(&e.to_string(), "");
            }
        };
        let total_cents = match self.sum(&order, &server) {
            Ok(total_cents) => total_cents,
            Err(e) => {
                fail(&server, &e);
                return wire::encode_error(&e.to_string(), &order.order_id);
            }
        };
        // The outage is already on the CLIENT span, and a price was found.
        if let Err(e) = self.record(&order, total_cents, reporter, &server) {
            eprintln!("pricing-engine: order not recorded: {e}");
        }
        server.span().end();
        wire::encode_total(&order.order_id, total_cents)
    }

    fn sum(&self, order: &Order, parent: &Context) -> Result<i64, PricingError> {
        let internal = self.start(SpanBuilder::from_name("sum lines"), parent);
        let total = pricing::total_cents(order.lines());
        finish(&internal, &total);
        total
    }

    fn record(
        &self,
        order: &Order,
        total_cents: i64,
        reporter: &mut Reporter,
        parent: &Context,
    ) -> Result<(), RecordError> {
        let client = self.start(
            SpanBuilder::from_name("reporter.Record")
                .with_kind(SpanKind::Client)
                .with_attributes([KeyValue::new(LANE, "shared_memory")]),
            parent,
        );
        let record = json!({
            "order_id": order.order_id,
            "total_cents": total_cents,
            "line_count": order.line_count(),
        });
        let b3 = b3::format(client.span().span_context());
        let result = reporter.record(record.to_string().as_bytes(), &b3);
        finish(&client, &result);
        result
    }

    /// Starts a span under `parent` and returns the context it is current in.
    /// Contexts are passed by hand: nothing here depends on the thread.
    fn start(&self, span: SpanBuilder, parent: &Context) -> Context {
        parent.with_span(self.tracer.build_with_context(span, parent))
    }
}

/// The caller's context, or an empty one. As trace context is no reason to
/// refuse an order, a header that is not understood only costs the connection
/// between the two traces.
fn caller(header: Option<&str>) -> Context {
    let empty = Context::new();
    match header.map(b3::parse) {
        Some(Ok(remote)) => empty.with_remote_span_context(remote),
        Some(Err(e)) => {
            eprintln!("pricing-engine: {e}; starting a trace of its own");
            empty
        }
        None => empty,
    }
}

fn finish<T, E: std::error::Error>(context: &Context, result: &Result<T, E>) {
    match result {
        Ok(_) => context.span().end(),
        Err(e) => fail(context, e),
    }
}

fn fail(context: &Context, error: &impl std::error::Error) {
    let span = context.span();
    span.set_status(Status::error(error.to_string()));
    span.end();
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanId, TraceId};
    use opentelemetry_sdk::trace::SpanData;

    use super::*;
    use crate::telemetry;
    use crate::testing::{Collected, ORDER_ROWS, TempFolder, order_stream};

    const B3: &str = "00f067aa0ba902b7-53995c3f42cd8ad8-1";

    /// Answers a request while the reporter is down.
    fn answer(frame: Vec<u8>) -> (Vec<u8>, Collected) {
        let folder = TempFolder::new();
        let collected = Collected::default();
        let service = Service::new(telemetry::tracer(&collected.provider()));
        let mut reporter = Reporter::impatient(folder.path().join("reporter.sock"));
        let reply = service.answer(frame, SystemTime::now(), &mut reporter).unwrap();
        (reply, collected)
    }

    fn attributes(span: &SpanData) -> Vec<(String, String)> {
        span.attributes.iter().map(|kv| (kv.key.to_string(), kv.value.to_string())).collect()
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn spans_continue_the_caller() {
        let (_, collected) = answer(order_stream(B3, ORDER_ROWS));
        let server = collected.span("pricing.Price");
        let sum = collected.span("sum lines");
        let client = collected.span("reporter.Record");

        assert_eq!(server.parent_span_id, SpanId::from(0x53995c3f42cd8ad8));
        assert!(server.parent_span_is_remote);
        assert_eq!(server.span_kind, SpanKind::Server);
        assert_eq!(
            attributes(&server),
            [pair("polyspan.lane", "arrow_ipc"), pair("network.transport", "unix")]
        );

        assert_eq!(sum.parent_span_id, server.span_context.span_id());
        assert_eq!(sum.span_kind, SpanKind::Internal);

        assert_eq!(client.parent_span_id, server.span_context.span_id());
        assert_eq!(client.span_kind, SpanKind::Client);
        assert_eq!(attributes(&client), [pair("polyspan.lane", "shared_memory")]);

        for span in [server, sum, client] {
            assert_eq!(
                span.span_context.trace_id(),
                TraceId::from(0x00f067aa0ba902b7),
                "{}",
                span.name
            );
        }
    }

    #[test]
    fn price_does_not_depend_on_the_reporter() {
        let (reply, collected) = answer(order_stream(B3, ORDER_ROWS));
        assert_eq!(reply, wire::encode_total("o-1", 2599).unwrap());
        assert_eq!(collected.span("pricing.Price").status, Status::Unset);
        let Status::Error { description } = collected.span("reporter.Record").status else {
            panic!("the outage must be on the span");
        };
        assert!(description.contains("is unreachable"), "{description}");
    }

    #[test]
    fn context_that_is_not_understood_starts_a_64_bit_trace() {
        let (reply, collected) = answer(order_stream("no context", ORDER_ROWS));
        assert_eq!(reply, wire::encode_total("o-1", 2599).unwrap());
        let server = collected.span("pricing.Price");
        assert_eq!(server.parent_span_id, SpanId::INVALID);
        let trace_id = server.span_context.trace_id().to_string();
        assert_eq!(&trace_id[..16], "0000000000000000", "trace id {trace_id}");
    }

    #[test]
    fn order_without_a_price_is_an_error_on_both_spans() {
        let (reply, collected) = answer(order_stream(B3, &[(2, i64::MAX)]));
        let text = "line 1: total_cents exceeds 9223372036854775807";
        assert_eq!(reply, wire::encode_error(text, "o-1").unwrap());
        assert_eq!(collected.span("sum lines").status, Status::error(text));
        assert_eq!(collected.span("pricing.Price").status, Status::error(text));
    }

    #[test]
    fn broken_request_is_an_error_under_its_caller() {
        let mut frame = order_stream(B3, ORDER_ROWS);
        frame.truncate(frame.len() - 100);
        let (_, collected) = answer(frame);
        let server = collected.span("pricing.Price");
        assert_eq!(server.parent_span_id, SpanId::from(0x53995c3f42cd8ad8));
        assert!(matches!(server.status, Status::Error { .. }), "{:?}", server.status);
    }
}
