from collections.abc import Iterator

import pytest
from conftest import FakeEngine
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags

from preprocessing.order import Line, Order
from preprocessing.pricing import PricingPool, b3_64
from preprocessing.table import EngineError

LINES = [Line(sku="A1", quantity=2, unit_price_cents=1250)]


@pytest.fixture
def pool(engine_socket: str) -> Iterator[PricingPool]:
    pool = PricingPool(engine_socket)
    yield pool
    pool.close()


@pytest.mark.parametrize(
    ("trace_id", "flags", "want"),
    [
        (0xAAAA_BBBB_CCCC_DDDD_0123_4567_89AB_CDEF, 1, "0123456789abcdef-00000000000000ff-1"),
        (0xAAAA_BBBB_CCCC_DDDD_0000_0000_0000_0001, 1, "0000000000000001-00000000000000ff-1"),
        (0xAAAA_BBBB_CCCC_DDDD_0123_4567_89AB_CDEF, 0, "0123456789abcdef-00000000000000ff-0"),
    ],
)
def test_b3_is_the_low_half(trace_id: int, flags: int, want: str) -> None:
    context = SpanContext(trace_id, 0xFF, is_remote=False, trace_flags=TraceFlags(flags))
    assert b3_64(context) == want


def test_the_pool_starts_a_trace_of_its_own(
    engine: FakeEngine, pool: PricingPool, spans: InMemorySpanExporter
) -> None:
    order = Order(order_id="o-1", customer="c", lines=LINES)
    with trace.get_tracer("test").start_as_current_span("request") as request:
        total = pool.executor.submit(pool.price_order, order, "id-1").result()
    assert total == 2500

    call, root, _ = spans.get_finished_spans()
    assert (root.name, root.kind, root.parent) == ("price order", SpanKind.INTERNAL, None)
    assert root.context.trace_id != request.get_span_context().trace_id
    assert dict(root.attributes) == {"x-trace-id": "id-1"}

    assert (call.name, call.kind) == ("pricing.Price", SpanKind.CLIENT)
    assert call.parent.span_id == root.context.span_id
    assert engine.b3 == [b3_64(call.context)]


def test_a_refusal_is_on_both_spans(
    engine: FakeEngine, pool: PricingPool, spans: InMemorySpanExporter
) -> None:
    order = Order(order_id="refused", customer="c", lines=LINES)
    with pytest.raises(EngineError):
        pool.executor.submit(pool.price_order, order, None).result()
    call, root = spans.get_finished_spans()
    assert [call.status.status_code, root.status.status_code] == [StatusCode.ERROR] * 2
    assert dict(root.attributes) == {}
