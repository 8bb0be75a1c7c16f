"""What every typed outcome of a mutation has: a code for programs and a sentence for people."""

from enum import Enum

import strawberry


@strawberry.enum(description="What kind of outcome it is, for programs.")
class ErrorCode(Enum):
    """Codes of the typed outcomes."""

    CANCELLATION_PENDING = strawberry.enum_value(
        "CANCELLATION_PENDING",
        description="No error: imin took it, and the booking system has yet to confirm.",
    )
    ALREADY_CANCELLED = strawberry.enum_value(
        "ALREADY_CANCELLED", description="No error: the items are cancelled already."
    )
    CANCELLATION_NOT_PERMITTED = strawberry.enum_value(
        "CANCELLATION_NOT_PERMITTED", description="The seller's rules forbid it."
    )
    CANCELLATION_UNCONFIRMED = strawberry.enum_value(
        "CANCELLATION_UNCONFIRMED", description="It was sent, and nothing tells yet whether it arrived."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED", description="The key was used for another cancellation before."
    )
    ORDER_NOT_FOUND = strawberry.enum_value(
        "ORDER_NOT_FOUND", description="There is no such order of the caller's."
    )
    ORDER_ITEM_NOT_FOUND = strawberry.enum_value(
        "ORDER_ITEM_NOT_FOUND", description="The order has no such item."
    )
    ORDER_ITEM_NOT_IN_ORDER = strawberry.enum_value(
        "ORDER_ITEM_NOT_IN_ORDER", description="The item belongs to another order."
    )
    UPSTREAM_UNAVAILABLE = strawberry.enum_value(
        "UPSTREAM_UNAVAILABLE", description="The booking system cannot be used; nothing has changed."
    )


@strawberry.interface(description="A refusal that a person can be told.")
class Error:
    """What every typed error has."""

    code: ErrorCode = strawberry.field(description="Kind of refusal.")
    message: str = strawberry.field(description="A sentence for the customer.")
