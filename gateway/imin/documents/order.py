"""Orders, their receipts and sellers."""

from functools import lru_cache
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from gateway.hints import pure
from gateway.imin.dates import parse_date_time
from gateway.imin.documents.agent import Address, Agent, BookingService, Terms
from gateway.imin.documents.order_item import OrderItem
from gateway.imin.documents.thing import Image, Owned, Owner, Priced, TaxCharge
from gateway.imin.documents.vocabulary import (
    BrokerRole,
    OrderStatus,
    Prepayment,
    ProposalStatus,
    TaxMode,
)
from gateway.imin.jsonld import iri_tail

T = TypeVar("T")

_MOST_REMEMBERED = 4_096
_EMPTY: tuple[Any, ...] = ((), "")


class Receipt(Owned, kw_only=True, gc=False, rename="camel"):
    """A proof of payment: a PDF that imin serves to holders of the API key only."""

    own_url: str | None = field(default=None, name="url")
    date_created: str | None = None
    order_identifier: str = field(default="", name="gateway:orderIdentifier")

    @property
    def identifier(self) -> str | None:
        """Imin's number of the receipt, by which it can be fetched: the end of its URL."""
        return _number(self)

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.owner
        return owner.global_id("Receipt", self.order_identifier, _number(self) or "")

    @property
    def url(self) -> str:
        """This gateway's address of the PDF."""
        owner: Owner = self.owner
        return owner.receipt_url(self.order_identifier, _number(self) or "")


def _number(receipt: Receipt) -> str | None:
    location = receipt.own_url or receipt.plain_id or receipt.at_id or str(receipt.own_identifier or "")
    return iri_tail(location.partition("?")[0] if "?" in location else location) or None


class Order(Owned, kw_only=True, gc=False, rename="camel"):
    """A booking: what was bought, from whom, for how much. The payment provider's reference is not read."""

    order_number: str | int | None = None
    own_confirmation_number: str | int | None = field(default=None, name="confirmationNumber")
    order_date: str | None = None
    order_status: str | None = None
    own_proposal_status: str | None = field(default=None, name="orderProposalStatus")
    proposal_version: str | None = field(default=None, name="orderProposalVersion")
    own_items: tuple[OrderItem, ...] = field(default=(), name="orderedItem")
    own_seller: Agent | None = field(default=None, name="seller")
    own_receipts: tuple[Receipt, ...] = field(default=(), name="imin:receipt")
    broker: Agent | None = None
    own_broker_role: str | None = field(default=None, name="brokerRole")
    customer: Agent | None = None
    booking_service: BookingService | None = None
    payment_due: Priced | None = field(default=None, name="totalPaymentDue")
    total_payment_tax: tuple[TaxCharge, ...] = ()

    @property
    def identifier(self) -> str:
        """Imin's identifier: own, or the end of the IRI; "" where the document cannot be an order's."""
        return str(self.own_identifier) if self.own_identifier is not None else _tail_of(self.iri)

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
    def proposal_status(self) -> ProposalStatus | None:
        """Where the seller's approval stands, where one was needed."""
        return ProposalStatus.of(self.own_proposal_status)

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
        own = self.own_receipts
        if not own or (len(own) == 1 and _number(own[0])):  # as a rule
            return own
        receipts = [receipt for receipt in own if _number(receipt)]
        return tuple(sorted(receipts, key=_created, reverse=True))

    @property
    def seller(self) -> "Seller | None":
        """Who sold it, completed from the organizer or provider of the items."""
        return Seller(self.own_seller, self) if self.own_seller is not None else None

    def told_of(self, seller: Agent, attribute: str) -> Any:
        """What an organizer or provider, at any level of any item, that is the same as the seller says.

        None where none says anything.
        """
        iri = seller.iri
        for item in self.own_items if iri else ():
            level = item.session
            while level is not None:
                like = level.own_organizer
                if like is not None and (like.plain_id or like.at_id) == iri:
                    value = getattr(like, attribute)
                    if value is not None and value not in _EMPTY:
                        return value
                like = level.own_provider
                if like is not None and (like.plain_id or like.at_id) == iri:
                    value = getattr(like, attribute)
                    if value is not None and value not in _EMPTY:
                        return value
                level = level.super_event or level.facility_use or level.aggregate_facility_use
        return None


