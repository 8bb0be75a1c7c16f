"""Booked items."""

import re
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, NoReturn

from msgspec import field

from gateway.hints import pure
from gateway.imin.documents.agent import AccessChannel, AccessCode, AccessPass, Person
from gateway.imin.documents.cancellability import CancellationBlock, reason_against
from gateway.imin.documents.deadline import Deadline, deadline_of
from gateway.imin.documents.event import Event
from gateway.imin.documents.offer import Offer
from gateway.imin.documents.opportunity import BookAgain, book_again
from gateway.imin.documents.thing import Identified, Owned, Owner, Priced, PropertyValue, TaxCharge, Thing
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.errors import InvalidValue
from gateway.imin.jsonld import Bare, Exact, Int, iri_tail
from gateway.imin.names import name_of
from gateway.imin.routes import is_identifier

_CACHE_SIZE = 4_096

_ORDER_IN_IRI = re.compile(r"/orders/([^/#?]+)")


class ItemError(Thing, kw_only=True, gc=False, rename="camel"):
    """An error that the booking system reports for an item."""

    bare: ClassVar[Bare] = Bare(text="description")
    name: str | None = None
    description: str | None = None
    instance: str | None = None
    status_code: Int | None = None


class IntakeFormField(Identified, kw_only=True, gc=False, rename="camel"):
    """A question that the booking system asks before the booking."""

    bare: ClassVar[Bare] = Bare(text="name")
    name: str | None = None
    description: str | None = None
    value_required: bool | None = None
    value_options: tuple[str, ...] = field(default=(), name="valueOption")

    @property
    def kind(self) -> str | None:
        """Kind of answer that is expected, for example `BooleanFormFieldSpecification`."""
        return self.type


class OrderReference(Thing, kw_only=True, gc=False, rename="camel"):
    """The order that an upcoming item belongs to."""

    bare: ClassVar[Bare] = Bare(text="identifier", number="identifier")
    identifier: str | int | None = None


