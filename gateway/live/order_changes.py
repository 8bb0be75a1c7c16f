"""What has changed between two states of an order, as reasons that can be shown to the customer.

Pure. Where the states differ follows from the schema's fields (see Comparison). The tables say which reason a
difference has, in the order in which reasons are shown; what has no reason of its own is OTHER.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import NamedTuple

import msgspec
from msgspec import Struct

from gateway.imin.documents import Order, OrderItem, Receipt
from gateway.imin.documents.vocabulary import EventStatus, OrderItemStatus
from gateway.live.change_code import ChangeCode
from gateway.live.order_state import Comparison, OrderState, Path
from gateway.live.snapshot import Snapshot
from gateway.live.wording import sentence

_MAX_FIELDS = 20
_RANKS = {code: rank for rank, code in enumerate(ChangeCode)}
_EXPLAIN_FLAGS = {
    ChangeCode.CANCELLED_BY_SELLER,
    ChangeCode.SESSION_REPLACED,
    ChangeCode.SESSION_MOVED,
    ChangeCode.STATUS_CHANGED,
    ChangeCode.CANCELLATION_CHANGED,
}
"""Changes that explain why an item can or cannot be cancelled now."""


class Change(Struct, frozen=True):
    """One change. message: a sentence for the customer.

    receipts: those that are new. fields: of OTHER, names of what differs, from the item or the order on.
    """

    code: ChangeCode
    message: str
    before: Snapshot
    after: Snapshot
    receipts: tuple[Receipt, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The code as a text."""
        return str(self.code.value)

    @property
    def order_item(self) -> OrderItem | None:
        """The item as it is now."""
        return self.after.item


class _Row(NamedTuple):
    """A reason. begins: a difference that begins with one of these paths has this reason.

    explains: names of fields; a difference in one of them follows from this reason too. applies: whether it
    is this reason.
    """

    code: ChangeCode
    begins: tuple[Path, ...]
    explains: frozenset[str]
    applies: Callable[[Snapshot, Snapshot], bool] = lambda _before, _after: True


def _has_status(status: EventStatus) -> Callable[[Snapshot, Snapshot], bool]:
    return lambda _before, after: after.event_status is status


_STATUS = (("status",), ("statusText",))
_EVENT_STATUS = (("session", "eventStatus"),)
_TIMES = (("session", "startDate"), ("session", "endDate"))
_TIME_FIELDS = frozenset(
    {"startDate", "startDateLocal", "endDate", "endDateLocal", "duration", "cancellableUntil"}
)

_OF_ITEMS = (
    _Row(
        ChangeCode.CANCELLED_BY_SELLER,
        _STATUS,
        frozenset({"status", "statusText"}),
        lambda _before, after: after.status is OrderItemStatus.SELLER_CANCELLED,
    ),
    _Row(
        ChangeCode.SESSION_REPLACED,
        (("session", "identifier"), ("session", "iri")),
        frozenset({"session", "acceptedOffer", "price", "tax", "cancellableUntil", "allowsFullRefund"}),
    ),
    *(
        _Row(code, _EVENT_STATUS, frozenset({"eventStatus"}), _has_status(status))
        for code, status in (
            (ChangeCode.SESSION_CANCELLED, EventStatus.EVENT_CANCELLED),
            (ChangeCode.SESSION_POSTPONED, EventStatus.EVENT_POSTPONED),
            (ChangeCode.SESSION_REINSTATED, EventStatus.EVENT_SCHEDULED),
        )
    ),
    # Together with a new time, the status says nothing more.
    _Row(
        ChangeCode.SESSION_MOVED,
        _TIMES,
        _TIME_FIELDS | {"eventStatus"},
        _has_status(EventStatus.EVENT_RESCHEDULED),
    ),
    _Row(ChangeCode.SESSION_MOVED, _TIMES, _TIME_FIELDS),
    _Row(
        ChangeCode.SESSION_RESCHEDULED,
        _EVENT_STATUS,
        frozenset({"eventStatus"}),
        _has_status(EventStatus.EVENT_RESCHEDULED),
    ),
    _Row(ChangeCode.VENUE_CHANGED, (("session", "venue"),), frozenset({"venue", "places"})),
    _Row(ChangeCode.STATUS_CHANGED, _STATUS, frozenset({"status", "statusText"})),
    _Row(ChangeCode.CUSTOMER_NOTICE, (("customerNotice",),), frozenset({"customerNotice"})),
    _Row(ChangeCode.SELLER_MESSAGE, (("cancellationMessage",),), frozenset({"cancellationMessage"})),
    _Row(
        ChangeCode.JOIN_LINK_CHANGED,
        (("accessChannel",), ("accessChannels",)),
        frozenset({"accessChannel", "accessChannels", "virtualLocation"}),
    ),
    _Row(ChangeCode.ACCESS_PASS_CHANGED, (("accessPasses",),), frozenset({"accessPasses"})),
    _Row(ChangeCode.ACCESS_CODE_CHANGED, (("accessCodes",),), frozenset({"accessCodes"})),
)

