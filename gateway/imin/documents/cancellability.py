"""When a customer may cancel an item, and why not. Pure: status, terms and a moment → a reason or none.

imin computes its flag when it answers; by the time a cached answer is read, a window may have closed.
So the flag is believed where it says no, and the clock has the last word where it says yes.
Source: Open Booking API 8.3.2.
"""

from datetime import datetime

from gateway.imin.documents.vocabulary import OrderItemStatus, Term


class CancellationBlock(Term):
    """Why the customer cannot cancel an item now."""

    ALREADY_CANCELLED = "AlreadyCancelled", "The customer has already cancelled the item."
    CANCELLATION_PENDING = "CancellationPending", "A cancellation of the item is in progress."
    SELLER_CANCELLED = "SellerCancelled", "The seller has cancelled the item."
    ATTENDANCE_RECORDED = "AttendanceRecorded", "The session is over: attendance has been recorded."
    NOT_YET_BOOKED = "NotYetBooked", "The seller has yet to approve the booking."
    NOT_REFUNDABLE = "NotRefundable", "The terms of the item include no refund."
    WINDOW_PASSED = "WindowPassed", "The deadline for cancelling, `cancellableUntil`, has passed."
    UNKNOWN = "UNKNOWN", "No reason is known: imin states only that the item cannot be cancelled."


# By value: a member's own hash is computed anew each time.
_BY_STATUS = {
    OrderItemStatus.CUSTOMER_CANCELLED.value: CancellationBlock.ALREADY_CANCELLED,
    OrderItemStatus.CUSTOMER_CANCELLATION_PENDING.value: CancellationBlock.CANCELLATION_PENDING,
    OrderItemStatus.SELLER_CANCELLED.value: CancellationBlock.SELLER_CANCELLED,
    OrderItemStatus.ATTENDEE_ATTENDED.value: CancellationBlock.ATTENDANCE_RECORDED,
    OrderItemStatus.ATTENDEE_ABSENT.value: CancellationBlock.ATTENDANCE_RECORDED,
    OrderItemStatus.ORDER_ITEM_PROPOSED.value: CancellationBlock.NOT_YET_BOOKED,
}

FINAL = frozenset({CancellationBlock.SELLER_CANCELLED, CancellationBlock.ATTENDANCE_RECORDED})
"""Reasons that no clock and no rule of imin's can turn round."""


def reason_against(
    status: OrderItemStatus, *, refunds: bool | None, until: datetime | None, flag: bool | None, now: datetime
) -> CancellationBlock | None:
    """Why the item cannot be cancelled at that moment; None where nothing is known against it.

    refunds: whether a cancellation in time is refunded. flag: what imin said when it answered.
    """
    if by_status := _BY_STATUS.get(status._value_):
        return by_status
    if refunds is False:
        return CancellationBlock.NOT_REFUNDABLE
    if until is not None and now > until:
        return CancellationBlock.WINDOW_PASSED
    return CancellationBlock.UNKNOWN if flag is False else None
