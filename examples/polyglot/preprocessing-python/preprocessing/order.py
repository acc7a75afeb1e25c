"""The order as it arrives, and its rules.

The limits are the gateway's: they keep every total below 2^53 cents (1,000 lines of at most
10^12), so that no language on the way rounds it.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MAX_BODY_BYTES = 1 << 20

_Name = Annotated[str, Field(min_length=1, max_length=128)]


class InvalidOrder(ValueError):
    """An order that breaks a rule; the message names the field."""


class Line(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    sku: _Name
    quantity: Annotated[int, Field(ge=1, le=10_000)]
    unit_price_cents: Annotated[int, Field(ge=0, le=100_000_000)]


class Order(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    order_id: _Name
    customer: _Name
    lines: Annotated[list[Line], Field(min_length=1, max_length=1_000)]


def parse_order(body: bytes) -> Order:
    try:
        return Order.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise InvalidOrder(f"{field}: {first['msg']}") from error
