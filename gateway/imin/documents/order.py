"""Orders, their receipts and sellers."""

from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from msgspec import Struct, field

from gateway.hints import pure
from gateway.imin.dates import parse_date_time
from gateway.imin.documents.agent import Address, Agent, BookingService, Person, Terms
from gateway.imin.documents.expression_property import ExpressionProperty
from gateway.imin.documents.media import MediaObject
from gateway.imin.documents.order_item import OrderItem
from gateway.imin.documents.thing import IS_ZERO, Image, Owned, Owner, Priced, TaxCharge, is_stated
from gateway.imin.documents.vocabulary import (
    BrokerRole,
    OrderStatus,
    Prepayment,
    ProposalStatus,
    TaxMode,
)
from gateway.imin.jsonld import Bare, Exact, Link, iri_tail, is_same_iri
from gateway.imin.names import name_of
from gateway.imin.routes import is_identifier

T = TypeVar("T")

_CACHE_SIZE = 4_096


class Receipt(Owned, kw_only=True, gc=False, rename="camel"):
    """A proof of payment: a PDF that imin serves only to holders of the API key."""

    bare: ClassVar[Bare] = Bare(text="identifier", number="identifier")
    own_url: Link | None = field(default=None, name="url")
    date_created: Exact | None = None
    order_identifier: str = field(default="", name="gateway:orderIdentifier")

    @property
    def identifier(self) -> str | None:
        """Number by which imin serves the receipt: the end of its URL."""
        return _number(self)

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.owner
        return owner.global_id("Receipt", self.order_identifier, _number(self) or "")

    @property
    def url(self) -> str:
        """Address of the PDF on this gateway, for showing it."""
        owner: Owner = self.owner
        return owner.receipt_url(self.order_identifier, _number(self) or "")

    @property
    def download_url(self) -> str:
        """Address of the PDF on this gateway, for saving it as a file."""
        owner: Owner = self.owner
        return owner.receipt_url(self.order_identifier, _number(self) or "", "download=1&")

    @property
    def url_expires_at(self) -> datetime:
        """When the addresses of the PDF expire."""
        owner: Owner = self.owner
        return owner.links_expire_at()


def _number(receipt: Receipt) -> str | None:
    location = receipt.own_url or receipt.plain_id or receipt.at_id or str(receipt.own_identifier or "")
    # The end of another URL is the number of another receipt in imin, perhaps of another customer.
    if "://" in location and "/receipts/" not in location:
        return None
    return iri_tail(location.partition("?")[0] if "?" in location else location) or None


