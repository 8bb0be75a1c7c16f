"""What every typed outcome of a mutation has: a code for programs and a message for people."""

from enum import Enum

import strawberry


@strawberry.enum(description="The kind of outcome of a mutation, for programs.")
class ErrorCode(Enum):
    """Codes of outcomes."""

    CANCELLATION_PENDING = strawberry.enum_value(
        "CANCELLATION_PENDING",
        description="Not an error: imin accepted the cancellation; the booking system has yet to confirm it.",
    )
    ALREADY_CANCELLED = strawberry.enum_value(
        "ALREADY_CANCELLED", description="Not an error: the items are already cancelled."
    )
    CANCELLATION_NOT_PERMITTED = strawberry.enum_value(
        "CANCELLATION_NOT_PERMITTED", description="The seller's rules do not permit the cancellation."
    )
    CANCELLATION_UNCONFIRMED = strawberry.enum_value(
        "CANCELLATION_UNCONFIRMED",
        description="The cancellation was sent, but it is not known yet whether it was accepted.",
    )
    CANCELLATION_TERMS_CHANGED = strawberry.enum_value(
        "CANCELLATION_TERMS_CHANGED",
        description="The terms of the cancellation are not, or no longer, those of its preview. Nothing was "
        "sent.",
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED",
        description="The idempotency key was already used for a different change.",
    )
    ORDER_NOT_FOUND = strawberry.enum_value("ORDER_NOT_FOUND", description="The caller has no such order.")
    ORDER_ITEM_NOT_FOUND = strawberry.enum_value(
        "ORDER_ITEM_NOT_FOUND", description="The order has no such item."
    )
    ORDER_ITEM_NOT_IN_ORDER = strawberry.enum_value(
        "ORDER_ITEM_NOT_IN_ORDER", description="The item belongs to a different order."
    )
    SEARCH_INCOMPLETE = strawberry.enum_value(
        "SEARCH_INCOMPLETE",
        description="The order was not found in the searched part of a long history. Nothing was sent. Call "
        "again with the order's global id, from a list of orders.",
    )
    CUSTOMER_NOT_FOUND = strawberry.enum_value(
        "CUSTOMER_NOT_FOUND", description="There is no such customer, or the caller may not act for them."
    )
    UNAVAILABLE_OPPORTUNITY = strawberry.enum_value(
        "UNAVAILABLE_OPPORTUNITY", description="The session cannot be booked, or no longer."
    )
    CHECKOUT_REFUSED = strawberry.enum_value(
        "CHECKOUT_REFUSED", description="The checkout refuses the request for a reason of its own."
    )
    CHECKOUT_UNCONFIRMED = strawberry.enum_value(
        "CHECKOUT_UNCONFIRMED",
        description="The request was sent, but it is not known whether a checkout session was created.",
    )
    CALENDAR_FEED_UNAVAILABLE = strawberry.enum_value(
        "CALENDAR_FEED_UNAVAILABLE",
        description="The address of the calendar feed cannot be changed at the moment. Call again later.",
    )
    FORBIDDEN = strawberry.enum_value(
        "FORBIDDEN", description="The caller's token does not allow this. Nothing was sent."
    )
    PARTLY_UPDATED = strawberry.enum_value(
        "PARTLY_UPDATED", description="A part of the change of an account was made, another was not."
    )
    UPDATE_FAILED = strawberry.enum_value(
        "UPDATE_FAILED", description="The change of an account is not accepted by imin."
    )
    BARCODE_INVALID = strawberry.enum_value(
        "BARCODE_INVALID", description="A seller does not accept the text of an access pass."
    )
    LINKED_ACCOUNT_NOT_UPDATED = strawberry.enum_value(
        "LINKED_ACCOUNT_NOT_UPDATED",
        description="A seller's account of the customer was not changed.",
    )
    ACCOUNT_CHANGE_UNCONFIRMED = strawberry.enum_value(
        "ACCOUNT_CHANGE_UNCONFIRMED",
        description="The change of an account was sent, but it is not known whether it was made.",
    )
    UPSTREAM_UNAVAILABLE = strawberry.enum_value(
        "UPSTREAM_UNAVAILABLE", description="The booking system is unavailable. Nothing was changed."
    )


@strawberry.interface(description="A refusal, with a message that can be shown to the customer.")
class Error:
    """What every typed error has."""

    code: ErrorCode = strawberry.field(description="Kind of refusal, for programs.")
    message: str = strawberry.field(description="Message that can be shown to the customer.")


@strawberry.type(description="There is no such customer, or the caller may not act for them.")
class CustomerNotFoundError(Error):
    """Nothing was changed."""
