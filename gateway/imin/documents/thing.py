"""What every JSON-LD object has, and the small objects that occur everywhere."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from msgspec import Struct, StructMeta, field
from msgspec.json import Encoder

from gateway.imin.documents.vocabulary import Prepayment
from gateway.imin.jsonld import Int, iri_tail

_as_json = Encoder(decimal_format="number")

# Assumption: imin sells in pounds only, so a price without a currency is in pounds.
DEFAULT_CURRENCY = "GBP"


STANDS_FOR = "stands_for"


class Document(StructMeta):
    """The class of documents' classes: an excerpt, which has a class of its own, counts as one of them."""

    def __instancecheck__(self, instance: object) -> bool:
        return type.__instancecheck__(self, instance) or self in getattr(type(instance), STANDS_FOR, ())


class Thing(Struct, kw_only=True, gc=False, rename="camel", metaclass=Document):
    """A JSON-LD object. imin writes `type` and `id`, OpenActive `@type` and `@id`; some mix them."""

    plain_type: str | None = field(default=None, name="type")
    at_type: str | None = field(default=None, name="@type")
    plain_id: str | None = field(default=None, name="id")
    at_id: str | None = field(default=None, name="@id")

    @property
    def type_name(self) -> str | None:
        """Name of the object's type as imin wrote it."""
        return self.plain_type or self.at_type

    @property
    def type(self) -> str | None:
        """Name of the object's type without its namespace, such as `Barcode`."""
        return iri_tail(name) if (name := self.plain_type or self.at_type) else None

    @property
    def iri(self) -> str | None:
        """Identifying IRI of the object."""
        return self.plain_id or self.at_id


class Identified(Thing, kw_only=True, gc=False, rename="camel"):
    """A thing with an identifier of its own beside its IRI."""

    own_identifier: str | int | None = field(default=None, name="identifier")

    @property
    def identifier(self) -> str | None:
        """The identifier; where there is none, the IRI."""
        return self.iri if self.own_identifier is None else str(self.own_identifier)


class Priced(Identified, kw_only=True, gc=False, rename="camel"):
    """A thing with a price. Serves as its own money: amount and currency."""

    price: Decimal | None = None
    price_currency: str | None = None
    open_booking_prepayment: str | None = None

    @property
    def money(self) -> "Priced | None":
        """The price with its currency; None where there is no price."""
        return None if self.price is None else self

    @property
    def prepayment(self) -> Prepayment | None:
        """Whether payment in advance is asked for."""
        return Prepayment.of(self.open_booking_prepayment)

    @property
    def amount(self) -> Decimal | None:
        """Exact amount as imin wrote it."""
        return self.price

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.price_currency or DEFAULT_CURRENCY


class TaxCharge(Priced, kw_only=True, gc=False, rename="camel"):
    """A tax on an item or an order. rate: 0.2 is 20 %."""

    name: str | None = None
    rate: Decimal | None = None


class Image(Thing, kw_only=True, gc=False, rename="camel"):
    """An image, maybe with smaller versions of it."""

    own_url: str | None = field(default=None, name="url")
    caption: str | None = None
    width: str | int | None = None
    height: str | int | None = None
    thumbnails: tuple["Image", ...] = field(default=(), name="thumbnail")

    @property
    def url(self) -> str | None:
        """Where the image is."""
        return self.own_url or self.iri


class Concept(Identified, kw_only=True, gc=False, rename="camel"):
    """A term of a controlled list, such as an activity."""

    own_label: str | None = field(default=None, name="prefLabel")
    own_name: str | None = field(default=None, name="name")
    in_scheme: str | None = None

    @property
    def pref_label(self) -> str | None:
        """Name of the concept. A bare text in place of a concept is its name."""
        bare = self.iri if self.iri and "://" not in self.iri else None
        return self.own_label or self.own_name or bare


class QuantitativeValue(Thing, kw_only=True, gc=False, rename="camel"):
    """A range of whole numbers; either end may be open."""

    min_value: Int | None = None
    max_value: Int | None = None


class PropertyValue(Thing, kw_only=True, gc=False, rename="camel"):
    """A named value: an access code, or an answer on an intake form."""

    name: str | None = None
    description: str | None = None
    property_id: str | None = field(default=None, name="propertyID")
    raw_value: Any = field(default=None, name="value")

    @property
    def value(self) -> str | None:
        """The value as text: a boolean as `true` or `false`, several values or an object as JSON."""
        if self.raw_value is None or isinstance(self.raw_value, str):
            return self.raw_value
        return _as_json.encode(self.raw_value).decode()


class Owner(Protocol):
    """Whoever a document belongs to, as far as documents need to know."""

    def global_id(self, kind: str, *parts: str) -> str:
        """Opaque id of one of the owner's things."""

    def seller_id(self, iri: str | None, order_identifier: str) -> str:
        """Opaque id of a seller, the same on every order of the owner."""

    def now(self) -> datetime:
        """The present time, by the clock that documents are read by."""

    def receipt_url(self, order_identifier: str, identifier: str) -> str:
        """Where a browser can open a receipt of an order."""


class Owned(Identified, kw_only=True, gc=False, rename="camel"):
    """A document that belongs to a customer.

    owner: hands out global ids; put there by `bind`, whatever imin may have written under that name.
    unreadable: paths of what could not be read in it.
    """

    owner: Any = field(default=None, name="gateway:owner")
    unreadable: tuple[str, ...] = field(default=(), name="gateway:unreadable")