_OF_ORDERS = (
    _Row(
        ChangeCode.TOTAL_CHANGED, (("totalPaymentDue",),), frozenset({"totalPaymentDue", "totalPaymentTax"})
    ),
    _Row(
        ChangeCode.RECEIPT_ADDED,
        (("receipts",),),
        frozenset({"receipts", "latestReceipt"}),
        lambda before, after: bool(_new_receipts(before, after)),
    ),
    _Row(
        ChangeCode.ORDER_STATUS_CHANGED,
        (("status",), ("orderProposalStatus",)),
        frozenset({"status", "orderProposalStatus", "orderProposalVersion"}),
    ),
)


def changes_between(before: OrderState, after: OrderState, comparison: Comparison) -> tuple[Change, ...]:
    """What has changed from one state to another, most important first. Empty if an order is missing."""
    old, new = before.order, after.order
    if old is None or new is None:
        return ()
    found = _Finder(before, after, comparison)
    old_items = {item.identifier: item for item in old.items}
    of_items = (
        found.of_item(old_items[one.identifier], one) for one in new.items if one.identifier in old_items
    )
    changes = [*chain.from_iterable(of_items), *found.of_order(old, new)]
    changes = changes or [found.other([], Snapshot(old), Snapshot(new))]
    return tuple(sorted(changes, key=lambda change: _RANKS[change.code]))


class _Finder:
    """Finds the changes between two states."""

    def __init__(self, before: OrderState, after: OrderState, comparison: Comparison) -> None:
        self._before = before
        self._after = after
        self._comparison = comparison

    def of_item(self, one: OrderItem, other: OrderItem) -> list[Change]:
        """one, other: the item before and after."""
        before, after = _snapshot(self._before, one), _snapshot(self._after, other)
        # Ids for caches can change because of another item, which is no change for the customer.
        paths = [path for path in self._comparison.of_items(one, other) if path[-1] != "id"]
        changes, rest = _of_rows(_OF_ITEMS, paths, before, after)
        changes += self._of_attempts(before, after, other.identifier)
        if before.flags != after.flags and not {change.code for change in changes} & _EXPLAIN_FLAGS:
            changes.append(_change(ChangeCode.CANCELLABILITY_CHANGED, before, after))
        return [*changes, self.other(rest, before, after)] if rest else changes

    def of_order(self, one: Order, other: Order) -> list[Change]:
        """one, other: the order before and after."""
        before, after = Snapshot(one), Snapshot(other)
        changes, rest = _of_rows(_OF_ORDERS, [*self._comparison.of_orders(one, other)], before, after)
        if [item.identifier for item in one.items] != [item.identifier for item in other.items]:
            rest.append(("items",))
        return [*changes, self.other(rest, before, after)] if rest else changes

    def other(self, paths: Iterable[Path], before: Snapshot, after: Snapshot) -> Change:
        """A change without a reason of its own."""
        fields = tuple(dict.fromkeys(".".join(path) for path in paths))[:_MAX_FIELDS]
        return msgspec.structs.replace(_change(ChangeCode.OTHER, before, after), fields=fields)

    def _of_attempts(self, before: Snapshot, after: Snapshot, item: str) -> list[Change]:
        """What the gateway has learnt of cancellations of an item."""
        known = {attempt.id: attempt for attempt in self._before.attempts}
        changed = [
            (known.get(attempt.id), attempt)
            for attempt in self._after.attempts
            if item in attempt.items
            and (attempt.id not in known or known[attempt.id].state is not attempt.state)
        ]
        return [
            _change(
                ChangeCode.CANCELLATION_CHANGED,
                msgspec.structs.replace(before, attempt=one),
                msgspec.structs.replace(after, attempt=other),
            )
            for one, other in changed
        ]


def _of_rows(
    rows: Iterable[_Row], paths: list[Path], before: Snapshot, after: Snapshot
) -> tuple[list[Change], list[Path]]:
    """The changes with a reason, and the differences that are left."""
    changes = []
    for row in rows:
        is_meant = any(path[: len(begin)] == begin for path in paths for begin in row.begins)
        if is_meant and row.applies(before, after):
            changes.append(_change(row.code, before, after))
            paths = [path for path in paths if not row.explains.intersection(path)]
    return changes, paths


def _change(code: ChangeCode, before: Snapshot, after: Snapshot) -> Change:
    receipts = _new_receipts(before, after) if code is ChangeCode.RECEIPT_ADDED else ()
    return Change(code, sentence(code, before, after), before, after, receipts)


def _snapshot(state: OrderState, item: OrderItem) -> Snapshot:
    if state.order is None:
        raise ValueError("the state has no order")
    return Snapshot(state.order, item, state.flags.get(item.identifier))


def _new_receipts(before: Snapshot, after: Snapshot) -> tuple[Receipt, ...]:
    known = {receipt.identifier for receipt in before.order.receipts}
    return tuple(receipt for receipt in after.order.receipts if receipt.identifier not in known)
