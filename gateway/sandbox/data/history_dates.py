"""When each generated order was placed: strictly later with each number, ending shortly before the epoch."""

from datetime import UTC, datetime, timedelta

from gateway.sandbox.data.customers import Customer
from gateway.sandbox.data.identifiers import DOCUMENTED_NUMBER
from gateway.sandbox.data.random import fraction

FIRST_ORDER = datetime(2022, 9, 5, 8, 0, tzinfo=UTC)
DOCUMENTED_ORDER = datetime(2022, 11, 15, 15, 24, 26, tzinfo=UTC)
NEWEST_BEFORE_EPOCH = timedelta(minutes=37)
PAUSE = timedelta(days=2)
# Less than half a step, so that neighbours never swap.
_JITTER = 0.4


def order_date(seed: int, epoch: datetime, customer: Customer, number: int) -> datetime:
    """When the order was placed, to the second. epoch: when the sandbox was created."""
    newest = epoch - NEWEST_BEFORE_EPOCH
    last = customer.numbers[-1]
    if customer.habit != "member":
        # Room between an order and its session where all sessions are past.
        start = newest if customer.upcoming else newest - PAUSE
        step, steps = -PAUSE, float(last - number)
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
