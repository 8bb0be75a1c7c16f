"""What has changed between two states of an order, as reasons that can be shown to the customer.

Pure. Where the states differ follows from the schema's fields (see Comparison). The tables say which reason a
difference has, in the order in which reasons are shown; what has no reason of its own is OTHER.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, NamedTuple

from msgspec import Struct

from gateway.imin.documents import Order, OrderItem, Receipt
from gateway.imin.documents.vocabulary import EventStatus, OrderItemStatus
from gateway.live.change_code import ChangeCode
from gateway.live.order_state import Comparison, OrderState, Path
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
    """One change. message: a sentence for the customer. order_item: as it is now; None if it is no item's.

    before, after: documents, or what else has the values; None where there is none. receipts: those that are
    new. fields: of OTHER, names of what differs, from the item or the order on.
    """

    code: ChangeCode
    message: str
    order_item: OrderItem | None = None
    before: Any = None
    after: Any = None
    receipts: tuple[Receipt, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The code as a text."""
        return str(self.code.value)

    @property
    def seller_message(self) -> str | None:
        """The seller's message about the item."""
        return self.order_item.cancellation_message if self.order_item else None


class _Row(NamedTuple):
    """A reason. begins: a difference that begins with one of these paths has this reason.

    explains: names of fields; a difference in one of them follows from this reason too. value: what is shown
    of an item or order as `before` and `after`. applies: whether it is this reason, given both.
    """

    code: ChangeCode
    begins: tuple[Path, ...]
    explains: frozenset[str]
    value: Callable[[Any], Any]
    applies: Callable[[Any, Any], bool] = lambda _before, _after: True


def _itself(value: Any) -> Any:
    return value


def _session(item: OrderItem) -> Any:
    return item.session


def _venue(item: OrderItem) -> Any:
    return item.session.venue if item.session else None


def _has_status(status: EventStatus) -> Callable[[Any, Any], bool]:
    return lambda _before, after: after.session is not None and after.session.event_status is status


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
        _itself,
        lambda _before, after: after.status is OrderItemStatus.SELLER_CANCELLED,
    ),
    _Row(
        ChangeCode.SESSION_REPLACED,
        (("session", "identifier"), ("session", "iri")),
        frozenset({"session", "acceptedOffer", "price", "tax", "cancellableUntil", "allowsFullRefund"}),
        _session,
    ),
    *(
        _Row(code, _EVENT_STATUS, frozenset({"eventStatus"}), _session, _has_status(status))
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
        _session,
        _has_status(EventStatus.EVENT_RESCHEDULED),
    ),
    _Row(ChangeCode.SESSION_MOVED, _TIMES, _TIME_FIELDS, _session),
    _Row(
        ChangeCode.SESSION_RESCHEDULED,
        _EVENT_STATUS,
        frozenset({"eventStatus"}),
        _session,
        _has_status(EventStatus.EVENT_RESCHEDULED),
    ),
    _Row(ChangeCode.VENUE_CHANGED, (("session", "venue"),), frozenset({"venue", "places"}), _venue),
    _Row(ChangeCode.STATUS_CHANGED, _STATUS, frozenset({"status", "statusText"}), _itself),
    _Row(ChangeCode.CUSTOMER_NOTICE, (("customerNotice",),), frozenset({"customerNotice"}), _itself),
    _Row(ChangeCode.SELLER_MESSAGE, (("cancellationMessage",),), frozenset({"cancellationMessage"}), _itself),
    _Row(
        ChangeCode.JOIN_LINK_CHANGED,
        (("accessChannel",), ("accessChannels",)),
        frozenset({"accessChannel", "accessChannels", "virtualLocation"}),
        _itself,
    ),
    _Row(ChangeCode.ACCESS_PASS_CHANGED, (("accessPasses",),), frozenset({"accessPasses"}), _itself),
    _Row(ChangeCode.ACCESS_CODE_CHANGED, (("accessCodes",),), frozenset({"accessCodes"}), _itself),
)

_OF_ORDERS = (
    _Row(
        ChangeCode.TOTAL_CHANGED,
        (("totalPaymentDue",),),
        frozenset({"totalPaymentDue", "totalPaymentTax"}),
        lambda order: order.total_payment_due,
    ),
    _Row(
        ChangeCode.RECEIPT_ADDED,
        (("receipts",),),
        frozenset({"receipts", "latestReceipt"}),
        lambda _order: None,
        lambda before, after: bool(_new_receipts(before, after)),
    ),
    _Row(
        ChangeCode.ORDER_STATUS_CHANGED,
        (("status",), ("orderProposalStatus",)),
        frozenset({"status", "orderProposalStatus", "orderProposalVersion"}),
        _itself,
    ),
)


