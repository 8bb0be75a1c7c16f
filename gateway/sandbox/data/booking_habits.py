"""Plan the generated orders: what each order contains, by the habit of its customer."""

from collections.abc import Callable
from datetime import datetime, timedelta

from gateway.sandbox.data.activities import ACTIVITIES_BY_KIND, Kind
from gateway.sandbox.data.customers import Customer, Habit
from gateway.sandbox.data.identifiers import order_identifier
from gateway.sandbox.data.order_dates import order_date
from gateway.sandbox.data.order_plan import ItemPlan, OrderPlan
from gateway.sandbox.data.random import generator
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
# 19 items in total, as in imin's example. Tomorrow's item with a window of two days is never cancellable.
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
# Orders with a lower number have ATTENDED_2021 instead of ATTENDED.
_FIRST_NUMBER_WITH_NEW_STATUS = 200
# Of each four upcoming orders, this one may also have slots and online sessions.
_UPCOMING_OF_ANY_KIND = 3
# Of each nine orders, this one has no receipt.
_RECEIPT_CYCLE = 9
_WITHOUT_RECEIPT = 4
# Of each thirteen past orders, one lacks the members of one of _OMISSIONS.
_OMISSION_CYCLE = 13
# Members missing from some orders. Source: imin docs, Defensive rules ("any property can be missing").
_OMISSIONS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("payment",), ("brokerRole",)),
    (("orderedItem", "unitTaxSpecification"), ("totalPaymentTax",)),
    (("orderedItem", "orderedItem", "endDate"), ("bookingService",)),
    (("orderedItem", "orderedItem", "duration"), ("orderedItem", "acceptedOffer", "name")),
    (("customer", "telephone"), ("broker", "logo"), ("orderedItem", "accessPass")),
)
_GUESTS = (("Maya", "Singh"), ("Jack", "Evans"), ("Zofia", "Nowak"), ("Daniel", "Evans"))


def plan_order(seed: int, epoch: datetime, customer: Customer, number: int) -> OrderPlan:
    """The contents of the order with this number; the same arguments always give the same plan."""
    draft = _OrderDraft(seed, epoch, customer, number)
    plan = OrderPlan(
        number,
        order_identifier(seed, number),
        str(number),
        draft.placed,
        customer.person,
        draft.seller,
        _HABITS[customer.habit](draft),
        receipt=number % _RECEIPT_CYCLE != _WITHOUT_RECEIPT,
    )
    if customer.habit == "receipts":
        plan.receipt = draft.from_oldest > 0
    if customer.habit == "member" and not draft.upcoming and number % _OMISSION_CYCLE == 0:
        plan.omitted = draft.random.choice(_OMISSIONS)
    return plan


class _OrderDraft:
    """Generates the items of one order.

    from_oldest, from_newest: the position in the customer's history, counted from 0.
    """

    def __init__(self, seed: int, epoch: datetime, customer: Customer, number: int) -> None:
        self.random = generator(seed, "order", number)
        self.seller = self.random.choice(SELLERS)
        self.epoch = epoch
        self.placed = order_date(seed, epoch, customer, number)
        self.number = number
        self.from_oldest = number - customer.numbers[0]
        self.from_newest = customer.numbers[-1] - number
        self.upcoming = self.from_newest < customer.upcoming

    def item(self, kind: Kind, days: int | None = None) -> ItemPlan:
        """A booking of this kind, `days` after the epoch; in the past for None and 0."""
        activity = self.random.choice(ACTIVITIES_BY_KIND[kind])
        start = self.future_start(days) if days else self.past_start()
        return ItemPlan(
            activity, self.random.choice(self.seller.venues), start, self.random.choice(activity.prices)
        )

    def future_start(self, days: int) -> datetime:
        """A time of day this many days after the epoch."""
        midnight = self.epoch.replace(hour=0, minute=0, second=0, microsecond=0)
        hour = 7 if days == 1 else self.random.choice((7, 9, 12, 18, 19))
        return midnight + timedelta(days=days, hours=hour, minutes=self.random.choice((0, 15, 30, 45)))

    def past_start(self) -> datetime:
        """A time after the order was placed and before the epoch, on a quarter of an hour."""
        longest = self.epoch - self.placed - timedelta(hours=4)
        lead = min(timedelta(hours=self.random.uniform(3, 144)), longest)
        start = self.placed + lead
        return start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)

    def items(self, kind: Kind, count: int, days: int) -> list[ItemPlan]:
        """Several bookings on consecutive days; in the past when the order is not upcoming."""
        return [self.item(kind, days + index if self.upcoming else None) for index in range(count)]


