"""Announces priced orders on NATS, with W3C trace context in the message's headers."""

import asyncio
import json
import logging
import time

import nats.errors
from nats.aio.client import Client
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, StatusCode

SUBJECT = "orders.priced"

# Bytes the client holds while the broker is away; past that an announcement is lost and counted.
_MAX_PENDING_BYTES = 1 << 20
_RECONNECT_SECONDS = 0.25
_DRAIN_SECONDS = 1
_COMPLAINT_SECONDS = 5.0

_log = logging.getLogger(__name__)
_tracer = trace.get_tracer(__name__, "1.0.0")


class Broker:
    """Connects in the background for as long as it takes; start and close run on one event loop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = Client()
        self._connecting: asyncio.Task[None] | None = None
        self._last_complaint = -_COMPLAINT_SECONDS
        self.lost = 0

    def start(self) -> None:
        self._connecting = asyncio.create_task(self._connect())

    async def announce(self, order_id: str, total_cents: int) -> None:
        """Never fails the request: the order is priced, a loss is on the span and counted."""
        attributes = {
            "messaging.system": "nats",
            "messaging.destination.name": SUBJECT,
            "messaging.operation.type": "send",
            "messaging.operation.name": "send",
        }
        with _tracer.start_as_current_span(
            f"send {SUBJECT}", kind=SpanKind.PRODUCER, attributes=attributes
        ) as span:
            headers: dict[str, str] = {}
            propagate.inject(headers)
            message = json.dumps({"order_id": order_id, "total_cents": total_cents}).encode()
            try:
                await self._client.publish(SUBJECT, message, headers=headers)
            except nats.errors.Error as error:
                self.lost += 1
                span.set_status(StatusCode.ERROR, str(error))
                await self._complain(error)

    async def close(self) -> None:
        if self._connecting is not None and not self._connecting.done():
            self._connecting.cancel()
        if self._client.is_connected:
            await self._client.drain()
        if self.lost:
            _log.warning("%d announcements were lost while the broker was away", self.lost)

    async def _connect(self) -> None:
        await self._client.connect(
            self._url,
            error_cb=self._complain,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RECONNECT_SECONDS,
            pending_size=_MAX_PENDING_BYTES,
            drain_timeout=_DRAIN_SECONDS,
        )
        # What was announced before the first connection waits in the client's buffer.
        await self._client.flush()

    async def _complain(self, error: Exception) -> None:
        now = time.monotonic()
        if now - self._last_complaint >= _COMPLAINT_SECONDS:
            self._last_complaint = now
            _log.warning("broker at %s: %s", self._url, error)
