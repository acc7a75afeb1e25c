"""One connection to the pricing engine: one thread owns it, one request is under way at a time."""

import select
import socket
import threading
import time

import pyarrow as pa

from .frame import read_frame, write_frame
from .table import EngineError, Price, decode_response, encode_request

# How long a request waits for an engine that is not up yet, and for its answer.
_CONNECT_PATIENCE_SECONDS = 3.0
_ANSWER_TIMEOUT_SECONDS = 2.0
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.5


class EngineClient:
    def __init__(self, path: str, stopping: threading.Event) -> None:
        """While the engine is away a request waits for it, unless stopping is set."""
        self._path = path
        self._stopping = stopping
        self._connection: socket.socket | None = None

    def price(self, lines: pa.RecordBatch, b3: str) -> Price:
        """Raises EngineError if the engine refuses, OSError if it is not reached or breaks off."""
        request = encode_request(lines, b3)
        connection = self._connected()
        try:
            write_frame(connection, request)
            answer = read_frame(connection)
        except OSError:
            # A late answer must not be taken for the next request's.
            self.close()
            raise
        price = decode_response(answer)
        if lines.num_rows and price.order_id != lines.column("order_id")[0].as_py():
            self.close()
            raise EngineError("engine answered for another order")
        return price

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> socket.socket:
        # A restarted engine has closed the old connection. Noticing before the request is sent
        # makes it safe to connect anew: no order is priced twice.
        if self._connection is not None and _ended(self._connection):
            self.close()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> socket.socket:
        give_up = time.monotonic() + _CONNECT_PATIENCE_SECONDS
        pause = _FIRST_PAUSE_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(_ANSWER_TIMEOUT_SECONDS)
            try:
                connection.connect(self._path)
                return connection
            except OSError as error:
                connection.close()
                if time.monotonic() + pause > give_up or self._stopping.wait(pause):
                    raise ConnectionError(f"engine not reached at {self._path}: {error}") from error
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _ended(connection: socket.socket) -> bool:
    """Whether an idle connection has something to read: its end, or bytes nobody asked for."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
