"""The HTTP face: POST /preprocess prices one order, GET /healthz answers while the service runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request

from .broker import Broker
from .order import MAX_BODY_BYTES, InvalidOrder, Order, parse_order
from .pricing import PricingPool
from .table import EngineError

# Requests admitted at a time; beyond it the server answers 503 by itself.
MAX_CONCURRENT = 256

# A foreign id becomes an attribute only if it is short.
_MAX_TRACE_ID_CHARS = 128


def create_app(pool: PricingPool, broker: Broker) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        broker.start()
        yield
        pool.close()
        await broker.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.post("/preprocess")
    async def preprocess(request: Request) -> dict[str, str | int]:
        order = await _read_order(request)
        trace_id = request.headers.get("x-trace-id")
        if trace_id is not None and len(trace_id) > _MAX_TRACE_ID_CHARS:
            trace_id = None
        loop = asyncio.get_running_loop()
        try:
            total_cents = await loop.run_in_executor(
                pool.executor, pool.price_order, order, trace_id
            )
        except (EngineError, OSError) as error:
            raise HTTPException(502, f"pricing: {error}") from error
        await broker.announce(order.order_id, total_cents)
        return {"order_id": order.order_id, "total_cents": total_cents}

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


async def _read_order(request: Request) -> Order:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"body: must be at most {MAX_BODY_BYTES} bytes")
    try:
        return parse_order(bytes(body))
    except InvalidOrder as error:
        raise HTTPException(400, str(error)) from error
