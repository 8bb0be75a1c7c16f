"""The values of a booked item and its order before and after a change."""

import strawberry

from gateway.cancellation.attempts import AttemptState
from gateway.graph.enums import CancellationBlock, EventStatus, OrderItemStatus, OrderStatus, ProposalStatus
from gateway.graph.money import Money
from gateway.graph.order.access_pass import AccessChannel, AccessCode, AccessPass
from gateway.graph.scalars import DateTime


@strawberry.type(
    description="A venue at some moment. It has no id, so that caches keep the old and the new one."
)
class VenueSummary:
    """Runtime object: documents.Place."""

    name: str | None = strawberry.field(description="Display name.")
    formatted_address: str | None = strawberry.field(description="Address on one line.")
    latitude: float | None = strawberry.field(description="Degrees north.")
    longitude: float | None = strawberry.field(description="Degrees east.")


@strawberry.type(
    description="The values of an item and its order at some moment. Those of the item are null, or empty, "
    "in a change of the order. It has no id, so that caches keep the old values and the new ones."
)
class BookingSnapshot:
    """Runtime object: live.snapshot.Snapshot."""

    status: OrderItemStatus | None = strawberry.field(description="Status of the item.")
    status_text: str | None = strawberry.field(description="Status of the item as imin writes it.")
    session_name: str | None = strawberry.field(description="Title of the session.")
    event_status: EventStatus | None = strawberry.field(
        description="Whether the session takes place as planned."
    )
    start_date: DateTime | None = strawberry.field(description="Start of the session.")
    end_date: DateTime | None = strawberry.field(description="End of the session.")
    venue: VenueSummary | None = strawberry.field(description="Venue of the session.")
    is_presently_cancellable: bool | None = strawberry.field(
        description="Whether the customer could cancel the item."
    )
    cancellation_blocked_because: CancellationBlock | None = strawberry.field(
        description="Why the customer could not cancel the item."
    )
    cancellation_state: AttemptState | None = strawberry.field(
        description="How far the cancellation had come that the change is about; null if it is about none, "
        "or it had not been requested."
    )
    customer_notice: str | None = strawberry.field(description="Message to the customer about the item.")
    cancellation_message: str | None = strawberry.field(
        description="Message from the seller about their cancellation of the item."
    )
    access_passes: list[AccessPass] = strawberry.field(description="Passes to show at the door.")
    access_codes: list[AccessCode] = strawberry.field(description="Codes to say or key in at the door.")
    access_channels: list[AccessChannel] = strawberry.field(description="Ways to join a virtual session.")
    total_payment_due: Money | None = strawberry.field(description="Total of the order.")
    order_status: OrderStatus | None = strawberry.field(description="Status of the order as a whole.")
    proposal_status: ProposalStatus | None = strawberry.field(
        name="orderProposalStatus", description="State of the seller's approval of the order."
    )
