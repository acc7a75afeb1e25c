import os
import threading
from collections.abc import Iterator

import pytest
from conftest import FakeEngine

from preprocessing.engine_client import EngineClient
from preprocessing.order import Line, Order
from preprocessing.table import EngineError, Price, lines_of


def order(order_id: str) -> Order:
    line = Line(sku="A1", quantity=3, unit_price_cents=100)
    return Order(order_id=order_id, customer="c", lines=[line])


@pytest.fixture
def client(engine_socket: str) -> Iterator[EngineClient]:
    client = EngineClient(engine_socket, threading.Event())
    yield client
    client.close()


def test_requests_share_one_connection(engine: FakeEngine, client: EngineClient) -> None:
    prices = [client.price(lines_of(order(name)), f"b3-{name}") for name in ("o-1", "o-2")]
    assert prices == [Price("o-1", 300), Price("o-2", 300)]
    assert engine.b3 == ["b3-o-1", "b3-o-2"]
    assert engine.connections == 1


def test_a_refusal_keeps_the_connection(engine: FakeEngine, client: EngineClient) -> None:
    with pytest.raises(EngineError, match=r"^error: refused$"):
        client.price(lines_of(order("refused")), "b3")
    assert client.price(lines_of(order("o-1")), "b3") == Price("o-1", 300)
    assert engine.connections == 1


def test_connects_anew_after_the_engine_went(engine: FakeEngine, client: EngineClient) -> None:
    client.price(lines_of(order("o-1")), "b3")
    engine.disconnect()
    assert client.price(lines_of(order("o-2")), "b3") == Price("o-2", 300)
    assert engine.connections == 2


def test_waits_for_an_engine_that_is_not_up_yet(client: EngineClient, engine_socket: str) -> None:
    engines: list[FakeEngine] = []
    starting = threading.Timer(0.05, lambda: engines.append(FakeEngine(engine_socket)))
    starting.start()
    assert client.price(lines_of(order("o-1")), "b3") == Price("o-1", 300)
    engines[0].close()


def test_does_not_wait_while_stopping(engine_socket: str) -> None:
    stopping = threading.Event()
    stopping.set()
    client = EngineClient(engine_socket, stopping)
    assert not os.path.exists(engine_socket)
    with pytest.raises(ConnectionError, match=f"^engine not reached at {engine_socket}: "):
        client.price(lines_of(order("o-1")), "b3")
