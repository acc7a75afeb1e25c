import pyarrow as pa
import pytest
from conftest import response_stream

from preprocessing.order import Line, Order
from preprocessing.table import (
    REQUEST_SCHEMA,
    EngineError,
    Price,
    decode_response,
    encode_request,
    lines_of,
)

ORDER = Order(
    order_id="o-1",
    customer="c-1",
    lines=[
        Line(sku="A1", quantity=2, unit_price_cents=1250),
        Line(sku="B2", quantity=1, unit_price_cents=0),
    ],
)


def test_request_carries_a_row_a_line_and_the_context() -> None:
    with pa.ipc.open_stream(encode_request(lines_of(ORDER), "aa-bb-1")) as reader:
        assert reader.schema.metadata == {b"b3": b"aa-bb-1"}
        assert reader.schema.equals(REQUEST_SCHEMA)
        (batch,) = list(reader)
    assert batch.to_pydict() == {
        "order_id": ["o-1", "o-1"],
        "sku": ["A1", "B2"],
        "quantity": [2, 1],
        "unit_price_cents": [1250, 0],
    }


def test_response_is_one_price() -> None:
    assert decode_response(response_stream("o-1", 2500, "ok")) == Price("o-1", 2500)


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (response_stream("o-1", 1, "error: overflow"), "error: overflow"),
        (response_stream("o-1", 1, ""), "engine answered without a status"),
        (b"not arrow", "engine answered no price: "),
        (b"", "engine answered no price: "),
    ],
)
def test_anything_else_is_an_error(stream: bytes, message: str) -> None:
    with pytest.raises(EngineError, match=f"^{message}"):
        decode_response(stream)


def test_a_response_without_a_row_is_an_error() -> None:
    schema = pa.schema([("order_id", pa.utf8())], metadata={"status": "ok"})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema):
        pass
    with pytest.raises(EngineError, match=r"^engine answered no price: "):
        decode_response(sink.getvalue().to_pybytes())