def changes_between(before: OrderState, after: OrderState, comparison: Comparison) -> tuple[Change, ...]:
    """What has changed from one state to another, most important first. Empty if an order is missing."""
    old, new = before.order, after.order
    if old is None or new is None:
        return ()
    old_items = {item.identifier: item for item in old.items}
    pairs = [(old_items[item.identifier], item) for item in new.items if item.identifier in old_items]
    found = _Finder(before, after, comparison)
    changes = [*chain.from_iterable(found.of_item(*pair) for pair in pairs), *found.of_order(old, new)]
    return tuple(sorted(changes, key=lambda change: _RANKS[change.code])) or (found.other([], None),)


class _Finder:
    """Finds the changes between two states."""

    def __init__(self, before: OrderState, after: OrderState, comparison: Comparison) -> None:
        self._before = before
        self._after = after
        self._comparison = comparison

    def of_item(self, before: OrderItem, after: OrderItem) -> list[Change]:
        # Ids for caches can change because of another item, which is no change for the customer.
        paths = [path for path in self._comparison.of_items(before, after) if path[-1] != "id"]
        changes, rest = self._of_rows(_OF_ITEMS, paths, before, after, after)
        changes += self._of_attempts(after)
        flags = [state.flags.get(after.identifier) for state in (self._before, self._after)]
        codes = {change.code for change in changes}
        if flags[0] != flags[1] and not codes & _EXPLAIN_FLAGS:
            changes.append(self._change(ChangeCode.CANCELLABILITY_CHANGED, after, *flags))
        return [*changes, *([self.other(rest, after)] if rest else [])]

    def of_order(self, before: Order, after: Order) -> list[Change]:
        paths = [*self._comparison.of_orders(before, after)]
        changes, rest = self._of_rows(_OF_ORDERS, paths, before, after, None)
        if [item.identifier for item in before.items] != [item.identifier for item in after.items]:
            rest.append(("items",))
        return [*changes, *([self.other(rest, None)] if rest else [])]

    def other(self, paths: Iterable[Path], item: OrderItem | None) -> Change:
        """A change without a reason of its own."""
        fields = tuple(dict.fromkeys(".".join(path) for path in paths))[:_MAX_FIELDS]
        message = sentence(ChangeCode.OTHER, item, None, None)
        return Change(ChangeCode.OTHER, message, item, fields=fields)

    def _of_rows(
        self, rows: Iterable[_Row], paths: list[Path], before: Any, after: Any, item: OrderItem | None
    ) -> tuple[list[Change], list[Path]]:
        """The changes with a reason, and the differences that are left."""
        changes = []
        for row in rows:
            is_meant = any(path[: len(begin)] == begin for path in paths for begin in row.begins)
            if is_meant and row.applies(before, after):
                changes.append(self._change(row.code, item, row.value(before), row.value(after)))
                paths = [path for path in paths if not row.explains.intersection(path)]
        return changes, paths

    def _of_attempts(self, item: OrderItem) -> list[Change]:
        """What the gateway has learnt of cancellations of an item."""
        known = {attempt.id: attempt for attempt in self._before.attempts}
        return [
            self._change(ChangeCode.CANCELLATION_CHANGED, item, known.get(attempt.id), attempt)
            for attempt in self._after.attempts
            if item.identifier in attempt.items
            and (attempt.id not in known or known[attempt.id].state is not attempt.state)
        ]

    def _change(self, code: ChangeCode, item: OrderItem | None, before: Any, after: Any) -> Change:
        receipts: tuple[Receipt, ...] = ()
        if code is ChangeCode.RECEIPT_ADDED and self._before.order and self._after.order:
            receipts = _new_receipts(self._before.order, self._after.order)
        message = sentence(code, item, before, after)
        return Change(code, message, item, before, after, receipts)


def _new_receipts(before: Order, after: Order) -> tuple[Receipt, ...]:
    known = {receipt.identifier for receipt in before.receipts}
    return tuple(receipt for receipt in after.receipts if receipt.identifier not in known)
