"""What all JSON-LD objects have in common, and the small objects that occur everywhere."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from msgspec import Struct, StructMeta, field
from msgspec.json import Encoder

from gateway.hints import pure
from gateway.imin.documents.pass_vocabulary import BarcodeSymbology
from gateway.imin.documents.vocabulary import Prepayment
from gateway.imin.jsonld import Bare, Exact, Int, Link, iri_tail

_PIXELS = re.compile(r"(\d{1,9})(?:\.0+)?(?:\s*(?:px|pixels?))?", re.ASCII | re.IGNORECASE)

_as_json = Encoder(decimal_format="number")

# Assumption: imin sells in pounds only, so a price without a currency is in pounds.
DEFAULT_CURRENCY = "GBP"

GATEWAY_PREFIX = "gateway:"
"""JSON names of fields that the gateway sets; imin uses no such names."""

BOOKING = f"{GATEWAY_PREFIX}booking"
"""Of those, the one that partial documents have only if it is read."""

OWNER = f"{GATEWAY_PREFIX}owner"
"""Of those, the owner of a document, whatever imin may have sent under that name."""

PARTIAL_OF = "partial_of"
"""Attribute of a partial class: the class of the whole document, and the bases of that class."""


class DocumentMeta(StructMeta):
    """Metaclass of documents: an instance of a partial class counts as one of the document's class."""

    def __instancecheck__(self, instance: object) -> bool:
        return type.__instancecheck__(self, instance) or self in getattr(type(instance), PARTIAL_OF, ())


IS_ZERO = "(value is not None and value == 0)"
"""For expressions that take the first `value` that is stated: one that is true, or False, or 0.

Null, an empty text and an empty list state nothing. Written out, since calling a function would take longer.
"""


class Thing(Struct, kw_only=True, gc=False, rename="camel", metaclass=DocumentMeta):
    """A JSON-LD object. imin writes `type` and `id`, OpenActive `@type` and `@id`; some do both.

    Fields of subclasses are declared in the order in which imin writes them: msgspec looks for each key from
    the field after the last one on. In another order a page took 5 % longer to decode.
    bare: which member is meant by a text or a number that stands in place of the object.
    """

    bare: ClassVar[Bare] = Bare()
    plain_type: str | None = field(default=None, name="type")
    at_type: str | None = field(default=None, name="@type")
    plain_id: str | None = field(default=None, name="id")
    at_id: str | None = field(default=None, name="@id")

    @property
    def type_name(self) -> str | None:
        """Name of the type as imin wrote it."""
        return self.plain_type or self.at_type

    @property
    def type(self) -> str | None:
        """Name of the type without its namespace, for example `Barcode`."""
        return iri_tail(name) if (name := self.plain_type or self.at_type) else None

    @property
    def iri(self) -> str | None:
        """The IRI that identifies the object."""
        return self.plain_id or self.at_id


def filled(text: str | None) -> str | None:
    """The text, unless it is blank and so states nothing."""
    return text if text and not text.isspace() else None


def is_stated(value: Any) -> bool:
    """Whether a value states something, as False and 0 do, and a blank text or an empty list does not."""
    if isinstance(value, str):
        return bool(value) and not value.isspace()
    return bool(value) or (value is not None and value == 0)


class Envelope(Thing, kw_only=True, gc=False, rename="camel"):
    """What surrounds documents on a page. All its fields are decoded, also around partial documents."""


class Identified(Thing, kw_only=True, gc=False, rename="camel"):
    """A thing that may have an identifier besides its IRI."""

    own_identifier: str | int | None = field(default=None, name="identifier")

    @property
    def identifier(self) -> str | None:
        """The identifier, or the IRI if there is none."""
        own = self.own_identifier
        return self.iri if own is None else (filled(own) or self.iri) if isinstance(own, str) else str(own)


class Priced(Identified, kw_only=True, gc=False, rename="camel"):
    """A thing with a price, and perhaps a name. It is also the amount of money: `amount` and `currency`."""

    bare: ClassVar[Bare] = Bare(text="price", number="price")
    name: str | None = None
    price: Decimal | None = None
    price_currency: Exact | None = None
    open_booking_prepayment: Exact | None = None

    @property
    def money(self) -> "Priced | None":
        """The price with its currency; None if there is no price."""
        return None if self.price is None else self

    @property
    def prepayment(self) -> Prepayment | None:
        """Whether payment in advance is required."""
        return Prepayment.of(self.open_booking_prepayment)

    @property
    def amount(self) -> Decimal | None:
        """Exact amount as imin wrote it."""
        return self.price

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return filled(self.price_currency) or DEFAULT_CURRENCY


class TaxCharge(Priced, kw_only=True, gc=False, rename="camel"):
    """A tax on an item or an order. rate: 0.2 is 20 %."""

    bare: ClassVar[Bare] = Bare(text="name", number="price")
    rate: Decimal | None = None


