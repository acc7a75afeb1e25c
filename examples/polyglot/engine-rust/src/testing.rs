//! What several tests need.

use std::collections::HashMap;
use std::env;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{Field, Schema};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};

use crate::narrow_ids::NarrowIds;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A private folder that is removed with everything in it when dropped.
pub struct TempFolder(PathBuf);

impl TempFolder {
    pub fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("pricing-engine-{}-{number}", process::id()));
        DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Quantity and unit price of an order that costs 2599.
pub const ORDER_ROWS: &[(i64, i64)] = &[(2, 1250), (1, 99)];

/// The columns of order "o-1".
pub fn order_columns(rows: &[(i64, i64)]) -> Vec<(&'static str, ArrayRef)> {
    let integers = |values: Vec<i64>| Arc::new(Int64Array::from(values));
    let texts = |value: &str| Arc::new(StringArray::from(vec![value; rows.len()]));
    vec![
        ("order_id", texts("o-1")),
        ("sku", texts("A1")),
        ("quantity", integers(rows.iter().map(|row| row.0).collect())),
        ("unit_price_cents", integers(rows.iter().map(|row| row.1).collect())),
    ]
}

/// An Arrow IPC stream of one batch with these columns.
pub fn stream_of(b3: &str, columns: Vec<(&'static str, ArrayRef)>) -> Vec<u8> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let metadata = HashMap::from([("b3".to_owned(), b3.to_owned())]);
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays).unwrap();
    let mut stream = StreamWriter::try_new(Vec::new(), &schema).unwrap();
    stream.write(&batch).unwrap();
    stream.finish().unwrap();
    stream.into_inner().unwrap()
}

/// The request of order "o-1".
pub fn order_stream(b3: &str, rows: &[(i64, i64)]) -> Vec<u8> {
    stream_of(b3, order_columns(rows))
}

/// An exporter that keeps every ended span.
#[derive(Debug, Default, Clone)]
pub struct Collected(Arc<Mutex<Vec<SpanData>>>);

impl Collected {
    /// A provider as in production, but it exports to this at once.
    pub fn provider(&self) -> SdkTracerProvider {
        SdkTracerProvider::builder()
            .with_simple_exporter(self.clone())
            .with_id_generator(NarrowIds::default())
            .build()
    }

    /// The one span of that name.
    pub fn span(&self, name: &str) -> SpanData {
        let spans = self.0.lock().unwrap();
        let mut named = spans.iter().filter(|span| span.name == name);
        let span = named.next().unwrap_or_else(|| panic!("no span \"{name}\" in {spans:?}"));
        assert!(named.next().is_none(), "more than one span \"{name}\" in {spans:?}");
        span.clone()
    }
}

impl SpanExporter for Collected {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}
