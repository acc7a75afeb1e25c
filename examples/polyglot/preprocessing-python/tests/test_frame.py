import socket
import struct
from collections.abc import Iterator

import pytest

from preprocessing.frame import MAX_FRAME_BYTES, FrameError, read_frame, write_frame


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    left, right = socket.socketpair()
    with left, right:
        left.settimeout(1)
        right.settimeout(1)
        yield left, right


@pytest.mark.parametrize("payload", [b"", b"x", b"x" * 70_000])
def test_round_trip(pair: tuple[socket.socket, socket.socket], payload: bytes) -> None:
    left, right = pair
    write_frame(left, payload)
    assert read_frame(right) == payload


def test_refuses_a_length_beyond_the_limit_before_reading_on(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, right = pair
    left.sendall(struct.pack(">I", MAX_FRAME_BYTES + 1))
    with pytest.raises(FrameError) as refused:
        read_frame(right)
    assert str(refused.value) == "frame of 16777217 bytes exceeds the limit of 16777216"


def test_refuses_to_send_beyond_the_limit(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(FrameError, match="exceeds the limit of 16777216"):
        write_frame(pair[0], bytes(MAX_FRAME_BYTES + 1))


@pytest.mark.parametrize(
    ("sent", "missing"),
    [(b"", 4), (b"\0\0", 2), (b"\0\0\0\x05abc", 2)],
    ids=["none", "head", "body"],
)
def test_names_what_a_cut_frame_lacks(
    pair: tuple[socket.socket, socket.socket], sent: bytes, missing: int
) -> None:
    left, right = pair
    left.sendall(sent)
    left.shutdown(socket.SHUT_WR)
    with pytest.raises(FrameError, match=f"^peer closed the connection {missing} bytes before"):
        read_frame(right)
