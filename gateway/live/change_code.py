"""The reasons of changes of an order, most important first: changes are shown in this order."""

from enum import Enum
from typing import Self


class ChangeCode(Enum):
    """A reason. description: its meaning, for clients."""

    description: str

    def __new__(cls, value: str, description: str) -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.description = description
        return member

    CANCELLED_BY_SELLER = "CANCELLED_BY_SELLER", "The seller has cancelled the item."
    SESSION_REPLACED = "SESSION_REPLACED", "The seller has replaced the booked session with another one."
    SESSION_CANCELLED = (
        "SESSION_CANCELLED",
        "The session does not take place. The item stays booked until the seller cancels it too.",
    )
    SESSION_POSTPONED = "SESSION_POSTPONED", "The session is postponed, without a new date yet."
    SESSION_MOVED = "SESSION_MOVED", "The session starts or ends at another time."
    SESSION_RESCHEDULED = (
        "SESSION_RESCHEDULED",
        "The session is marked as moved to another time, which was known before or is not known yet.",
    )
    SESSION_REINSTATED = "SESSION_REINSTATED", "The session takes place as planned after all."
    VENUE_CHANGED = "VENUE_CHANGED", "The venue is another one, or its details have changed."
    STATUS_CHANGED = "STATUS_CHANGED", "The item has another status."
    CANCELLATION_CHANGED = (
        "CANCELLATION_CHANGED",
        "The gateway knows more of a cancellation, for example that it was accepted or had no effect.",
    )
    CANCELLABILITY_CHANGED = (
        "CANCELLABILITY_CHANGED",
        "The item can or cannot be cancelled any more, for example because the deadline has passed.",
    )
    CUSTOMER_NOTICE = "CUSTOMER_NOTICE", "The seller's notice about the item has changed."
    SELLER_MESSAGE = "SELLER_MESSAGE", "The seller's message about a cancellation has changed."
    JOIN_LINK_CHANGED = (
        "JOIN_LINK_CHANGED",
        "How to join a virtual session has changed. The link may arrive after the booking.",
    )
    ACCESS_PASS_CHANGED = "ACCESS_PASS_CHANGED", "The passes to show at the door have changed."
    ACCESS_CODE_CHANGED = "ACCESS_CODE_CHANGED", "The codes to say or key in at the door have changed."
    TOTAL_CHANGED = "TOTAL_CHANGED", "The total of the order has changed."
    RECEIPT_ADDED = "RECEIPT_ADDED", "There is a new receipt."
    ORDER_STATUS_CHANGED = "ORDER_STATUS_CHANGED", "The order as a whole has another status."
    OTHER = "OTHER", "Something that has no code of its own has changed."
