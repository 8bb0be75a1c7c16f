"""Whether a customer may cancel an item, and if not, why. Pure: status, terms and time → reason or None.

imin computes its flag when it responds; by the time a cached response is read, the window may have closed.
So the flag is trusted if it says no; if it says yes, the clock decides.
Source: Open Booking API 8.3.2.
"""

from gateway.imin.documents.vocabulary import OrderItemStatus, Term


class CancellationBlock(Term):
    """Why the customer cannot cancel an item now."""

    ALREADY_CANCELLED = "AlreadyCancelled", "The customer has already cancelled the item."
    CANCELLATION_PENDING = "CancellationPending", "A cancellation of the item was accepted by imin."
    CANCELLATION_UNCONFIRMED = (
        "CancellationUnconfirmed",
        "A cancellation of the item was sent, and it is not known yet whether imin accepted it.",
    )
    SELLER_CANCELLED = "SellerCancelled", "The seller has cancelled the item."
    ATTENDANCE_RECORDED = "AttendanceRecorded", "The session is over: attendance has been recorded."
    NOT_YET_BOOKED = "NotYetBooked", "The seller has yet to approve the booking."
    NOT_REFUNDABLE = "NotRefundable", "The terms of the item include no refund."
    NOT_IDENTIFIABLE = (
        "NotIdentifiable",
        "The item has no identifier in imin that can be used, or another item of the order has the same one.",
    )
    WINDOW_PASSED = "WindowPassed", "The deadline for cancelling, `cancellableUntil`, has passed."
    UNKNOWN = "UNKNOWN", "No reason is known: imin states only that the item cannot be cancelled."


# By value, since an enum member computes its hash each time.
_BY_STATUS = {
    OrderItemStatus.CUSTOMER_CANCELLED.value: CancellationBlock.ALREADY_CANCELLED,
    OrderItemStatus.CUSTOMER_CANCELLATION_PENDING.value: CancellationBlock.CANCELLATION_PENDING,
    OrderItemStatus.SELLER_CANCELLED.value: CancellationBlock.SELLER_CANCELLED,
    OrderItemStatus.ATTENDEE_ATTENDED.value: CancellationBlock.ATTENDANCE_RECORDED,
    OrderItemStatus.ATTENDEE_ABSENT.value: CancellationBlock.ATTENDANCE_RECORDED,
    OrderItemStatus.ORDER_ITEM_PROPOSED.value: CancellationBlock.NOT_YET_BOOKED,
}

FINAL = frozenset(
    {
        CancellationBlock.SELLER_CANCELLED,
        CancellationBlock.ATTENDANCE_RECORDED,
        CancellationBlock.NOT_IDENTIFIABLE,
    }
)
"""Reasons that neither time nor one of imin's rules can remove."""


def reason_against(  # the status and the terms of an item
    status: OrderItemStatus,
    *,
    held: CancellationBlock | None,
    refunds: bool | None,
    flag: bool | None,
    is_late: bool,
) -> CancellationBlock | None:
    """Why the item cannot be cancelled; None if no reason is known.

    held: why the item cannot be cancelled whatever its terms are: a cancellation that was sent keeps it from
    that before its status shows it, or it cannot be identified.
    refunds: whether a cancellation in time is refunded. flag: what imin said when it responded.
    is_late: whether the deadline has passed.
    """
    if by_status := _BY_STATUS.get(status._value_):
        return by_status
    if held is not None:
        return held
    if refunds is False:
        return CancellationBlock.NOT_REFUNDABLE
    if is_late:
        return CancellationBlock.WINDOW_PASSED
    return CancellationBlock.UNKNOWN if flag is False else None
