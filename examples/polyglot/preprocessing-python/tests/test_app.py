from collections.abc import Iterator

import pytest
from conftest import FakeEngine
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from preprocessing import telemetry
from preprocessing.app import create_app
from preprocessing.order import MAX_BODY_BYTES
from preprocessing.pricing import PricingPool

ORDER = {
    "order_id": "o-1",
    "customer": "c-1",
    "lines": [{"sku": "A1", "quantity": 2, "unit_price_cents": 1250}],
}
B3 = {
    "X-B3-TraceId": "463ac35c9f6413ad48485a3953bb6124",
    "X-B3-SpanId": "a2fb4a1d1a96d312",
    "X-B3-Sampled": "1",
    "x-trace-id": "id-1",
}


class NotedBroker:
    def __init__(self) -> None:
        self.announced: list[tuple[str, int]] = []

    def start(self) -> None:
        self.announced.clear()

    async def announce(self, order_id: str, total_cents: int) -> None:
        self.announced.append((order_id, total_cents))

    async def close(self) -> None:
        pass


@pytest.fixture
def broker() -> NotedBroker:
    return NotedBroker()


@pytest.fixture
def client(
    engine_socket: str, broker: NotedBroker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    for key, value in telemetry.DEFAULTS.items():
        monkeypatch.setenv(key, value)
    app = create_app(PricingPool(engine_socket), broker)
    telemetry.instrument(app)
    with TestClient(app) as client:
        yield client


def test_prices_and_announces(engine: FakeEngine, client: TestClient, broker: NotedBroker) -> None:
    answer = client.post("/preprocess", json=ORDER)
    assert (answer.status_code, answer.json()) == (200, {"order_id": "o-1", "total_cents": 2500})
    assert broker.announced == [("o-1", 2500)]


def test_b3_is_captured_but_not_understood(
    engine: FakeEngine, client: TestClient, spans: InMemorySpanExporter
) -> None:
    client.post("/preprocess", json=ORDER, headers=B3)
    by_kind = {span.kind: span for span in spans.get_finished_spans()}
    server, root = by_kind[SpanKind.SERVER], by_kind[SpanKind.INTERNAL]
    assert server.parent is None
    assert format(server.context.trace_id, "032x") != B3["X-B3-TraceId"]
    captured = {k: v for k, v in server.attributes.items() if k.startswith("http.request.header.")}
    assert captured == {
        "http.request.header.x_b3_traceid": (B3["X-B3-TraceId"],),
        "http.request.header.x_b3_spanid": (B3["X-B3-SpanId"],),
        "http.request.header.x_b3_sampled": ("1",),
        "http.request.header.x_trace_id": ("id-1",),
    }
    assert root.attributes["x-trace-id"] == "id-1"


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (
            b'{"order_id":"o-1","customer":"c"}',
            400,
            "lines: Field required",
        ),
        (b" " * (MAX_BODY_BYTES + 1), 413, "body: must be at most 1048576 bytes"),
    ],
    ids=["invalid", "too long"],
)
def test_refuses_a_bad_body(
    client: TestClient, broker: NotedBroker, body: bytes, status: int, detail: str
) -> None:
    answer = client.post("/preprocess", content=body)
    assert (answer.status_code, answer.json()) == (status, {"detail": detail})
    assert broker.announced == []


def test_a_refusing_engine_is_a_bad_gateway(
    engine: FakeEngine, client: TestClient, broker: NotedBroker
) -> None:
    answer = client.post("/preprocess", json={**ORDER, "order_id": "refused"})
    assert (answer.status_code, answer.json()) == (502, {"detail": "pricing: error: refused"})
    assert broker.announced == []


def test_health_is_not_traced(client: TestClient, spans: InMemorySpanExporter) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert spans.get_finished_spans() == ()
