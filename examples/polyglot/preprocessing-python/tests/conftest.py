"""A tracer provider that keeps its spans, and an engine that speaks the frames of the real one."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from preprocessing.frame import FrameError, read_frame, write_frame

_exporter = InMemorySpanExporter()
# The API takes one global provider for the life of a process.
_provider = TracerProvider(shutdown_on_exit=False)
_provider.add_span_processor(SimpleSpanProcessor(_exporter))
trace.set_tracer_provider(_provider)


@pytest.fixture
def spans() -> InMemorySpanExporter:
    _exporter.clear()
    return _exporter


class FakeEngine:
    """Prices like the engine; answers "error: refused" for the order id "refused"."""

    def __init__(self, path: str) -> None:
        self.b3: list[str] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for connection in [self._listener, *self._open]:
            connection.close()

    def disconnect(self) -> None:
        for connection in self._open:
            connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while True:
                write_frame(connection, self._answer(read_frame(connection)))
        except (FrameError, OSError):
            return

    def _answer(self, request: bytes) -> bytes:
        with pa.ipc.open_stream(request) as reader:
            self.b3.append(reader.schema.metadata[b"b3"].decode())
            rows = reader.read_all().to_pylist()
        total = sum(row["quantity"] * row["unit_price_cents"] for row in rows)
        order_id = rows[0]["order_id"]
        return response_stream(order_id, total, "error: refused" if order_id == "refused" else "ok")


def response_stream(order_id: str, total_cents: int, status: str) -> bytes:
    schema = pa.schema(
        [("order_id", pa.utf8()), ("total_cents", pa.int64())], metadata={"status": status}
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch([[order_id], [total_cents]], schema=schema))
    return sink.getvalue().to_pybytes()


@pytest.fixture
def engine_socket(tmp_path: Path) -> str:
    return str(tmp_path / "engine.sock")


@pytest.fixture
def engine(engine_socket: str) -> Iterator[FakeEngine]:
    fake = FakeEngine(engine_socket)
    yield fake
    fake.close()
