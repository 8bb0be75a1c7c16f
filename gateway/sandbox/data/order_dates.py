"""Compute the orderDate of a generated order: increasing with its number, up to shortly before the epoch."""

from datetime import UTC, datetime, timedelta

from gateway.sandbox.data.customers import Customer
from gateway.sandbox.data.identifiers import DOCUMENTED_NUMBER
from gateway.sandbox.data.random import fraction

FIRST_ORDER = datetime(2022, 9, 5, 8, 0, tzinfo=UTC)
DOCUMENTED_ORDER = datetime(2022, 11, 15, 15, 24, 26, tzinfo=UTC)
NEWEST_BEFORE_EPOCH = timedelta(minutes=37)
INTERVAL = timedelta(days=2)
# In steps. Below one step, so the orders stay sorted.
_JITTER = 0.4


def order_date(seed: int, epoch: datetime, customer: Customer, number: int) -> datetime:
    """The orderDate, to the second. epoch: when the sandbox was created."""
    newest = epoch - NEWEST_BEFORE_EPOCH
    last = customer.numbers[-1]
    if customer.habit != "member":
        # When all sessions are past, leave time between the newest order and its session.
        start = newest if customer.upcoming else newest - INTERVAL
        step, steps = -INTERVAL, float(last - number)
    elif number <= DOCUMENTED_NUMBER:
        start = FIRST_ORDER
        step = (DOCUMENTED_ORDER - FIRST_ORDER) / (DOCUMENTED_NUMBER - 1)
        steps = number - 1
    else:
        start = DOCUMENTED_ORDER
        step = (newest - DOCUMENTED_ORDER) / (last - DOCUMENTED_NUMBER)
        steps = number - DOCUMENTED_NUMBER
    if number not in {last, DOCUMENTED_NUMBER}:
        steps += _JITTER * (fraction(seed, "date", number) - 1)
    return (start + step * steps).replace(microsecond=0)
