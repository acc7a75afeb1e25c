//! Trace ids of 64 bits, for requests that bring no parent.

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

/// Makes ids as an SDK of the 64-bit generation did: the high half of every
/// trace id is zero, because nothing this engine talks to could carry it.
#[derive(Debug, Default)]
pub struct NarrowIds {
    random: RandomIdGenerator,
}

impl IdGenerator for NarrowIds {
    fn new_trace_id(&self) -> TraceId {
        loop {
            let [.., b0, b1, b2, b3, b4, b5, b6, b7] = self.random.new_trace_id().to_bytes();
            let low = u64::from_be_bytes([b0, b1, b2, b3, b4, b5, b6, b7]);
            // Zero is the invalid id; the low half alone is zero once in 2^64.
            if low != 0 {
                return TraceId::from(u128::from(low));
            }
        }
    }

    fn new_span_id(&self) -> SpanId {
        self.random.new_span_id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_half_is_zero_and_low_half_is_not() {
        let ids = NarrowIds::default();
        for _ in 0..1000 {
            let hex = ids.new_trace_id().to_string();
            let (high, low) = hex.split_at(16);
            assert_eq!(high, "0000000000000000", "trace id {hex}");
            assert_ne!(low, "0000000000000000", "trace id {hex}");
        }
    }

    #[test]
    fn ids_differ() {
        let ids = NarrowIds::default();
        assert_ne!(ids.new_trace_id(), ids.new_trace_id());
        assert_ne!(ids.new_span_id(), ids.new_span_id());
    }
}
