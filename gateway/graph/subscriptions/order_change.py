"""A change of an order with its reasons: one type for each kind of reason, all of one interface."""

from datetime import datetime
from typing import Any

import strawberry
from msgspec import Struct

from gateway.graph.decorators import resolved
from gateway.graph.info import Info
from gateway.graph.order.order import Order
from gateway.graph.order.order_item import OrderItem
from gateway.graph.order.receipt import Receipt
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.scalars import DateTime
from gateway.graph.subscriptions.snapshot import BookingSnapshot
from gateway.hints import depends_only_on
from gateway.imin import documents
from gateway.live import order_changes
from gateway.live.change_code import ChangeCode

strawberry.enum(ChangeCode, description="Why an order was sent again, most important first.")
for _value, _code in zip(
    ChangeCode.__strawberry_definition__.values,  # type: ignore[attr-defined]  # put there by Strawberry
    ChangeCode,
    strict=True,
):
    _value.description = _code.description


@strawberry.interface(
    description="One change of an order. `code` and `message` suffice to show it; most types have the values "
    "`before` and `after` it too."
)
class Change:
    """Runtime object: order_changes.Change."""

    code: ChangeCode = strawberry.field(description="Reason, for programs.")
    message: str = strawberry.field(
        description="A sentence to show to the customer, in English, with times as in Britain."
    )
    order_item: OrderItem | None = strawberry.field(
        description="Item that it is about, as it is now; null if it is about the order."
    )

    @classmethod
    @depends_only_on("reason")
    def resolve_type(cls, value: Any, _info: Any, _interface: Any) -> str:
        """Name of the change's type."""
        return _TYPES[value.reason]

    @classmethod
    @depends_only_on("reason")
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, order_changes.Change) and _TYPES[value.reason] == cls.__name__


@strawberry.type
class _WithValues(Change):
    """A change that has values before and after it."""

    before: BookingSnapshot = strawberry.field(description="Values in the event before.")
    after: BookingSnapshot = strawberry.field(description="Values now.")


@strawberry.type(
    description="An item has another status. Codes: STATUS_CHANGED, CANCELLED_BY_SELLER. Values: `status`, "
    "`statusText`, `cancellationMessage`."
)
class StatusChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="A session is cancelled, postponed or moved, or takes place after all. Codes: "
    "SESSION_CANCELLED, SESSION_POSTPONED, SESSION_RESCHEDULED, SESSION_REINSTATED. Value: `eventStatus`."
)
class SessionStatusChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="A session starts or ends at another time. Code: SESSION_MOVED. Values: `startDate`, "
    "`endDate`."
)
class SessionTimeChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="A session has another venue, or its venue other details. Code: VENUE_CHANGED. Value: "
    "`venue`."
)
class VenueChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="The seller has replaced the booked session with another one, of the same or a lower price. "
    "Code: SESSION_REPLACED. Values: `sessionName`, `startDate`, `endDate`, `venue`. Show the item's "
    "`customerNotice` too."
)
class SessionReplacement(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="The gateway knows more of a cancellation of an item. Code: CANCELLATION_CHANGED. Value: "
    "`cancellationState`."
)
class CancellationChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="An item can be cancelled, or cannot any more, for a reason that no other change states. "
    "Code: CANCELLABILITY_CHANGED. Values: `isPresentlyCancellable`, `cancellationBlockedBecause`."
)
class CancellabilityChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="A text of the seller about an item has changed. Codes: CUSTOMER_NOTICE, SELLER_MESSAGE. "
    "Values: `customerNotice`, `cancellationMessage`."
)
class SellerTextChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="What lets the attendee in has changed. Codes: JOIN_LINK_CHANGED, ACCESS_PASS_CHANGED, "
    "ACCESS_CODE_CHANGED. Values: `accessChannels`, `accessPasses`, `accessCodes`."
)
class AccessChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(
    description="The total of the order has changed. Code: TOTAL_CHANGED. Value: `totalPaymentDue`."
)
class TotalChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(description="There are new receipts. Code: RECEIPT_ADDED.")
class ReceiptAddition(Change):
    """Runtime object: order_changes.Change."""

    receipts: list[Receipt] = strawberry.field(description="The new ones, newest first.")


@strawberry.type(
    description="The order as a whole has another status. Code: ORDER_STATUS_CHANGED. Values: `orderStatus`, "
    "`orderProposalStatus`."
)
class OrderStatusChange(_WithValues):
    """Runtime object: order_changes.Change."""


@strawberry.type(description="Something has changed that has no code of its own. Code: OTHER.")
class OtherChange(Change):
    """Runtime object: order_changes.Change."""

    fields: list[str] = strawberry.field(
        description="Names of fields that differ, from the item on, or from the order if it is about none, "
        "for example `session.name`. At most 20."
    )


CHANGE_TYPES: dict[type[Change], tuple[ChangeCode, ...]] = {
    StatusChange: (ChangeCode.STATUS_CHANGED, ChangeCode.CANCELLED_BY_SELLER),
    SessionReplacement: (ChangeCode.SESSION_REPLACED,),
    SessionStatusChange: (
        ChangeCode.SESSION_CANCELLED,
        ChangeCode.SESSION_POSTPONED,
        ChangeCode.SESSION_RESCHEDULED,
        ChangeCode.SESSION_REINSTATED,
    ),
    SessionTimeChange: (ChangeCode.SESSION_MOVED,),
    VenueChange: (ChangeCode.VENUE_CHANGED,),
    CancellationChange: (ChangeCode.CANCELLATION_CHANGED,),
    CancellabilityChange: (ChangeCode.CANCELLABILITY_CHANGED,),
    SellerTextChange: (ChangeCode.CUSTOMER_NOTICE, ChangeCode.SELLER_MESSAGE),
    AccessChange: (
        ChangeCode.JOIN_LINK_CHANGED,
        ChangeCode.ACCESS_PASS_CHANGED,
        ChangeCode.ACCESS_CODE_CHANGED,
    ),
    TotalChange: (ChangeCode.TOTAL_CHANGED,),
    ReceiptAddition: (ChangeCode.RECEIPT_ADDED,),
    OrderStatusChange: (ChangeCode.ORDER_STATUS_CHANGED,),
    OtherChange: (ChangeCode.OTHER,),
}
"""The type of a change by its code."""

_TYPES = {code.value: type_.__name__ for type_, codes in CHANGE_TYPES.items() for code in codes}


class OrderChangeEvent(Struct, frozen=True):
    """An event of orderChanges, as OrderChange reads it."""

    order: documents.Order
    at: datetime
    changes: tuple[order_changes.Change, ...]


def _order() -> Any:
    """The field of the order, which reports parts of it that could not be read."""

    def resolve(root: strawberry.Parent[OrderChangeEvent], info: Info) -> Any:
        return report_unreadable(info, root.order)

    return resolved("The order as it is now.", Order, requests=0)(staticmethod(resolve))


@strawberry.type(description="An order, and what has changed in it since the event before.")
class OrderChange:
    """Runtime object: OrderChangeEvent."""

    order: Order = _order()
    at: DateTime = strawberry.field(description="When the gateway noticed it.")
    changes: list[Change] = strawberry.field(
        description="What has changed, most important first. Empty in the first event, and only there."
    )
