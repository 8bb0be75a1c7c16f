"""Values of a change, before and after it.

They have no id: a normalised cache would mix both. Fields with one name have one type in all, so that a
client can select `before` of several types side by side.
"""

import strawberry

from gateway.cancellation.attempts import AttemptState
from gateway.graph.enums import CancellationBlock, EventStatus, OrderItemStatus, OrderStatus, ProposalStatus
from gateway.graph.order.access_pass import AccessChannel, AccessCode, AccessPass
from gateway.graph.scalars import DateTime


@strawberry.type(description="Status of an item, at some moment.")
class ItemStatus:
    """Runtime object: documents.OrderItem."""

    status: OrderItemStatus = strawberry.field(description="Status.")
    status_text: str | None = strawberry.field(description="Status as imin writes it.")


@strawberry.type(description="Status of a session, at some moment.")
class SessionStatus:
    """Runtime object: documents.Event."""

    event_status: EventStatus | None = strawberry.field(description="Whether it takes place as planned.")


@strawberry.type(description="When a session takes place, at some moment.")
class SessionTime:
    """Runtime object: documents.Event."""

    start_date: DateTime | None = strawberry.field(description="Start date and time.")
    end_date: DateTime | None = strawberry.field(description="End date and time.")


@strawberry.type(description="A venue, at some moment.")
class VenueSummary:
    """Runtime object: documents.Place."""

    name: str | None = strawberry.field(description="Display name.")
    formatted_address: str | None = strawberry.field(description="Address on one line.")
    latitude: float | None = strawberry.field(description="Degrees north.")
    longitude: float | None = strawberry.field(description="Degrees east.")


@strawberry.type(description="A session, at some moment.")
class SessionSummary:
    """Runtime object: documents.Event."""

    identifier: strawberry.ID | None = strawberry.field(
        description="Identifier in the booking system; the IRI if it has none."
    )
    name: str | None = strawberry.field(description="Title to display.")
    start_date: DateTime | None = strawberry.field(description="Start date and time.")
    end_date: DateTime | None = strawberry.field(description="End date and time.")
    venue: VenueSummary | None = strawberry.field(description="Venue where it takes place.")


@strawberry.type(description="How far a cancellation has come, at some moment.")
class CancellationProgress:
    """Runtime object: cancellation.attempts.Attempt."""

    state: AttemptState = strawberry.field(description="How far it has come.")


@strawberry.type(description="Whether the customer can cancel an item, at some moment.")
class Cancellability:
    """Runtime object: live.order_state.ItemFlags."""

    is_presently_cancellable: bool | None = strawberry.field(
        description="Whether the customer can cancel it."
    )
    cancellation_blocked_because: CancellationBlock | None = strawberry.field(
        description="Why the customer cannot cancel it."
    )


@strawberry.type(description="The seller's texts for an item, at some moment.")
class SellerTexts:
    """Runtime object: documents.OrderItem."""

    customer_notice: str | None = strawberry.field(description="Message to the customer about the item.")
    cancellation_message: str | None = strawberry.field(description="Message about their cancellation.")


@strawberry.type(description="What lets the attendee in, at some moment.")
class Access:
    """Runtime object: documents.OrderItem."""

    access_passes: list[AccessPass] = strawberry.field(description="Passes to show at the door.")
    access_codes: list[AccessCode] = strawberry.field(description="Codes to say or key in at the door.")
    access_channels: list[AccessChannel] = strawberry.field(description="Ways to join a virtual session.")


@strawberry.type(description="Status of an order, at some moment.")
class OrderProgress:
    """Runtime object: documents.Order."""

    status: OrderStatus | None = strawberry.field(
        name="orderStatus", description="Status of the order as a whole."
    )
    proposal_status: ProposalStatus | None = strawberry.field(
        name="orderProposalStatus", description="State of the seller's approval."
    )
