//! Orders and prices as Arrow IPC streams.
//!
//! A request is one schema, one record batch with the columns `order_id`, `sku`
//! (utf8), `quantity`, `unit_price_cents` (int64), and the end of the stream.
//! The trace context rides in the schema's metadata under `b3`, so it is known
//! even if the batch behind it is broken. A reply is one row of `order_id` and
//! `total_cents`, and its metadata `status` is `ok` or `error: <text>`.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::{Array, Int64Array, RecordBatch, StringArray};
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use thiserror::Error;

use crate::pricing::Line;

const METADATA_B3: &str = "b3";
const METADATA_STATUS: &str = "status";

/// Why a request is not an order.
#[derive(Debug, Error)]
pub enum WireError {
    #[error("arrow stream: {0}")]
    Arrow(#[from] ArrowError),
    #[error("arrow stream contradicts itself: a buffer is not where its record batch says")]
    Contradiction,
    #[error("arrow stream ends without a record batch")]
    NoBatch,
    #[error("arrow stream has more than one record batch")]
    SecondBatch,
    #[error("column \"{0}\" is missing")]
    NoColumn(&'static str),
    #[error("column \"{column}\" is {got}, want {want}")]
    ColumnType { column: &'static str, got: DataType, want: DataType },
    #[error("column \"{0}\" has a null")]
    Null(&'static str),
    #[error("column \"order_id\" has more than one value")]
    SeveralOrders,
}

/// A request as it came: the context, and the order if there was one.
#[derive(Debug)]
pub struct Request {
    pub b3: Option<String>,
    pub order: Result<Order, WireError>,
}

/// The columns of one order; all have the same number of rows and no null.
#[derive(Debug)]
pub struct Order {
    pub order_id: String,
    quantities: Int64Array,
    unit_prices: Int64Array,
}

impl Order {
    pub fn line_count(&self) -> usize {
        self.quantities.len()
    }

    pub fn lines(&self) -> impl Iterator<Item = Line> {
        self.quantities
            .values()
            .iter()
            .zip(self.unit_prices.values())
            .map(|(&quantity, &unit_price_cents)| Line { quantity, unit_price_cents })
    }

    /// An order without rows has an empty id; pricing refuses it by its lines.
    fn from_batch(batch: &RecordBatch) -> Result<Self, WireError> {
        let order_ids = text(batch, "order_id")?;
        text(batch, "sku")?;
        let mut ids = order_ids.iter().flatten();
        let order_id = ids.next().unwrap_or_default().to_owned();
        if ids.any(|id| id != order_id) {
            return Err(WireError::SeveralOrders);
        }
        Ok(Self {
            order_id,
            quantities: integers(batch, "quantity")?.clone(),
            unit_prices: integers(batch, "unit_price_cents")?.clone(),
        })
    }
}

/// Decodes a frame. The decoder is fed from memory, so a length inside the
/// stream that points beyond the frame is an error and not an allocation.
///
/// It panics, though, if the offset of a buffer lies outside of the message, and
/// a caller's bytes must not decide whether a thread lives. Nothing but the
/// schema is used of a decoder that panicked, and that was complete before.
pub fn decode(frame: Vec<u8>) -> Request {
    let mut decoder = StreamDecoder::new();
    let order = catch_unwind(AssertUnwindSafe(|| only_batch(&mut decoder, frame)))
        .unwrap_or(Err(WireError::Contradiction))
        .and_then(|batch| Order::from_batch(&batch));
    let b3 = decoder.schema().and_then(|schema| schema.metadata().get(METADATA_B3).cloned());
    Request { b3, order }
}

fn only_batch(decoder: &mut StreamDecoder, frame: Vec<u8>) -> Result<RecordBatch, WireError> {
    let mut rest = Buffer::from(frame);
    let batch = decoder.decode(&mut rest)?.ok_or(WireError::NoBatch)?;
    if decoder.decode(&mut rest)?.is_some() {
        return Err(WireError::SecondBatch);
    }
    decoder.finish()?;
    Ok(batch)
}

fn text<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a StringArray, WireError> {
    column(batch, name, DataType::Utf8)
}

fn integers<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a Int64Array, WireError> {
    column(batch, name, DataType::Int64)
}

/// A column without nulls; `want` is the type whose array is `T`.
fn column<'a, T: Array + 'static>(
    batch: &'a RecordBatch,
    name: &'static str,
    want: DataType,
) -> Result<&'a T, WireError> {
    let array = batch.column_by_name(name).ok_or(WireError::NoColumn(name))?;
    if array.null_count() > 0 {
        return Err(WireError::Null(name));
    }
    let got = array.data_type().clone();
    array.as_any().downcast_ref().ok_or(WireError::ColumnType { column: name, got, want })
}

/// Encodes the price of an order.
pub fn encode_total(order_id: &str, total_cents: i64) -> Result<Vec<u8>, ArrowError> {
    encode("ok".to_owned(), order_id, Some(total_cents))
}

/// Encodes a refusal: what is absent is null, never 0.
pub fn encode_error(text: &str, order_id: &str) -> Result<Vec<u8>, ArrowError> {
    encode(format!("error: {text}"), order_id, None)
}

fn encode(status: String, order_id: &str, total_cents: Option<i64>) -> Result<Vec<u8>, ArrowError> {
    let schema = Arc::new(Schema::new_with_metadata(
        vec![
            Field::new("order_id", DataType::Utf8, false),
            Field::new("total_cents", DataType::Int64, true),
        ],
        HashMap::from([(METADATA_STATUS.to_owned(), status)]),
    ));
    let row = RecordBatch::try_new(
        schema.clone(),
        vec![
            Arc::new(StringArray::from(vec![order_id])),
            Arc::new(Int64Array::from(vec![total_cents])),
        ],
    )?;
    let mut stream = StreamWriter::try_new(Vec::new(), &schema)?;
    stream.write(&row)?;
    stream.finish()?;
    stream.into_inner()
}

#[cfg(test)]
mod tests {
    use arrow_array::ArrayRef;
    use arrow_ipc::reader::StreamReader;

    use super::*;
    use crate::testing::{ORDER_ROWS, order_columns, order_stream, stream_of};

    fn columns_without(name: &str) -> Vec<(&'static str, ArrayRef)> {
        order_columns(ORDER_ROWS).into_iter().filter(|(column, _)| *column != name).collect()
    }

    fn refusal(columns: Vec<(&'static str, ArrayRef)>) -> String {
        decode(stream_of("", columns)).order.unwrap_err().to_string()
    }

    #[test]
    fn decodes_the_order_and_its_context() {
        let request = decode(order_stream("the-b3-header", ORDER_ROWS));
        assert_eq!(request.b3.as_deref(), Some("the-b3-header"));
        let order = request.order.unwrap();
        assert_eq!(order.order_id, "o-1");
        assert_eq!(order.line_count(), 2);
        let lines: Vec<Line> = order.lines().collect();
        assert_eq!(
            lines,
            [
                Line { quantity: 2, unit_price_cents: 1250 },
                Line { quantity: 1, unit_price_cents: 99 },
            ]
        );
    }

    #[test]
    fn says_what_is_wrong_with_the_columns() {
        for name in ["order_id", "sku", "quantity", "unit_price_cents"] {
            assert_eq!(refusal(columns_without(name)), format!("column \"{name}\" is missing"));
        }

        let mut text = columns_without("quantity");
        text.push(("quantity", Arc::new(StringArray::from(vec!["two", "one"]))));
        assert_eq!(refusal(text), "column \"quantity\" is Utf8, want Int64");

        let mut null = columns_without("quantity");
        null.push(("quantity", Arc::new(Int64Array::from(vec![Some(2), None]))));
        assert_eq!(refusal(null), "column \"quantity\" has a null");

        let mut mixed = columns_without("order_id");
        mixed.push(("order_id", Arc::new(StringArray::from(vec!["o-1", "o-2"]))));
        assert_eq!(refusal(mixed), "column \"order_id\" has more than one value");
    }

    #[test]
    fn context_survives_a_stream_that_breaks_off() {
        let whole = order_stream("the-b3-header", ORDER_ROWS);
        let request = decode(whole[..whole.len() - 100].to_vec());
        assert_eq!(request.b3.as_deref(), Some("the-b3-header"));
        assert!(request.order.is_err());
    }

    /// Bytes of a peer must never take the engine down, whatever they are.
    #[test]
    fn no_damage_is_fatal() {
        let whole = order_stream("the-b3-header", ORDER_ROWS);
        for at in 0..whole.len() {
            let _ = decode(whole[..at].to_vec());
            for damage in [0x01, 0x10, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] ^= damage;
                let _ = decode(damaged);
            }
        }
    }

    fn read_reply(reply: &[u8]) -> (String, RecordBatch) {
        let mut reader = StreamReader::try_new(reply, None).unwrap();
        let status = reader.schema().metadata()[METADATA_STATUS].clone();
        let row = reader.next().unwrap().unwrap();
        assert!(reader.next().is_none());
        (status, row)
    }

    #[test]
    fn reply_has_one_row() {
        let (status, row) = read_reply(&encode_total("o-1", 2599).unwrap());
        assert_eq!(status, "ok");
        assert_eq!(text(&row, "order_id").unwrap().value(0), "o-1");
        assert_eq!(integers(&row, "total_cents").unwrap().values(), &[2599]);
    }

    #[test]
    fn refusal_has_a_null_total() {
        let (status, row) = read_reply(&encode_error("order has no lines", "o-1").unwrap());
        assert_eq!(status, "error: order has no lines");
        assert_eq!(row.num_rows(), 1);
        assert!(row.column_by_name("total_cents").unwrap().is_null(0));
    }
}
