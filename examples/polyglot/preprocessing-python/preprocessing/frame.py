"""Frames on the engine's socket: a 4-byte big-endian length, then that many bytes."""

import socket
import struct

MAX_FRAME_BYTES = 16 << 20

_LENGTH = struct.Struct(">I")


class FrameError(ConnectionError):
    """The stream of frames cannot go on; the connection must be closed."""


def write_frame(connection: socket.socket, payload: bytes) -> None:
    _check(len(payload))
    connection.sendall(_LENGTH.pack(len(payload)) + payload)


def read_frame(connection: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(_read_exactly(connection, _LENGTH.size))
    _check(length)
    return _read_exactly(connection, length)


def _check(length: int) -> None:
    if length > MAX_FRAME_BYTES:
        raise FrameError(f"frame of {length} bytes exceeds the limit of {MAX_FRAME_BYTES}")


def _read_exactly(connection: socket.socket, count: int) -> bytes:
    data = bytearray(count)
    view = memoryview(data)
    while view:
        read = connection.recv_into(view)
        if read == 0:
            raise FrameError(f"peer closed the connection {len(view)} bytes before the frame's end")
        view = view[read:]
    return bytes(data)
