//! The 64-bit B3 single header, `<16 hex trace id>-<16 hex span id>-<sampled>`.
//!
//! This is break 4 of the example: an id of 128 bits does not fit, so only its
//! low half travels, and the span that continues the trace here has a zero high
//! half. To a backend that compares whole ids it is a different trace.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use thiserror::Error;

/// Digits of a 64-bit id.
const ID_DIGITS: usize = 16;

/// Length of the whole header in bytes.
const HEADER_BYTES: usize = 2 * ID_DIGITS + "--1".len();

/// Why a header was not understood.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum B3Error {
    #[error("b3 header has {0} bytes, want {HEADER_BYTES}")]
    Length(usize),
    #[error("b3 header has {0} parts, want trace id, span id and sampled flag")]
    Parts(usize),
    #[error("b3 {part} \"{value}\" is not {ID_DIGITS} lower-case hex digits")]
    Id { part: &'static str, value: String },
    #[error("b3 {0} is zero")]
    Zero(&'static str),
    #[error("b3 sampled flag \"{0}\" is not 0, 1 or d")]
    Sampled(String),
}

/// Decodes the header into a remote parent; the trace id is zero-extended.
pub fn parse(header: &str) -> Result<SpanContext, B3Error> {
    if header.len() != HEADER_BYTES {
        return Err(B3Error::Length(header.len()));
    }
    let parts: Vec<&str> = header.split('-').collect();
    let [trace, span, sampled] = parts[..] else {
        return Err(B3Error::Parts(parts.len()));
    };
    let trace_id = parse_id("trace id", trace)?;
    let span_id = parse_id("span id", span)?;
    let flags = match sampled {
        "0" => TraceFlags::default(),
        "1" | "d" => TraceFlags::SAMPLED,
        other => return Err(B3Error::Sampled(other.to_owned())),
    };
    Ok(SpanContext::new(
        TraceId::from(u128::from(trace_id)),
        SpanId::from(span_id),
        flags,
        true,
        TraceState::NONE,
    ))
}

/// Encodes a context for the next hop; the high half of the trace id is cut off.
pub fn format(context: &SpanContext) -> String {
    let [.., b0, b1, b2, b3, b4, b5, b6, b7] = context.trace_id().to_bytes();
    let low = u64::from_be_bytes([b0, b1, b2, b3, b4, b5, b6, b7]);
    let sampled = u8::from(context.is_sampled());
    format!("{low:016x}-{}-{sampled}", context.span_id())
}

fn parse_id(part: &'static str, value: &str) -> Result<u64, B3Error> {
    let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if value.len() != ID_DIGITS || !value.bytes().all(lower_hex) {
        return Err(B3Error::Id { part, value: value.to_owned() });
    }
    match u64::from_str_radix(value, 16) {
        Ok(0) => Err(B3Error::Zero(part)),
        Ok(id) => Ok(id),
        Err(_) => Err(B3Error::Id { part, value: value.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_into_a_remote_parent() {
        let parent = parse("00f067aa0ba902b7-53995c3f42cd8ad8-1").unwrap();
        assert_eq!(parent.trace_id().to_string(), "000000000000000000f067aa0ba902b7");
        assert_eq!(parent.span_id().to_string(), "53995c3f42cd8ad8");
        assert!(parent.is_sampled());
        assert!(parent.is_remote());
    }

    #[test]
    fn reads_the_sampling_decision() {
        for (flag, want) in [("0", false), ("1", true), ("d", true)] {
            let parent = parse(&format!("00f067aa0ba902b7-53995c3f42cd8ad8-{flag}")).unwrap();
            assert_eq!(parent.is_sampled(), want, "flag {flag}");
        }
    }

    #[test]
    fn refuses_anything_else() {
        let id = |part, value: &str| B3Error::Id { part, value: value.to_owned() };
        let cases = [
            ("", B3Error::Length(0)),
            ("0", B3Error::Length(1)),
            ("00f067aa0ba902b7-53995c3f42cd8ad8", B3Error::Length(33)),
            ("a3ce929d0e0e473600f067aa0ba902b7-53995c3f42cd8ad8-1", B3Error::Length(51)),
            ("00f067aa0ba902b7053995c3f42cd8ad8-1", B3Error::Parts(2)),
            ("00f067aa-ba902b7-53995c3f42cd8ad8-1", B3Error::Parts(4)),
            ("00F067AA0BA902B7-53995c3f42cd8ad8-1", id("trace id", "00F067AA0BA902B7")),
            ("00f067aa0ba902b-753995c3f42cd8ad8-1", id("trace id", "00f067aa0ba902b")),
            ("00f067aa0ba902b7-+3995c3f42cd8ad8-1", id("span id", "+3995c3f42cd8ad8")),
            ("0000000000000000-53995c3f42cd8ad8-1", B3Error::Zero("trace id")),
            ("00f067aa0ba902b7-0000000000000000-1", B3Error::Zero("span id")),
            ("00f067aa0ba902b7-53995c3f42cd8ad8-2", B3Error::Sampled("2".to_owned())),
        ];
        for (header, want) in cases {
            assert_eq!(parse(header).unwrap_err(), want, "header \"{header}\"");
        }
    }

    #[test]
    fn formats_the_low_half_only() {
        let wide = SpanContext::new(
            TraceId::from(0xa3ce929d0e0e4736_00f067aa0ba902b7),
            SpanId::from(0x53995c3f42cd8ad8),
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        );
        assert_eq!(format(&wide), "00f067aa0ba902b7-53995c3f42cd8ad8-1");
    }

    #[test]
    fn format_and_parse_agree() {
        for header in ["00f067aa0ba902b7-53995c3f42cd8ad8-1", "0000000000000001-0000000000000002-0"]
        {
            assert_eq!(format(&parse(header).unwrap()), header);
        }
    }
}
