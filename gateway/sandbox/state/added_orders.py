"""Plan the orders that a test or a developer adds to a customer's history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, get_args

from gateway.sandbox.data.activities import ACTIVITIES_BY_KIND, Kind
from gateway.sandbox.data.dates import parse_duration
from gateway.sandbox.data.identifiers import PER_ORDER, order_identifier
from gateway.sandbox.data.order_plan import ItemPlan, OrderPlan
from gateway.sandbox.data.sellers import SELLERS, Tax
from gateway.sandbox.data.vocabulary import CONFIRMED, STATUSES, Document

FIRST_NUMBER = 50_001
_YEAR_DAYS = 366


@dataclass(frozen=True)
class NewOrder:
    """The contents of an added order: items of the same kind on consecutive days.

    Raises ValueError, naming the member and its value.
    """

    items: Annotated[int, "the number of order items, 1 to 8"] = 1
    kind: Annotated[Kind, "what is booked"] = "session"
    start: Annotated[
        datetime | None, "the start of the first item; null: 10:00 UTC, days_ahead days after the order"
    ] = None
    days_ahead: Annotated[float, "see start; negative for a past booking"] = 7
    price: Annotated[Decimal | float | str, "the price of each item in pounds"] = "10"
    refundable: Annotated[
        bool | None, "allowCustomerCancellationFullRefund of each item; null: leaves the member out"
    ] = True
    window: Annotated[
        str | None, "latestCancellationBeforeStartDate, an ISO 8601 duration; null: leaves the member out"
    ] = "P1D"
    status: Annotated[str, "the orderItemStatus of each item, for example AttendeeAttended"] = CONFIRMED
    tax: Annotated[Tax, "whether the seller's prices are exempt from VAT, include it or exclude it"] = (
        "exempt"
    )
    receipt: Annotated[bool, "whether the order has a receipt"] = True

    def __post_init__(self) -> None:
        _one_of("items", self.items, tuple(range(1, PER_ORDER + 1)))
        _one_of("kind", self.kind, get_args(Kind))
        _one_of("refundable", self.refundable, (True, False, None))
        _one_of("status", self.status, STATUSES)
        _one_of("tax", self.tax, get_args(Tax))
        _one_of("receipt", self.receipt, (True, False))
        if not isinstance(self.days_ahead, int | float) or not abs(self.days_ahead) <= _YEAR_DAYS:
            raise ValueError(f"days_ahead must be a number of days within a year, got {self.days_ahead!r}.")
        if self.window is not None and parse_duration(self.window) is None:
            raise ValueError(f"window must be an ISO 8601 duration like P1D, got {self.window!r}.")
        if self.amount is None:
            raise ValueError(f"price must be pounds from 0, got {self.price!r}.")

    @property
    def amount(self) -> Decimal | None:
        """The price; None when it is not a valid amount."""
        try:
            amount = Decimal(str(self.price))
        except InvalidOperation:
            return None
        return amount if amount.is_finite() and amount >= 0 else None


@dataclass(frozen=True)
class Booking:
    """The customer, number and date of an added order.

    index: the number of orders added to the sandbox before.
    """

    index: int
    order_number: str
    placed: datetime
    person: Document


def plan_added_order(seed: int, booking: Booking, new: NewOrder) -> OrderPlan:
    """The plan of the added order; equal arguments give equal plans."""
    seller = next(seller for seller in SELLERS if seller.tax == new.tax)
    activities = ACTIVITIES_BY_KIND[new.kind]
    start = new.start or _at_ten(booking.placed + timedelta(days=new.days_ahead))
    items = [
        ItemPlan(
            activities[(booking.index + position) % len(activities)],
            seller.venues[booking.index % len(seller.venues)],
            start + timedelta(days=position),
            new.amount or Decimal(0),
            new.refundable,
            new.window,
            new.status,
        )
        for position in range(new.items)
    ]
    number = FIRST_NUMBER + booking.index
    identifier = order_identifier(seed, number)
    return OrderPlan(
        number,
        identifier,
        booking.order_number,
        booking.placed,
        booking.person,
        seller,
        items,
        receipt=new.receipt,
    )


def _at_ten(day: datetime) -> datetime:
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def _one_of(name: str, value: Any, choices: tuple[Any, ...]) -> None:
    # Compare the types too, because 1 == True in Python.
    if not any(value == choice and type(value) is type(choice) for choice in choices):
        raise ValueError(f"{name} must be one of {', '.join(map(str, choices))}, got {value!r}.")
