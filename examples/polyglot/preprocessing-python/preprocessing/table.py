"""An order's lines as an Arrow table, and the Arrow IPC streams that cross to the engine.

Request: one record batch, a row a line; schema metadata "b3" carries the trace context.
Response: one record batch of one row; schema metadata "status" is "ok" or "error: <text>".
"""

from dataclasses import dataclass

import pyarrow as pa

from .order import Order

REQUEST_SCHEMA = pa.schema(
    [
        ("order_id", pa.utf8()),
        ("sku", pa.utf8()),
        ("quantity", pa.int64()),
        ("unit_price_cents", pa.int64()),
    ]
)


class EngineError(Exception):
    """The engine refused the order or answered something that is not a price."""


@dataclass(frozen=True)
class Price:
    order_id: str
    total_cents: int


def lines_of(order: Order) -> pa.RecordBatch:
    return pa.record_batch(
        [
            [order.order_id] * len(order.lines),
            [line.sku for line in order.lines],
            [line.quantity for line in order.lines],
            [line.unit_price_cents for line in order.lines],
        ],
        schema=REQUEST_SCHEMA,
    )


def encode_request(lines: pa.RecordBatch, b3: str) -> bytes:
    batch = lines.replace_schema_metadata({"b3": b3})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def decode_response(stream: bytes) -> Price:
    try:
        with pa.ipc.open_stream(stream) as reader:
            status = (reader.schema.metadata or {}).get(b"status", b"").decode()
            if status != "ok":
                raise EngineError(status or "engine answered without a status")
            rows = reader.read_next_batch().to_pylist()
        (row,) = rows
        return Price(order_id=str(row["order_id"]), total_cents=int(row["total_cents"]))
    except (pa.ArrowException, StopIteration, KeyError, TypeError, ValueError) as error:
        raise EngineError(f"engine answered no price: {error}") from error
