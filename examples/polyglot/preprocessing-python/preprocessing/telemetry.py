"""The OpenTelemetry SDK with OTLP over HTTP; the OTEL_* variables win over what is set here."""

import logging
import os
import threading
import uuid

from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

SERVICE_NAME = "preprocessing"

DEFAULTS = {
    # Spans. At 4 spans a request it holds 8 s of 500 requests/s while the collector is away.
    "OTEL_BSP_MAX_QUEUE_SIZE": "16384",
    # The caller's B3 headers mean nothing to this service: its propagators are the SDK's default,
    # W3C only, so the SERVER span becomes a root. Captured as attributes, the headers still say
    # where the request came from.
    "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST": (
        "x-b3-traceid,x-b3-spanid,x-b3-sampled,x-trace-id"
    ),
}
_FLUSH_SECONDS = 2.0

_log = logging.getLogger(__name__)


def start() -> TracerProvider:
    for key, value in DEFAULTS.items():
        os.environ.setdefault(key, value)
    provider = TracerProvider(resource=resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def resource() -> Resource:
    defaults = Resource.create(
        {
            "service.name": SERVICE_NAME,
            "service.version": "1.0.0",
            "service.instance.id": str(uuid.uuid4()),
        }
    )
    # Resource.create lets code win over the environment; merged once more, the environment wins.
    return defaults.merge(OTELResourceDetector().detect())


def instrument(app: FastAPI) -> None:
    # The ASGI send and receive spans tell nothing here and would double the number of spans.
    FastAPIInstrumentor.instrument_app(
        app, excluded_urls="healthz", exclude_spans=["receive", "send"]
    )


def stop(provider: TracerProvider) -> None:
    """Flushes for two seconds at most; the SDK itself would wait 30 for an absent collector."""
    flush = threading.Thread(target=provider.shutdown, name="flush", daemon=True)
    flush.start()
    flush.join(_FLUSH_SECONDS)
    if flush.is_alive():
        _log.warning("spans were lost at shutdown: the collector did not take them in time")