class OrderItem(Owned, kw_only=True, gc=False, rename="camel"):
    """One booked place on a session or slot.

    unclear: names of fields of which something could not be read.
    order_identifier: of its order, or a made-up name.
    stated_name: the identifier or the end of the IRI, "" if there is neither.
    made_up_name: of an item that imin gives no usable identifier or one that another item of the order has
    too, or whose order has no usable identifier; otherwise "". Such an item cannot be cancelled.
    """

    binds_sessions: ClassVar[bool] = True
    """Whether sessions and places have a `booking`; false for partial documents of which none is read."""
    has_passes: ClassVar[bool] = True
    """Whether access passes are decoded; false for partial documents of which none is read."""
    session: Event | None = field(default=None, name="orderedItem")
    order_item_status: Exact | None = None
    own_accepted_offer: Offer | None = field(default=None, name="acceptedOffer")
    own_allows_full_refund: bool | None = field(default=None, name="allowCustomerCancellationFullRefund")
    tax: tuple[TaxCharge, ...] = field(default=(), name="unitTaxSpecification")
    own_access_passes: tuple[AccessPass, ...] = field(default=(), name="accessPass")
    access_codes: tuple[AccessCode, ...] = field(default=(), name="accessCode")
    cancellation_message: str | None = None
    own_is_presently_cancellable: bool | None = field(default=None, name="imin:isPresentlyCancellable")
    order_reference: OrderReference | None = field(default=None, name="imin:order")
    older_access_passes: tuple[AccessPass, ...] = field(default=(), name="accessToken")
    own_access_channel: AccessChannel | None = field(default=None, name="accessChannel")
    other_access_channels: tuple[AccessChannel, ...] = field(default=(), name="gateway:accessChannel")
    attendee: Person | None = None
    attendee_details_required: tuple[str, ...] = ()
    intake_form: tuple[IntakeFormField, ...] = field(default=(), name="orderItemIntakeForm")
    intake_form_response: tuple[PropertyValue, ...] = field(default=(), name="orderItemIntakeFormResponse")
    customer_notice: str | None = None
    position: Int | None = None
    errors: tuple[ItemError, ...] = field(default=(), name="error")
    unclear: tuple[str, ...] = field(default=(), name="gateway:unclear")
    order_identifier: str = field(default="", name="gateway:orderIdentifier")
    stated_name: str = field(default="", name="gateway:statedName")
    made_up_name: str = field(default="", name="gateway:madeUpName")

    @property
    def identifier(self) -> str:
        """The identifier, or the end of the IRI; a made-up name if there is neither."""
        return self.stated_name or self.made_up_name

    @property
    def unique_name(self) -> str:
        """The identifier if it names this item alone, otherwise the made-up name."""
        return self.made_up_name or self.stated_name

    @property
    def is_named_by_iri(self) -> bool:
        """Whether its name is only the end of its IRI."""
        return name_of(self.own_identifier, None) != self.stated_name

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.owner
        return owner.global_id("OrderItem", self.order_identifier, self.made_up_name or self.stated_name)

    @property
    def named_order(self) -> str | None:
        """Identifier of its order, which an upcoming item has in `imin:order` or in its own IRI."""
        reference = self.order_reference
        stated = name_of(reference.identifier, None) if reference else ""
        if stated:
            return stated
        iri = (reference.iri if reference else None) or self.iri or ""
        found = _ORDER_IN_IRI.search(iri)
        if found:
            return found[1]
        return iri_tail(reference.iri) or None if reference and reference.iri else None

    @property
    def status(self) -> OrderItemStatus:
        """Status; UNKNOWN if imin gives none or a new one."""
        return _status(self.order_item_status)

    @property
    def status_text(self) -> str | None:
        """Last segment of the status, whether or not the gateway knows it."""
        return iri_tail(self.order_item_status) if self.order_item_status else None

    @property
    def accepted_offer(self) -> Offer | None:
        """The accepted offer; one that is only referred to is found on the session or a level above it."""
        own = self.own_accepted_offer
        if own is None or own.price is not None or self.session is None:
            return own
        meant = self.session.offer_like(own)
        return own if meant is None else own.completed_by(meant)

    @property
    def item_price(self) -> Priced | None:
        """Price of the accepted offer.

        Not `price`: an operation that reads any document's `price` would decode all offers, as names count
        for all classes (see property_reads).
        """
        offer = self.accepted_offer
        return offer.money if offer is not None else None

    @property
    def allows_full_refund(self) -> bool | None:
        """Whether a cancellation in time is refunded; OpenActive 1.0 states it on the offer."""
        if self.own_allows_full_refund is not None or "own_allows_full_refund" in self.unclear:
            return self.own_allows_full_refund
        offer = self.accepted_offer
        return offer.allow_customer_cancellation_full_refund if offer is not None else None

    @property
    def cancellable_until(self) -> datetime | None:
        """Start minus the offer's window; without a window, the start. Source: Open Booking API 8.3.2.

        Raises InvalidValue if the start or the window cannot be read, so that no deadline can be stated.
        """
        deadline = deadline_of_item(self)
        return deadline.until if deadline.invalid is None else _raise_invalid(deadline.invalid)

    @property
    def cancellation_blocked_because(self) -> CancellationBlock | None:
        """Why the customer cannot cancel it at this moment; None if no reason is known."""
        owner: Owner = self.owner
        until = deadline_of_item(self).latest
        return reason_against(
            self.status,
            held=_held(self),
            refunds=self.allows_full_refund,
            flag=self.own_is_presently_cancellable,
            is_late=until is not None and owner.is_past(until),
        )

    @property
    def is_presently_cancellable(self) -> bool | None:
        """Whether the customer can cancel it at this moment; None if neither imin nor the terms say so."""
        owner: Owner = self.owner
        status, deadline = _status(self.order_item_status), deadline_of_item(self)
        held, flag = _held(self), self.own_is_presently_cancellable
        refunds = self.own_allows_full_refund
        if refunds is None:
            refunds = self.allows_full_refund
        until = deadline.latest
        is_late = until is not None and owner.is_past(until)
        if reason_against(status, held=held, refunds=refunds, flag=flag, is_late=is_late) is not None:
            return False
        is_booked = status is OrderItemStatus.ORDER_ITEM_CONFIRMED
        is_flag_clear = "own_is_presently_cancellable" not in self.unclear
        is_known = flag or (refunds and is_booked and is_flag_clear and deadline.until is not None)
        return True if is_known else None

    @property
    def access_passes(self) -> tuple[AccessPass, ...]:
        """Passes of the attendee. OpenActive called them accessToken before 1.0."""
        return self.own_access_passes + self.older_access_passes

    @property
    def access_channel(self) -> AccessChannel | None:
        """How to join a virtual session: the first channel of the item; without one, that of the session."""
        own = self.own_access_channel
        if own is not None and own.is_channel:
            return own
        return (self.session.virtual_location if self.session else None) or own

    @property
    def access_channels(self) -> tuple[AccessChannel, ...]:
        """All ways to join a virtual session."""
        first = self.access_channel
        return () if first is None else (first,) + self.other_access_channels  # noqa: RUF005  # can be analysed

    @property
    def book_again(self) -> BookAgain | None:
        """What checkout needs to sell the same again; None if it sells no such thing."""
        owner: Owner = self.owner
        session = self.session
        return None if session is None else book_again(session, self.accepted_offer, owner.checkout_base_url)

    @property
    def calendar_url(self) -> str | None:
        """Address of a calendar file with the item; None if it has no date or its order no name."""
        session = self.session
        if session is None or session.starts is None or not is_identifier(self.order_identifier):
            return None
        owner: Owner = self.owner
        return owner.calendar_url(self.order_identifier, self.made_up_name or self.stated_name)


@pure
@lru_cache(_CACHE_SIZE)
def _status(text: str | None) -> OrderItemStatus:
    return OrderItemStatus.of(text) or OrderItemStatus.UNKNOWN


def deadline_of_item(item: OrderItem) -> Deadline:
    """Until when the item can be cancelled, by the start of its session and the terms of its offer."""
    session, offer = item.session, item.own_accepted_offer
    start = session.start_date if session is not None else None
    if offer is not None and offer.price is not None and not item.unclear and not offer.unclear:  # as usual
        return deadline_of(start, offer.latest_cancellation_before_start_date)
    is_clear = "own_accepted_offer" not in item.unclear and "session" not in item.unclear
    offer = item.accepted_offer
    if offer is None:
        return deadline_of(start, None, is_window_known=is_clear)
    is_clear = is_clear and "latest_cancellation_before_start_date" not in offer.unclear
    window = offer.latest_cancellation_before_start_date
    return deadline_of(start, window, is_window_known=is_clear and not offer.is_reference)


def _raise_invalid(member: str) -> NoReturn:
    raise InvalidValue(member)


def _held(item: OrderItem) -> CancellationBlock | None:
    if item.made_up_name:
        return CancellationBlock.NOT_IDENTIFIABLE
    owner: Owner = item.owner
    return owner.hold_on(item.order_identifier, item.stated_name)  # type: ignore[no-any-return]  # see CustomerOwner
