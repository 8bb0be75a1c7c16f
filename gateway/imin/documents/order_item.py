"""Booked items."""

import re
from datetime import datetime
from functools import lru_cache

from msgspec import field

from gateway.hints import pure
from gateway.imin.dates import parse_date_time, subtract_duration
from gateway.imin.documents.agent import AccessChannel, AccessPass, Agent
from gateway.imin.documents.cancellability import CancellationBlock, reason_against
from gateway.imin.documents.event import Event
from gateway.imin.documents.offer import Offer
from gateway.imin.documents.thing import Identified, Owned, Owner, Priced, PropertyValue, TaxCharge, Thing
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.jsonld import Int, iri_tail

_MOST_REMEMBERED = 4_096

_ORDER_IN_IRI = re.compile(r"/orders/([^/#?]+)")


class ItemError(Thing, kw_only=True, gc=False, rename="camel"):
    """What a booking system found wrong with an item."""

    name: str | None = None
    description: str | None = None
    instance: str | None = None
    status_code: Int | None = None


class IntakeFormField(Identified, kw_only=True, gc=False, rename="camel"):
    """A question the booking system asked before the booking."""

    name: str | None = None
    description: str | None = None
    value_required: bool | None = None
    value_options: tuple[str, ...] = field(default=(), name="valueOption")

    @property
    def kind(self) -> str | None:
        """Kind of answer that is expected, such as `BooleanFormFieldSpecification`."""
        return self.type


class OrderReference(Thing, kw_only=True, gc=False, rename="camel"):
    """The order an upcoming item belongs to."""

    identifier: str | int | None = None


class OrderItem(Owned, kw_only=True, gc=False, rename="camel"):
    """One place booked on one session or slot.

    index: place in its order, from 0; names an item that imin gave no identifier.
    """

    session: Event | None = field(default=None, name="orderedItem")
    order_item_status: str | None = None
    accepted_offer: Offer | None = None
    own_allows_full_refund: bool | None = field(default=None, name="allowCustomerCancellationFullRefund")
    own_is_presently_cancellable: bool | None = field(default=None, name="imin:isPresentlyCancellable")
    tax: tuple[TaxCharge, ...] = field(default=(), name="unitTaxSpecification")
    own_access_passes: tuple[AccessPass, ...] = field(default=(), name="accessPass")
    older_access_passes: tuple[AccessPass, ...] = field(default=(), name="accessToken")
    access_codes: tuple[PropertyValue, ...] = field(default=(), name="accessCode")
    own_access_channel: AccessChannel | None = field(default=None, name="accessChannel")
    attendee: Agent | None = None
    attendee_details_required: tuple[str, ...] = ()
    intake_form: tuple[IntakeFormField, ...] = field(default=(), name="orderItemIntakeForm")
    intake_form_response: tuple[PropertyValue, ...] = field(default=(), name="orderItemIntakeFormResponse")
    cancellation_message: str | None = None
    customer_notice: str | None = None
    position: Int | None = None
    errors: tuple[ItemError, ...] = field(default=(), name="error")
    order_reference: OrderReference | None = field(default=None, name="imin:order")
    order_identifier: str = field(default="", name="gateway:orderIdentifier")
    index: int = field(default=0, name="gateway:index")

    @property
    def identifier(self) -> str:
        """Imin's identifier: own, or the end of the IRI, or the place in the order."""
        return str(self.own_identifier) if self.own_identifier is not None else _name(self.iri, self.index)

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.owner
        return owner.global_id("OrderItem", self.order_identifier, self.identifier)

    @property
    def named_order(self) -> str | None:
        """Identifier of its order, as an item of the upcoming list has it: in `imin:order` or its IRI."""
        reference = self.order_reference
        if reference and reference.identifier is not None:
            return str(reference.identifier)
        iri = (reference.iri if reference else None) or self.iri or ""
        found = _ORDER_IN_IRI.search(iri)
        if found:
            return found[1]
        return iri_tail(reference.iri) or None if reference and reference.iri else None

    @property
    def status(self) -> OrderItemStatus:
        """Status; UNKNOWN where imin gives none or a new one."""
        return _status(self.order_item_status)

    @property
    def status_text(self) -> str | None:
        """Tail of the status, whether or not the gateway knows it."""
        return iri_tail(self.order_item_status) if self.order_item_status else None

    @property
    def price(self) -> Priced | None:
        """Price of the offer that was taken."""
        return self.accepted_offer.money if self.accepted_offer else None

    @property
    def allows_full_refund(self) -> bool | None:
        """Whether a cancellation in time is refunded; OpenActive 1.0 says it on the offer."""
        if self.own_allows_full_refund is not None:
            return self.own_allows_full_refund
        return self.accepted_offer.allow_customer_cancellation_full_refund if self.accepted_offer else None

    @property
    def cancellable_until(self) -> datetime | None:
        """Start minus the offer's window. Source: Open Booking API 8.3.2; no window means until the start."""
        return _until(self)

    @property
    def cancellation_blocked_because(self) -> CancellationBlock | None:
        """Why the customer cannot cancel it at this moment; None where nothing is known against it."""
        owner: Owner = self.owner
        return reason_against(
            self.status,
            refunds=self.allows_full_refund,
            until=self.cancellable_until,
            flag=self.own_is_presently_cancellable,
            now=owner.now(),
        )

    @property
    def is_presently_cancellable(self) -> bool | None:
        """Whether the customer can cancel it at this moment; None where neither imin nor the terms tell."""
        owner: Owner = self.owner
        status, until, flag = _status(self.order_item_status), _until(self), self.own_is_presently_cancellable
        refunds = self.own_allows_full_refund
        if refunds is None:
            refunds = self.allows_full_refund
        if reason_against(status, refunds=refunds, until=until, flag=flag, now=owner.now()) is not None:
            return False
        told = flag or (refunds and until is not None and status is OrderItemStatus.ORDER_ITEM_CONFIRMED)
        return True if told else None

    @property
    def access_passes(self) -> tuple[AccessPass, ...]:
        """All that lets the attendee in; OpenActive called it accessToken before 1.0."""
        return self.own_access_passes + self.older_access_passes

    @property
    def access_channel(self) -> AccessChannel | None:
        """How to join a virtual session: the item's own channel, else that of the session."""
        return self.own_access_channel or (self.session.virtual_location if self.session else None)


@pure
@lru_cache(_MOST_REMEMBERED)
def _status(text: str | None) -> OrderItemStatus:
    return OrderItemStatus.of(text) or OrderItemStatus.UNKNOWN


@pure
@lru_cache(_MOST_REMEMBERED)
def _closes(start: str | None, window: str | None) -> datetime | None:
    """When the window for cancelling closes, that is so long before the start."""
    if not start:
        return None
    return subtract_duration(start, window) if window else parse_date_time(start)


def _until(item: OrderItem) -> datetime | None:
    session, offer = item.session, item.accepted_offer
    return _closes(
        session.start_date if session else None,
        offer.latest_cancellation_before_start_date if offer else None,
    )


def _name(iri: str | None, index: int) -> str:
    return (iri_tail(iri) if iri else "") or str(index)


def bind_upcoming_item(item: OrderItem, owner: Owner) -> None:
    """Tell an item of the upcoming list whose it is and which order it belongs to."""
    item.owner, item.order_identifier = owner, item.named_order or ""
