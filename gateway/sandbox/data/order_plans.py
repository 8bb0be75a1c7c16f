"""The habits of the generated customers: what each of their orders contains."""

from collections.abc import Callable
from datetime import datetime, timedelta

from gateway.sandbox.data.activities import OF_KIND, Kind
from gateway.sandbox.data.customers import Customer, Habit
from gateway.sandbox.data.history_dates import order_date
from gateway.sandbox.data.identifiers import order_identifier
from gateway.sandbox.data.plans import ItemPlan, OrderPlan
from gateway.sandbox.data.random import chance
from gateway.sandbox.data.sellers import SELLERS
from gateway.sandbox.data.vocabulary import (
    ABSENT,
    ATTENDED,
    ATTENDED_2021,
    CONFIRMED,
    CUSTOMER_CANCELLED,
    PENDING,
    PROPOSED,
    SELLER_CANCELLED,
    STATUSES,
    Document,
)

SELLER_MESSAGE = "We are sorry: the pool plant has failed and this session cannot run."

# Items of the newest orders of customer 1234, newest order first: days ahead, refundable, window, status.
# 19 in all, as in imin's example; a window of two days is always shut for a session tomorrow morning.
_UPCOMING: tuple[tuple[tuple[int, bool | None, str | None, str], ...], ...] = (
    ((4, True, "P1D", CONFIRMED), (6, True, "P1D", CONFIRMED)),
    ((3, False, None, CONFIRMED),),
    ((5, True, "PT4H", CONFIRMED), (5, True, None, CONFIRMED)),
    ((1, True, "P2D", CONFIRMED),),
    ((9, True, "P1DT16H", CONFIRMED),),
    ((2, True, "PT4H", CONFIRMED), (7, True, "P1D", CONFIRMED), (14, True, "P1D", CONFIRMED)),
    ((8, True, "P1D", SELLER_CANCELLED),),
    ((10, None, "P1D", CONFIRMED),),
    ((11, True, "P1D", CONFIRMED), (18, True, "P1D", CONFIRMED)),
    ((12, True, "P1D", CUSTOMER_CANCELLED),),
    ((13, True, "P1D", PENDING),),
    ((15, True, "PT4H", CONFIRMED), (15, True, "PT4H", CONFIRMED)),
    ((16, True, "P1D", CONFIRMED),),
)
_MEMBER_KINDS: tuple[Kind, ...] = ("session",) * 6 + ("slot", "individual_slot", "virtual")
_PAST_STATUSES = (CONFIRMED,) * 8 + (ATTENDED,) * 6 + (ABSENT, CUSTOMER_CANCELLED, SELLER_CANCELLED)
_OLD_UNTIL = 200
_ANY_KIND = 3
_RECEIPT_CYCLE = 9
_WITHOUT_RECEIPT = 4
_THIN = 13
# Members that imin leaves out of some orders; "any property can be missing". Source: imin docs, Defensive
# rules.
_OMISSIONS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("payment",), ("brokerRole",)),
    (("orderedItem", "unitTaxSpecification"), ("totalPaymentTax",)),
    (("orderedItem", "orderedItem", "endDate"), ("bookingService",)),
    (("orderedItem", "orderedItem", "duration"), ("orderedItem", "acceptedOffer", "name")),
    (("customer", "telephone"), ("broker", "logo"), ("orderedItem", "accessPass")),
)
_GUESTS = (("Maya", "Singh"), ("Jack", "Evans"), ("Zofia", "Nowak"), ("Daniel", "Evans"))


def plan_order(seed: int, epoch: datetime, customer: Customer, number: int) -> OrderPlan:
    """What the order with this number contains; the same for the same arguments, always."""
    sketch = _Sketch(seed, epoch, customer, number)
    plan = OrderPlan(
        number,
        order_identifier(seed, number),
        str(number),
        sketch.placed,
        customer.person,
        sketch.seller,
        _HABITS[customer.habit](sketch),
        receipt=number % _RECEIPT_CYCLE != _WITHOUT_RECEIPT,
    )
    if customer.habit == "receipts":
        plan.receipt = sketch.index > 0
    if customer.habit == "member" and not sketch.upcoming and number % _THIN == 0:
        plan.omitted = sketch.draw.choice(_OMISSIONS)
    return plan


