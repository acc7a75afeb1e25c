import json
from typing import Any

import pytest

from preprocessing.order import InvalidOrder, Line, Order, parse_order

LINE = {"sku": "A1", "quantity": 2, "unit_price_cents": 1250}
ORDER = {"order_id": "o-1", "customer": "c-1", "lines": [LINE]}


def test_parses_an_order() -> None:
    assert parse_order(json.dumps(ORDER).encode()) == Order(
        order_id="o-1",
        customer="c-1",
        lines=[Line(sku="A1", quantity=2, unit_price_cents=1250)],
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order_id": ""}, "order_id: String should have at least 1 character"),
        ({"customer": "c" * 129}, "customer: String should have at most 128 characters"),
        ({"lines": []}, "lines: List should have at least 1 item after validation, not 0"),
        (
            {"lines": [{**LINE, "quantity": 0}]},
            "lines.0.quantity: Input should be greater than or equal to 1",
        ),
        (
            {"lines": [{**LINE, "quantity": "2"}]},
            "lines.0.quantity: Input should be a valid integer",
        ),
        (
            {"lines": [LINE, {**LINE, "unit_price_cents": 100_000_001}]},
            "lines.1.unit_price_cents: Input should be less than or equal to 100000000",
        ),
    ],
)
def test_names_the_field(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOrder) as refused:
        parse_order(json.dumps({**ORDER, **change}).encode())
    assert str(refused.value) == message


def test_refuses_what_is_not_json() -> None:
    with pytest.raises(InvalidOrder, match=r"^body: Invalid JSON"):
        parse_order(b"{")
