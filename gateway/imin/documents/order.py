"""Orders, their items, receipts and sellers."""

import re
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct, field

from gateway.imin.documents.agent import AccessChannel, AccessPass, Agent, BookingService
from gateway.imin.documents.event import Event, Offer
from gateway.imin.documents.thing import Owned, Priced, PropertyValue, TaxCharge, Thing
from gateway.imin.documents.vocabulary import BrokerRole, OrderItemStatus, OrderStatus, Prepayment
from gateway.imin.jsonld import parse_date_time, parse_duration, shift, tail

_ORDER_IN_IRI = re.compile(r"/orders/([^/#?]+)")


class Owner(Protocol):
    """Whoever a document belongs to, as far as documents need to know."""

    def global_id(self, kind: str, *parts: str) -> str:
        """Opaque id of one of the owner's things."""

    def seller_id(self, iri: str | None, order_identifier: str) -> str:
        """Opaque id of a seller, the same on every order of the owner."""

    def receipt_url(self, receipt_id: str) -> str:
        """Where a browser can open the receipt with that global id."""


class Receipt(Owned, kw_only=True, gc=False, rename="camel"):
    """A proof of payment: a PDF that imin serves to holders of the API key only."""

    own_url: str | None = field(default=None, name="url")
    date_created: str | None = None
    order_identifier: str = field(default="", name="gateway:orderIdentifier")

    @property
    def identifier(self) -> str | None:
        """Imin's number of the receipt: the end of its URL."""
        if self.own_identifier is not None:
            return str(self.own_identifier)
        location = self.own_url or self.iri
        return location.rstrip("/").rpartition("/")[2] or None if location else None

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.owner
        return owner.global_id("Receipt", self.order_identifier, self.identifier or "")

    @property
    def url(self) -> str:
        """This gateway's address of the PDF."""
        owner: Owner = self.owner
        return owner.receipt_url(self.id)


class ItemError(Thing, kw_only=True, gc=False, rename="camel"):
    """What a booking system found wrong with an item."""

    name: str | None = None
    description: str | None = None
    instance: str | None = None
    status_code: int | None = None


class IntakeFormField(Thing, kw_only=True, gc=False, rename="camel"):
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
    is_presently_cancellable: bool | None = field(default=None, name="imin:isPresentlyCancellable")
    tax: tuple[TaxCharge, ...] = field(default=(), name="unitTaxSpecification")
    access_passes: tuple[AccessPass, ...] = field(default=(), name="accessPass")
    access_codes: tuple[PropertyValue, ...] = field(default=(), name="accessCode")
    own_access_channel: AccessChannel | None = field(default=None, name="accessChannel")
    attendee: Agent | None = None
    attendee_details_required: tuple[str, ...] = ()
    intake_form: tuple[IntakeFormField, ...] = field(default=(), name="orderItemIntakeForm")
    intake_form_response: tuple[PropertyValue, ...] = field(default=(), name="orderItemIntakeFormResponse")
    cancellation_message: str | None = None
    customer_notice: str | None = None
    position: int | None = None
    errors: tuple[ItemError, ...] = field(default=(), name="error")
    order_reference: OrderReference | None = field(default=None, name="imin:order")
    order_identifier: str = field(default="", name="gateway:orderIdentifier")
    index: int = field(default=0, name="gateway:index")

    @property
    def identifier(self) -> str:
        """Imin's identifier: own, or the end of the IRI, or the place in the order."""
        if self.own_identifier is not None:
            return str(self.own_identifier)
        return (tail(self.iri) if self.iri else "") or str(self.index)

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
        return found[1] if found else None

    @property
    def status(self) -> OrderItemStatus:
        """Status; UNKNOWN where imin gives none or a new one."""
        return OrderItemStatus.of(self.order_item_status) or OrderItemStatus.UNKNOWN

    @property
    def status_text(self) -> str | None:
        """Tail of the status, whether or not the gateway knows it."""
        return tail(self.order_item_status) if self.order_item_status else None

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
        starts = self.session.starts if self.session else None
        if not starts:
            return None
        window = self.accepted_offer.latest_cancellation_before_start_date if self.accepted_offer else None
        if not window:
            return starts
        length = parse_duration(window)
        return shift(starts, -length) if length is not None else None

    @property
    def access_channel(self) -> AccessChannel | None:
        """How to join a virtual session: the item's own channel, else that of the session."""
        return self.own_access_channel or (self.session.virtual_location if self.session else None)