def _member(draft: _OrderDraft) -> list[ItemPlan]:
    return _member_upcoming(draft) if draft.upcoming else _member_past(draft)


def _member_upcoming(draft: _OrderDraft) -> list[ItemPlan]:
    items = []
    for days, refundable, window, status in _UPCOMING[draft.from_newest]:
        item = draft.item(
            draft.random.choice(_MEMBER_KINDS)
            if draft.from_newest % 4 == _UPCOMING_OF_ANY_KIND
            else "session",
            days,
        )
        item.refundable, item.window, item.status = refundable, window, status
        # Not free, so that a cancellation has something to refund.
        item.price = max(item.activity.prices)
        item.message = SELLER_MESSAGE if status == SELLER_CANCELLED else None
        items.append(item)
    return items


def _member_past(draft: _OrderDraft) -> list[ItemPlan]:
    items = []
    for _ in range(draft.random.choice((1, 1, 1, 1, 2, 2, 3, 4))):
        item = draft.item(draft.random.choice(_MEMBER_KINDS))
        item.refundable = draft.random.choice((True, True, True, False, None))
        item.window = draft.random.choice(("P1D", "P1D", "PT4H", "P1DT16H", None))
        item.status = draft.random.choice(_PAST_STATUSES)
        if item.status == ATTENDED and draft.number < _FIRST_NUMBER_WITH_NEW_STATUS:
            item.status = ATTENDED_2021
        item.message = SELLER_MESSAGE if item.status == SELLER_CANCELLED else None
        items.append(item)
    return items


def _group(draft: _OrderDraft) -> list[ItemPlan]:
    """One item for each attendee, all for the same session. Source: imin docs, Group booking."""
    first = draft.item("session", 3 + draft.from_newest if draft.upcoming else None)
    return [
        ItemPlan(first.activity, first.venue, first.start, first.price, attendee=_guest(index))
        for index in range(2 + draft.number % 3)
    ]


def _guest(index: int) -> Document:
    given_name, family_name = _GUESTS[index]
    email = f"{given_name}.{family_name}@example.com".lower()
    return {"type": "Person", "email": email, "givenName": given_name, "familyName": family_name}


def _receipts(draft: _OrderDraft) -> list[ItemPlan]:
    """Items of which enough are cancelled to give the order `from_oldest` receipts."""
    items = draft.items("session", max(draft.from_oldest, 1), 0)
    for item in items[1:]:
        item.status = CUSTOMER_CANCELLED
    return items


def _status(draft: _OrderDraft) -> list[ItemPlan]:
    status = STATUSES[draft.from_oldest]
    ahead = status in {CONFIRMED, PENDING, PROPOSED}
    item = draft.item("session", 5 if ahead else None)
    item.status = status
    item.message = SELLER_MESSAGE if status == SELLER_CANCELLED else None
    return [item]


def _plain(draft: _OrderDraft) -> list[ItemPlan]:
    return draft.items("session", 1 + draft.number % 2, 3 + draft.from_newest)


def _facility(draft: _OrderDraft) -> list[ItemPlan]:
    kind: Kind = "slot" if draft.number % 2 else "individual_slot"
    return draft.items(kind, 1 + draft.number % 2, 2 + draft.from_newest)


def _virtual(draft: _OrderDraft) -> list[ItemPlan]:
    return draft.items("virtual", 1, 2 + draft.from_newest)


_HABITS: dict[Habit, Callable[[_OrderDraft], list[ItemPlan]]] = {
    "member": _member,
    "plain": _plain,
    "facility": _facility,
    "virtual": _virtual,
    "group": _group,
    "receipts": _receipts,
    "statuses": _status,
}
