import asyncio

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from preprocessing import broker as module
from preprocessing.broker import Broker


class FakeNats:
    """As much of a NATS server as a publisher needs; keeps the HPUB frames it is sent."""

    def __init__(self) -> None:
        self.published: asyncio.Queue[bytes] = asyncio.Queue()

    async def __aenter__(self) -> "FakeNats":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"nats://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"headers":true,"max_payload":1048576}\r\n')
        while line := await reader.readline():
            if line.startswith(b"PING"):
                writer.write(b"PONG\r\n")
            if line.startswith(b"HPUB"):
                size = int(line.split()[-1])
                self.published.put_nowait(line + await reader.readexactly(size))
        writer.close()


def test_announces_with_the_producers_context(spans: InMemorySpanExporter) -> None:
    async def scenario() -> bytes:
        async with FakeNats() as nats:
            broker = Broker(nats.url)
            broker.start()
            # Announced before the connection stands: it must wait, not be lost.
            await asyncio.sleep(0)
            await broker.announce("o-1", 2500)
            frame = await asyncio.wait_for(nats.published.get(), 5)
            await broker.close()
            return frame

    frame = asyncio.run(scenario())
    (span,) = spans.get_finished_spans()
    sent = span.context
    traceparent = f"00-{sent.trace_id:032x}-{sent.span_id:016x}-{sent.trace_flags:02x}"
    assert frame.startswith(b"HPUB orders.priced ")
    assert f"traceparent: {traceparent}\r\n".encode() in frame
    assert frame.endswith(b'\r\n\r\n{"order_id": "o-1", "total_cents": 2500}')
    assert (span.name, span.kind) == ("send orders.priced", SpanKind.PRODUCER)
    assert dict(span.attributes) == {
        "messaging.system": "nats",
        "messaging.destination.name": "orders.priced",
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
    }


def test_counts_what_an_absent_broker_costs(
    spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_PENDING_BYTES", 1)

    async def scenario() -> int:
        broker = Broker("nats://127.0.0.1:1")
        broker.start()
        await asyncio.sleep(0)
        await broker.announce("o-1", 2500)
        await broker.close()
        return broker.lost

    assert asyncio.run(scenario()) == 1
    (span,) = spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