class _Sketch:
    """Draws items for one order. index counts from the oldest order, ago from the newest, both from 0."""

    def __init__(self, seed: int, epoch: datetime, customer: Customer, number: int) -> None:
        self.draw = chance(seed, "order", number)
        self.seller = self.draw.choice(SELLERS)
        self.epoch = epoch
        self.placed = order_date(seed, epoch, customer, number)
        self.number = number
        self.index = number - customer.numbers[0]
        self.ago = customer.numbers[-1] - number
        self.upcoming = self.ago < customer.upcoming

    def item(self, kind: Kind, days: int | None = None) -> ItemPlan:
        """A booking of this kind, `days` after the epoch's day, or at a past time before the epoch."""
        activity = self.draw.choice(OF_KIND[kind])
        start = self.ahead(days) if days else self.past()
        return ItemPlan(
            activity, self.draw.choice(self.seller.venues), start, self.draw.choice(activity.prices)
        )

    def ahead(self, days: int) -> datetime:
        """A morning or evening hour, so many days ahead."""
        midnight = self.epoch.replace(hour=0, minute=0, second=0, microsecond=0)
        hour = 7 if days == 1 else self.draw.choice((7, 9, 12, 18, 19))
        return midnight + timedelta(days=days, hours=hour, minutes=self.draw.choice((0, 15, 30, 45)))

    def past(self) -> datetime:
        """A quarter of an hour after the order was placed and well before the epoch."""
        room = self.epoch - self.placed - timedelta(hours=4)
        lead = min(timedelta(hours=self.draw.uniform(3, 144)), room)
        start = self.placed + lead
        return start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)

    def items(self, kind: Kind, count: int, days: int) -> list[ItemPlan]:
        """Several bookings, ahead when the order is an upcoming one."""
        return [self.item(kind, days + index if self.upcoming else None) for index in range(count)]


def _member(sketch: _Sketch) -> list[ItemPlan]:
    return _member_upcoming(sketch) if sketch.upcoming else _member_past(sketch)


def _member_upcoming(sketch: _Sketch) -> list[ItemPlan]:
    items = []
    for days, refundable, window, status in _UPCOMING[sketch.ago]:
        item = sketch.item(
            sketch.draw.choice(_MEMBER_KINDS) if sketch.ago % 4 == _ANY_KIND else "session", days
        )
        item.refundable, item.window, item.status = refundable, window, status
        # Something to give back when it is cancelled.
        item.price = max(item.activity.prices)
        item.message = SELLER_MESSAGE if status == SELLER_CANCELLED else None
        items.append(item)
    return items


def _member_past(sketch: _Sketch) -> list[ItemPlan]:
    items = []
    for _ in range(sketch.draw.choice((1, 1, 1, 1, 2, 2, 3, 4))):
        item = sketch.item(sketch.draw.choice(_MEMBER_KINDS))
        item.refundable = sketch.draw.choice((True, True, True, False, None))
        item.window = sketch.draw.choice(("P1D", "P1D", "PT4H", "P1DT16H", None))
        item.status = sketch.draw.choice(_PAST_STATUSES)
        if item.status == ATTENDED and sketch.number < _OLD_UNTIL:
            item.status = ATTENDED_2021
        item.message = SELLER_MESSAGE if item.status == SELLER_CANCELLED else None
        items.append(item)
    return items


def _group(sketch: _Sketch) -> list[ItemPlan]:
    """One item a person, all for the same session. Source: imin docs, Group booking."""
    first = sketch.item("session", 3 + sketch.ago if sketch.upcoming else None)
    return [
        ItemPlan(first.activity, first.venue, first.start, first.price, attendee=_guest(index))
        for index in range(2 + sketch.number % 3)
    ]


def _guest(index: int) -> Document:
    given_name, family_name = _GUESTS[index]
    email = f"{given_name}.{family_name}@example.com".lower()
    return {"type": "Person", "email": email, "givenName": given_name, "familyName": family_name}


def _receipts(sketch: _Sketch) -> list[ItemPlan]:
    """A booking whose cancelled items brought it to as many receipts as its index says."""
    items = sketch.items("session", max(sketch.index, 1), 0)
    for item in items[1:]:
        item.status = CUSTOMER_CANCELLED
    return items


def _status(sketch: _Sketch) -> list[ItemPlan]:
    status = STATUSES[sketch.index]
    ahead = status in {CONFIRMED, PENDING, PROPOSED}
    item = sketch.item("session", 5 if ahead else None)
    item.status = status
    item.message = SELLER_MESSAGE if status == SELLER_CANCELLED else None
    return [item]


def _plain(sketch: _Sketch) -> list[ItemPlan]:
    return sketch.items("session", 1 + sketch.number % 2, 3 + sketch.ago)


def _facility(sketch: _Sketch) -> list[ItemPlan]:
    kind: Kind = "slot" if sketch.number % 2 else "individual_slot"
    return sketch.items(kind, 1 + sketch.number % 2, 2 + sketch.ago)


def _virtual(sketch: _Sketch) -> list[ItemPlan]:
    return sketch.items("virtual", 1, 2 + sketch.ago)


_HABITS: dict[Habit, Callable[[_Sketch], list[ItemPlan]]] = {
    "member": _member,
    "plain": _plain,
    "facility": _facility,
    "virtual": _virtual,
    "group": _group,
    "receipts": _receipts,
    "statuses": _status,
}