class Order(Owned, kw_only=True, gc=False, rename="camel"):
    """A booking: what was bought, from which seller, at what price. The payment reference is not decoded.

    stated_name: the identifier or the end of the IRI, once it is bound; "" if there is neither.
    made_up_name: of an order by whose identifier imin cannot be requested, or that has none; otherwise "".
    """

    order_status: Exact | None = None
    order_date: Exact | None = None
    own_receipts: tuple[Receipt, ...] = field(default=(), name="imin:receipt")
    own_seller: Agent | None = field(default=None, name="seller")
    own_items: tuple[OrderItem, ...] = field(default=(), name="orderedItem")
    order_number: str | int | None = None
    broker: Agent | None = None
    customer: Person | None = None
    booking_service: BookingService | None = None
    own_broker_role: Exact | None = field(default=None, name="brokerRole")
    payment_due: Priced | None = field(default=None, name="totalPaymentDue")
    total_payment_tax: tuple[TaxCharge, ...] = ()
    own_confirmation_number: str | int | None = field(default=None, name="confirmationNumber")
    own_proposal_status: Exact | None = field(default=None, name="orderProposalStatus")
    proposal_version: str | None = field(default=None, name="orderProposalVersion")
    order_customer_note: str | None = None
    order_seller_note: str | None = None
    stated_name: str = field(default="", name="gateway:statedName")
    made_up_name: str = field(default="", name="gateway:madeUpName")

    @property
    def identifier(self) -> str:
        """The identifier, or the end of the IRI; a made-up name if there is neither."""
        return self.stated_name or name_of(self.own_identifier, self.iri) or self.made_up_name

    @property
    def unique_name(self) -> str:
        """The identifier if imin can be requested by it, otherwise the made-up name."""
        return self.made_up_name or self.stated_name

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.owner
        return owner.global_id("Order", self.made_up_name or self.stated_name)

    @property
    def items(self) -> tuple[OrderItem, ...]:
        """The booked items."""
        return self.own_items

    @property
    def status(self) -> OrderStatus | None:
        """Status of the order as a whole."""
        return OrderStatus.of(self.order_status)

    @property
    def proposal_status(self) -> ProposalStatus | None:
        """Status of the seller's approval, if one was needed."""
        return ProposalStatus.of(self.own_proposal_status)

    @property
    def broker_role(self) -> BrokerRole | None:
        """Role of the broker towards the customer."""
        return BrokerRole.of(self.own_broker_role)

    @property
    def confirmation_number(self) -> str | int | None:
        """Number to quote. imin's documentation calls it confirmationNumber, its example orderNumber."""
        own = self.own_confirmation_number
        return own if is_stated(own) else self.order_number

    @property
    def total_payment_due(self) -> Priced | None:
        """Price of the items that are not cancelled."""
        return self.payment_due.money if self.payment_due else None

    @property
    def prepayment(self) -> Prepayment | None:
        """Whether the order is paid in advance."""
        return self.payment_due.prepayment if self.payment_due else None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Receipts that have a number and so can be opened, newest first."""
        own = self.own_receipts
        if not own or (len(own) == 1 and is_identifier(_number(own[0]) or "")):  # the usual case
            return own
        receipts = [receipt for receipt in own if is_identifier(_number(receipt) or "")]
        return tuple(sorted(receipts, key=_created, reverse=True))

    @property
    def latest_receipt(self) -> Receipt | None:
        """The newest of the receipts."""
        receipts = self.receipts
        return receipts[0] if receipts else None

    @property
    def seller(self) -> "Seller | None":
        """The seller, completed from the organizer or provider of the items."""
        return Seller(self.own_seller, self) if self.own_seller is not None else None

    def value_from_sessions(self, seller: Agent, attribute: str) -> Any:
        """The attribute of an organizer or provider that is the seller; None if no session states it.

        It is the seller if it has the same IRI. All items and all levels are searched.
        """
        iri = seller.iri
        for item in self.own_items if iri else ():
            level = item.session
            while level is not None:
                agent = level.own_organizer
                if agent is not None and is_same_iri(iri, agent.plain_id or agent.at_id):
                    value = getattr(agent, attribute)
                    if is_stated(value):
                        return value
                agent = level.own_provider
                if agent is not None and is_same_iri(iri, agent.plain_id or agent.at_id):
                    value = getattr(agent, attribute)
                    if is_stated(value):
                        return value
                level = level.super_event or level.facility_use or level.aggregate_facility_use
        return None


def _created(receipt: Receipt) -> float:
    return _seconds(receipt.date_created)


@pure
@lru_cache(_CACHE_SIZE)
def _seconds(text: str | None) -> float:
    moment = parse_date_time(text)
    return moment.timestamp() if moment else 0.0


class SellerAttribute(ExpressionProperty[T]):
    """An attribute of the seller: from the order, otherwise from its sessions."""

    def __init__(self, attribute: str, stated: str = f"{{}} or {IS_ZERO}") -> None:
        super().__init__(
            f"value if {stated.format(f'(value := self.agent.{attribute})')} else "
            f"value if (more := self.order.value_from_sessions(self.agent, {attribute!r})) is None else more",
        )


class SellerText(SellerAttribute[str | None]):
    """As SellerAttribute, of a text: a blank one states nothing."""

    def __init__(self, attribute: str) -> None:
        super().__init__(attribute, "{} and not value.isspace()")


class Seller(Struct, frozen=True):
    """The seller of an order, from the order itself and completed from its sessions.

    imin's orders give only the seller's id and terms; name, logo and telephone are given with
    the organizer. Source: imin docs, Order History.
    """

    agent: Agent
    order: Order

    type = SellerText("type")
    """Organization or Person."""
    name = SellerText("name")
    """Display name."""
    given_name = SellerText("given_name")
    """First name, of a person."""
    family_name = SellerText("family_name")
    """Last name, of a person."""
    legal_name = SellerText("legal_name")
    """Legal name."""
    description = SellerText("description")
    """Description."""
    formatted_description = SellerText("formatted_description")
    """HTML description."""
    url = SellerText("url")
    """Web site."""
    logo = SellerAttribute[Image | None]("logo")
    """Logo."""
    image = SellerAttribute[Image | None]("image")
    """Picture."""
    videos = SellerAttribute[tuple[MediaObject, ...]]("videos")
    """Videos."""
    telephone = SellerText("telephone")
    """Telephone number."""
    email = SellerText("email")
    """E-mail address."""
    address = SellerAttribute[Address | None]("address")
    """Postal address."""
    vat_id = SellerText("vat_id")
    """VAT number."""
    tax_mode = SellerAttribute[TaxMode | None]("tax_mode")
    """Whether the seller's prices contain the tax."""
    is_open_booking_allowed = SellerAttribute[bool | None]("is_open_booking_allowed")
    """Whether the seller takes open bookings."""
    same_as = SellerAttribute[tuple[str, ...]]("same_as")
    """Other web pages of the seller."""
    formal_criteria_met = SellerAttribute[tuple[str, ...]]("formal_criteria_met")
    """Pages that describe the formal criteria that the seller meets."""
    terms_of_service = SellerAttribute[tuple[Terms, ...]]("terms_of_service")
    """The seller's terms."""
    own_identifier = SellerAttribute[str | int | None]("own_identifier")
    """Identifier in the booking system, as imin wrote it."""

    @property
    def id(self) -> str:
        """Global id."""
        owner: Owner = self.order.owner
        return owner.seller_id(self.agent.iri, self.order.unique_name)

    @property
    def identifier(self) -> str | None:
        """IRI of the seller, or its identifier in the booking system."""
        return self.agent.iri or self.local_identifier

    @property
    def local_identifier(self) -> str | None:
        """Identifier in the booking system, besides the IRI."""
        identifier = self.own_identifier
        return None if identifier is None else str(identifier)