def bind_order(order: Order, owner: Owner) -> None:
    """Tell an order, its items and its receipts whose they are."""
    order.owner = owner
    identifier = order.identifier
    for index, item in enumerate(order.own_items):
        item.owner, item.order_identifier, item.index = owner, identifier, index
    for receipt in order.own_receipts:
        receipt.owner, receipt.order_identifier = owner, identifier


def _created(receipt: Receipt) -> float:
    return _seconds(receipt.date_created)


@pure
@lru_cache(_MOST_REMEMBERED)
def _seconds(text: str | None) -> float:
    moment = parse_date_time(text)
    return moment.timestamp() if moment else 0.0


def _tail_of(iri: str | None) -> str:
    return iri_tail(iri) if iri else ""


class Completed(Generic[T]):
    """What the order says of its seller, or where it says nothing, what an organizer like it says."""

    def __init__(self, attribute: str) -> None:
        self.attribute = attribute
        self.expression = (
            f"stated if (stated := self.agent.{attribute}) or (stated is not None and stated not in _EMPTY) "
            f"else stated if (told := self.order.told_of(self.agent, {attribute!r})) is None else told"
        )

    def __get__(self, seller: "Seller", _owner: type["Seller"] | None = None) -> T:
        stated: T = getattr(seller.agent, self.attribute)
        if stated is not None and stated not in _EMPTY:
            return stated
        told: T | None = seller.order.told_of(seller.agent, self.attribute)
        return stated if told is None else told


class Seller(Struct, frozen=True):
    """An organization as seller: what the order says of it, completed from what its sessions say.

    imin's orders name a seller by id and terms alone; name, logo and telephone
    stand on the organizer. Source: imin docs, Order History.
    """

    agent: Agent
    order: Order

    type = Completed[str | None]("type")
    """Organization or Person."""
    name = Completed[str | None]("name")
    """Name to show."""
    given_name = Completed[str | None]("given_name")
    """First name, of a person."""
    family_name = Completed[str | None]("family_name")
    """Last name, of a person."""
    legal_name = Completed[str | None]("legal_name")
    """Name in law."""
    description = Completed[str | None]("description")
    """About the seller."""
    url = Completed[str | None]("url")
    """The seller's site."""
    logo = Completed[Image | None]("logo")
    """The seller's logo."""
    image = Completed[Image | None]("image")
    """Picture."""
    telephone = Completed[str | None]("telephone")
    """Number to call."""
    email = Completed[str | None]("email")
    """Address to write to."""
    address = Completed[Address | None]("address")
    """Postal address."""
    vat_id = Completed[str | None]("vat_id")
    """VAT number."""
    tax_mode = Completed[TaxMode | None]("tax_mode")
    """Whether the seller's prices contain the tax."""
    is_open_booking_allowed = Completed[bool | None]("is_open_booking_allowed")
    """Whether the seller takes open bookings."""
    same_as = Completed[tuple[str, ...]]("same_as")
    """The seller elsewhere on the web."""
    terms_of_service = Completed[tuple[Terms, ...]]("terms_of_service")
    """The seller's terms."""
    own_identifier = Completed[str | int | None]("own_identifier")
    """The booking system's identifier, as imin wrote it."""

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.order.owner
        return owner.seller_id(self.agent.iri, self.order.identifier)

    @property
    def identifier(self) -> str | None:
        """The seller's own IRI."""
        return self.agent.iri or self.local_identifier

    @property
    def local_identifier(self) -> str | None:
        """The booking system's identifier beside the IRI."""
        stated = self.own_identifier
        return None if stated is None else str(stated)
