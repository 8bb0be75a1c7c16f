"""The union CancelOrderItemsResult: one type for each outcome of a cancellation."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry
from msgspec import Struct

from gateway.graph.cancellation.cancellation_preview import CancellationPreview
from gateway.graph.enums import CancellationBlock
from gateway.graph.error import Error, ErrorCode
from gateway.graph.order.order import Order
from gateway.graph.order.order_item import OrderItem
from gateway.graph.scalars import DateTime
from gateway.imin import documents


@strawberry.interface(
    description="What every outcome of a cancellation has, success or refusal, so that a client can show all "
    "of them in one way."
)
class CancellationOutcome:
    """What every outcome has. Its code is an ErrorCode, as that of Error: types implement both."""

    code: ErrorCode = strawberry.field(description="Kind of outcome, for programs.")
    message: str = strawberry.field(description="Message that can be shown to the customer.")
    order: Order | None = strawberry.field(
        description="The order as it was last read in this call; null if it was not read, or is not the "
        "caller's."
    )
    order_items: list[OrderItem] = strawberry.field(
        description="Those of the requested items that `order` has, as they were then; empty if it is null."
    )


@strawberry.type(
    description="The cancellation was accepted by imin. The booking system has not confirmed it yet and may "
    "still refuse it; subscribe to orderChanged to learn the result."
)
class CancellationPending(CancellationOutcome):
    """Outcome: Pending."""

    code: ErrorCode = strawberry.field(description="CANCELLATION_PENDING.")
    order: Order | None = strawberry.field(description="The order as it is now; never null.")
    order_items: list[OrderItem] = strawberry.field(description="The requested items as they are now.")


@strawberry.type(
    description="The items were cancelled before. This is a success: requesting it again is harmless."
)
class AlreadyCancelled(CancellationOutcome):
    """Outcome: AlreadyCancelled."""

    code: ErrorCode = strawberry.field(description="ALREADY_CANCELLED.")
    order: Order | None = strawberry.field(description="The order as it is now; never null.")
    order_items: list[OrderItem] = strawberry.field(description="The requested items as they are now.")


@strawberry.type(description="Why one item could not be cancelled.")
class CancellationRefusal:
    """Runtime object: RefusedItem."""

    order_item: OrderItem = strawberry.field(description="The item.")
    reason: CancellationBlock = strawberry.field(description="The reason.")
    cancellable_until: DateTime | None = strawberry.field(
        description="When the window for cancelling this item closes or closed."
    )


class RefusedItem(Struct, frozen=True):
    """An item that could not be cancelled, from the order as it was read after the refusal."""

    order_item: documents.OrderItem
    reason: CancellationBlock

    @property
    def cancellable_until(self) -> datetime | None:
        """Raises InvalidValue, as the item's own field does."""
        return self.order_item.cancellable_until


@strawberry.type(description="The seller's rules do not permit the cancellation. Nothing was cancelled.")
class CancellationNotPermittedError(Error, CancellationOutcome):
    """Outcome: NotPermitted."""

    refusals: list[CancellationRefusal] = strawberry.field(
        description="Which items could not be cancelled, and why. Empty if the order does not show a reason."
    )


@strawberry.type(description="The order does not exist, or it is not the caller's.")
class OrderNotFoundError(Error, CancellationOutcome):
    """Outcome: OrderMissing."""


@strawberry.type(description="The order does not have one or more of the items. Nothing was cancelled.")
class OrderItemNotFoundError(Error, CancellationOutcome):
    """Outcome: ItemsMissing."""

    order_item_ids: list[strawberry.ID] = strawberry.field(
        description="The requested ids that the order does not have."
    )


@strawberry.type(
    description="One or more items belong to another order. Nothing was cancelled; make one call per order."
)
class OrderItemNotInOrderError(Error, CancellationOutcome):
    """Outcome: ItemsElsewhere."""

    order_item_ids: list[strawberry.ID] = strawberry.field(
        description="The requested ids that belong to another order."
    )


@strawberry.type(
    description="The cancellation was sent, by this call or an earlier one, but the order does not show its "
    "result yet, or cannot be read. The gateway keeps reading the order, and sends no other cancellation of "
    "these items meanwhile. Subscribe to orderChanged, or call again with the same key."
)
class CancellationUnconfirmedError(Error, CancellationOutcome):
    """Outcome: Unconfirmed."""

    order_item_ids: list[strawberry.ID] = strawberry.field(description="The requested items.")


@strawberry.type(
    description="Nothing was cancelled by this call. UPSTREAM_UNAVAILABLE: the booking system could not be "
    "reached, or failed and left the order unchanged, or the gateway cannot record the cancellation now; try "
    "again later. SEARCH_INCOMPLETE: the order was not found in the searched part of a long history; use its "
    "global id."
)
class CancellationUnavailableError(Error, CancellationOutcome):
    """Outcome: CancellationUnavailable."""


@strawberry.type(
    description="The order no longer has the terms that the preview of the `previewToken` shows, or the "
    "token has ended or is not of a preview of these items. Nothing was sent. Show the customer the new "
    "preview."
)
class CancellationTermsChangedError(Error, CancellationOutcome):
    """Outcome: TermsChanged."""

    preview: CancellationPreview = strawberry.field(description="The preview as it is now.")


@strawberry.type(
    description="The idempotency key was used for a different change within 24 hours. Nothing was sent. "
    "`order` is null and `orderItems` empty for mutations that have no order."
)
class IdempotencyKeyReusedError(Error, CancellationOutcome):
    """Outcome: KeyReused."""


CancelOrderItemsResult: TypeAlias = Annotated[
    CancellationPending
    | AlreadyCancelled
    | CancellationNotPermittedError
    | OrderNotFoundError
    | OrderItemNotFoundError
    | OrderItemNotInOrderError
    | CancellationUnconfirmedError
    | CancellationUnavailableError
    | CancellationTermsChangedError
    | IdempotencyKeyReusedError,
    strawberry.union("CancelOrderItemsResult", description="The outcome of a cancellation."),
]
