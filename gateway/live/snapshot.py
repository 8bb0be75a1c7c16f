"""The values of a booked item and its order at some moment, to be shown before and after a change."""

from typing import Any

from msgspec import Struct

from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.imin.documents import (
    AccessChannel,
    AccessPass,
    CancellationBlock,
    Event,
    Order,
    OrderItem,
    Place,
    Priced,
)
from gateway.imin.documents.vocabulary import EventStatus, OrderItemStatus, OrderStatus, ProposalStatus
from gateway.live.order_state import ItemFlags


class Snapshot(Struct, frozen=True):
    """item: None of a change of the order. attempt: the cancellation that the change is about, if any."""

    order: Order
    item: OrderItem | None = None
    flags: ItemFlags | None = None
    attempt: Attempt | None = None

    @property
    def session(self) -> Event | None:
        """The booked session."""
        return self.item.session if self.item is not None else None

    @property
    def status(self) -> OrderItemStatus | None:
        """Status of the item."""
        return self.item.status if self.item is not None else None

    @property
    def status_text(self) -> str | None:
        """Status of the item as imin writes it."""
        return self.item.status_text if self.item is not None else None

    @property
    def event_status(self) -> EventStatus | None:
        """Whether the session takes place."""
        return self.session.event_status if self.session is not None else None

    @property
    def session_name(self) -> str | None:
        """Title of the session."""
        return self.session.name if self.session is not None else None

    @property
    def start_date(self) -> str | None:
        """Start of the session."""
        return self.session.start_date if self.session is not None else None

    @property
    def end_date(self) -> str | None:
        """End of the session. Raises InvalidValue."""
        return self.session.end_date if self.session is not None else None

    @property
    def venue(self) -> Place | None:
        """Where the session takes place."""
        return self.session.venue if self.session is not None else None

    @property
    def is_presently_cancellable(self) -> bool | None:
        """Whether the customer could cancel the item."""
        return self.flags.is_presently_cancellable if self.flags is not None else None

    @property
    def cancellation_blocked_because(self) -> CancellationBlock | None:
        """Why the customer could not."""
        return self.flags.cancellation_blocked_because if self.flags is not None else None

    @property
    def cancellation_state(self) -> AttemptState | None:
        """How far the cancellation had come that the change is about."""
        return self.attempt.state if self.attempt is not None else None

    @property
    def customer_notice(self) -> str | None:
        """The seller's notice about the item."""
        return self.item.customer_notice if self.item is not None else None

    @property
    def cancellation_message(self) -> str | None:
        """The seller's message about a cancellation."""
        return self.item.cancellation_message if self.item is not None else None

    @property
    def access_passes(self) -> tuple[AccessPass, ...]:
        """Passes of the item."""
        return self.item.access_passes if self.item is not None else ()

    @property
    def access_codes(self) -> tuple[Any, ...]:
        """Codes of the item."""
        return self.item.access_codes if self.item is not None else ()

    @property
    def access_channels(self) -> tuple[AccessChannel, ...]:
        """Ways to join the session."""
        return self.item.access_channels if self.item is not None else ()

    @property
    def total_payment_due(self) -> Priced | None:
        """Total of the order."""
        return self.order.total_payment_due

    @property
    def order_status(self) -> OrderStatus | None:
        """Status of the order."""
        return self.order.status

    @property
    def proposal_status(self) -> ProposalStatus | None:
        """State of the seller's approval."""
        return self.order.proposal_status
