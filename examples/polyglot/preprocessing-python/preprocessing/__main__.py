"""Starts the service and, at SIGTERM, ends it with status 0 after its last span was sent."""

import logging
import os
import signal
import socket
import sys

import uvicorn

from . import telemetry
from .app import MAX_CONCURRENT, create_app
from .broker import Broker
from .pricing import PricingPool
from .settings import Settings, SettingsError


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"ready {telemetry.SERVICE_NAME}", flush=True)


def main() -> int:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"preprocessing: {error}", file=sys.stderr)
        return 2

    # uvicorn raises the signal that ended it once more, for whoever handled it before: that is us.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    provider = telemetry.start()
    try:
        app = create_app(PricingPool(settings.engine_socket), Broker(settings.nats_url))
        telemetry.instrument(app)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_config=None,
            limit_concurrency=MAX_CONCURRENT,
            # Longer than the gateway keeps an idle connection, so that only the gateway closes one.
            timeout_keep_alive=30,
            # Seconds; with an engine's answer and the flush, 2 each, 5 in all.
            timeout_graceful_shutdown=1,
        )
        _Server(config).run()
        return 0
    finally:
        telemetry.stop(provider)


if __name__ == "__main__":
    sys.exit(main())