class Image(Thing, kw_only=True, gc=False, rename="camel"):
    """An image, possibly with smaller versions of it."""

    bare: ClassVar[Bare] = Bare(iri="url", text="caption")
    own_url: Link | None = field(default=None, name="url")
    width: str | int | None = None
    thumbnails: tuple["Image", ...] = field(default=(), name="thumbnail")
    content_url: Link | None = None
    caption: str | None = None
    height: str | int | None = None

    @property
    def url(self) -> str | None:
        """Address of the image; schema.org calls it contentUrl."""
        return filled(self.own_url) or self.content_url or self.iri

    @property
    def width_pixels(self) -> int | None:
        """Width, if it is stated as a whole number of pixels."""
        return _pixels(self.width)

    @property
    def height_pixels(self) -> int | None:
        """Height, if it is stated as a whole number of pixels."""
        return _pixels(self.height)

    @property
    def is_picture(self) -> bool:
        """Whether it has an address."""
        return bool(self.own_url or self.content_url or self.plain_id or self.at_id)


@pure
def _pixels(size: str | int | None) -> int | None:
    found = None if size is None else _PIXELS.fullmatch(str(size).strip())
    return int(found[1]) if found else None


class Concept(Identified, kw_only=True, gc=False, rename="camel"):
    """A term of a controlled list, for example an activity."""

    bare: ClassVar[Bare] = Bare(text="prefLabel")
    own_label: str | None = field(default=None, name="prefLabel")
    own_name: str | None = field(default=None, name="name")
    in_scheme: str | None = None
    notation: str | None = None

    @property
    def pref_label(self) -> str | None:
        """Name of the concept. An id that is no address is a name."""
        bare = self.iri if self.iri and "://" not in self.iri else None
        return filled(self.own_label) or filled(self.own_name) or bare

    @property
    def is_term(self) -> bool:
        """Whether it names a term."""
        return bool(self.own_label or self.plain_id or self.at_id or self.own_name)


class AgeRange(Thing, kw_only=True, gc=False, rename="camel"):
    """A range of whole numbers; either end may be open."""

    min_value: Int | None = None
    max_value: Int | None = None

    @property
    def has_limit(self) -> bool:
        """Whether either end is stated."""
        return self.min_value is not None or self.max_value is not None


class QuantitativeValue(Thing, kw_only=True, gc=False, rename="camel"):
    """An amount, or a range of amounts of which either end may be open, with its unit."""

    bare: ClassVar[Bare] = Bare(text="value", number="value")
    min_value: float | None = None
    max_value: float | None = None
    value: float | None = None
    unit_code: str | None = None
    unit_text: str | None = None

    @property
    def is_amount(self) -> bool:
        """Whether it states an amount."""
        return self.value is not None or self.min_value is not None or self.max_value is not None


class PropertyValue(Thing, kw_only=True, gc=False, rename="camel"):
    """A named value, for example an answer on an intake form."""

    bare: ClassVar[Bare] = Bare(iri="value", text="value", number="value")
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
    """The customer to whom a document belongs, as far as documents need to know."""

    time_zone: str
    """IANA name of the zone of sessions and places of which none is known."""

    checkout_base_url: str | None
    """Base URL of the broker's checkout pages, if links lead to them."""

    map_provider: str
    """Map service that links lead to: a key of map_links.PROVIDERS."""

    default_symbology: BarcodeSymbology
    """Of barcodes for which none is stated."""

    def global_id(self, kind: str, *parts: str) -> str:
        """Opaque id of something that belongs to the owner."""

    def seller_id(self, iri: str | None, order_identifier: str) -> str:
        """Opaque id of a seller, the same on every order of the owner."""

    def is_past(self, moment: datetime) -> bool:
        """Whether a moment has passed, by the gateway's clock."""

    def hold_on(self, order_identifier: str, identifier: str) -> Any:
        """Why an open cancellation keeps an item from being cancelled; None if there is none."""

    def links_expire_at(self) -> datetime:
        """When links that are made now will expire."""

    def receipt_url(self, order_identifier: str, identifier: str, query: str = "") -> str:
        """Address at which a browser can open a receipt of an order."""

    def pass_picture_url(self, text: str, symbology: str, query: str) -> str:
        """Address at which a browser can open a picture of a barcode. query: with `&` at its end."""

    def calendar_url(self, order_identifier: str, identifier: str) -> str:
        """Address of a calendar file with an item of an order."""


class Owned(Identified, kw_only=True, gc=False, rename="camel"):
    """A document that belongs to a customer.

    owner: creates global ids; set by the binding functions, whatever imin may have sent under that name.
    unreadable: paths of what could not be read in it.
    """

    owner: Any = field(default=None, name=OWNER)
    unreadable: tuple[str, ...] = field(default=(), name="gateway:unreadable")