class Order(Owned, kw_only=True, gc=False, rename="camel"):
    """A booking: what was bought, from whom, for how much."""

    order_number: str | int | None = None
    own_confirmation_number: str | int | None = field(default=None, name="confirmationNumber")
    order_date: str | None = None
    order_status: str | None = None
    own_items: tuple[OrderItem, ...] = field(default=(), name="orderedItem")
    own_seller: Agent | None = field(default=None, name="seller")
    own_receipts: tuple[Receipt, ...] = field(default=(), name="imin:receipt")
    broker: Agent | None = None
    own_broker_role: str | None = field(default=None, name="brokerRole")
    customer: Agent | None = None
    booking_service: BookingService | None = None
    payment: Any = None
    """Reference of the payment provider: read, never shown."""
    payment_due: Priced | None = field(default=None, name="totalPaymentDue")
    total_payment_tax: tuple[TaxCharge, ...] = ()

    @property
    def identifier(self) -> str:
        """Imin's identifier: own, or the end of the IRI."""
        if self.own_identifier is not None:
            return str(self.own_identifier)
        return tail(self.iri.rstrip("/")) if self.iri else ""

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.owner
        return owner.global_id("Order", self.identifier)

    @property
    def items(self) -> tuple[OrderItem, ...]:
        """What was booked."""
        return self.own_items

    @property
    def status(self) -> OrderStatus | None:
        """Status of the whole."""
        return OrderStatus.of(self.order_status)

    @property
    def broker_role(self) -> BrokerRole | None:
        """What the broker is to the customer."""
        return BrokerRole.of(self.own_broker_role)

    @property
    def confirmation_number(self) -> str | int | None:
        """The number to quote; imin's text calls it so, its example calls it orderNumber."""
        return self.order_number if self.own_confirmation_number is None else self.own_confirmation_number

    @property
    def total_payment_due(self) -> Priced | None:
        """What is paid for the items that are not cancelled."""
        return self.payment_due.money if self.payment_due else None

    @property
    def prepayment(self) -> Prepayment | None:
        """Whether the order is paid in advance."""
        return self.payment_due.prepayment if self.payment_due else None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Receipts that can be opened, newest first."""
        receipts = tuple(receipt for receipt in self.own_receipts if receipt.identifier)
        if len(receipts) < 2:  # noqa: PLR2004  # nothing to sort
            return receipts
        return tuple(sorted(receipts, key=_created, reverse=True))

    @property
    def seller(self) -> "Seller | None":
        """Who sold it, completed from the organizer or provider of the items."""
        if self.own_seller is None:
            return None
        return Seller(own=self.own_seller, other=self._organizer_of(self.own_seller), order=self)

    def _organizer_of(self, seller: Agent) -> Agent | None:
        """The organizer or provider of an item that is the same organization as the seller."""
        if not seller.iri:
            return None
        organizers = (item.session.organizer for item in self.own_items if item.session)
        return next((o for o in organizers if o and o.iri == seller.iri), None)


def bind_order(order: Order, owner: Owner) -> None:
    """Tell an order, its items and its receipts whose they are."""
    order.owner = owner
    identifier = order.identifier
    for index, item in enumerate(order.own_items):
        item.owner, item.order_identifier, item.index = owner, identifier, index
    for receipt in order.own_receipts:
        receipt.owner, receipt.order_identifier = owner, identifier


def bind_upcoming_item(item: OrderItem, owner: Owner) -> None:
    """Tell an item of the upcoming list whose it is and which order it belongs to."""
    item.owner, item.order_identifier = owner, item.named_order or ""


def _created(receipt: Receipt) -> float:
    moment = parse_date_time(receipt.date_created)
    return moment.timestamp() if moment else 0.0


class Seller(Struct, frozen=True):
    """An organization as seller: what the order says of it, completed from what its sessions say.

    imin's orders name a seller by id and terms alone; name, logo and telephone
    stand on the organizer. Source: imin docs, Order History.
    """

    own: Agent
    other: Agent | None
    order: Order

    def _first(self, attribute: str) -> Any:
        value = getattr(self.own, attribute)
        if self.other is None or (value is not None and value not in ((), "")):
            return value
        return getattr(self.other, attribute)

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.order.owner
        return owner.seller_id(self.own.iri, self.order.identifier)

    @property
    def identifier(self) -> str | None:
        """The seller's own IRI."""
        return self.own.iri or self.own.identifier

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        return self._first(attribute)
