"""Pricing on worker threads, and the break of the context on the way there."""

import threading
from concurrent.futures import ThreadPoolExecutor

from opentelemetry import trace
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags

from .engine_client import EngineClient
from .order import Order
from .table import lines_of

_WORKERS = 4
_LOW_64_BITS = (1 << 64) - 1

_tracer = trace.get_tracer(__name__, "1.0.0")


class PricingPool:
    """Four threads, each with its own connection to the engine.

    The executor's queue has no bound of its own; the server in front of it admits a bounded number
    of requests (app.MAX_CONCURRENT), each of which waits for one task.
    """

    def __init__(self, engine_socket: str) -> None:
        self.executor = ThreadPoolExecutor(_WORKERS, thread_name_prefix="pricing")
        self._engine_socket = engine_socket
        self._local = threading.local()
        self._stopping = threading.Event()

    def price_order(self, order: Order, trace_id: str | None) -> int:
        """Runs on a worker thread and returns the total in cents.

        "price order" becomes a root: a ThreadPoolExecutor runs its tasks in the context of the
        worker thread, which is empty, and neither run_in_executor nor the SDK copies the caller's
        unless opentelemetry-instrumentation-threading is installed. What still tells which request
        this is is the x-trace-id, handed over as an ordinary argument.
        """
        with _tracer.start_as_current_span("price order") as root:
            if trace_id is not None:
                root.set_attribute("x-trace-id", trace_id)
            return self._call_engine(order)

    def close(self) -> None:
        """Waits for the tasks that run, an answer's time at most, and cancels the others."""
        self._stopping.set()
        self.executor.shutdown(wait=True, cancel_futures=True)

    def _call_engine(self, order: Order) -> int:
        attributes = {
            "polyspan.lane": "arrow_ipc",
            "network.transport": "unix",
            "server.address": self._engine_socket,
        }
        with _tracer.start_as_current_span(
            "pricing.Price", kind=SpanKind.CLIENT, attributes=attributes
        ) as call:
            b3 = b3_64(call.get_span_context())
            return self._client().price(lines_of(order), b3).total_cents

    def _client(self) -> EngineClient:
        client = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = EngineClient(self._engine_socket, self._stopping)
        return client


def b3_64(context: SpanContext) -> str:
    """B3 as the engine's generation of SDK reads it: the low 64 bits of the trace id only."""
    sampled = 1 if context.trace_flags & TraceFlags.SAMPLED else 0
    return f"{context.trace_id & _LOW_64_BITS:016x}-{context.span_id:016x}-{sampled}"
