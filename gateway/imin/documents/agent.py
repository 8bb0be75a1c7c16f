"""People and organizations, and what belongs to them: addresses, terms, passes."""

import re
from typing import Any, ClassVar

from msgspec import field

from gateway.imin.documents.media import MediaObject
from gateway.imin.documents.pass_vocabulary import AccessPassType, BarcodeSymbology
from gateway.imin.documents.thing import OWNER, Identified, Image, PropertyValue, Thing, filled
from gateway.imin.documents.vocabulary import Gender, TaxMode
from gateway.imin.jsonld import Bare, Exact, Link, iri_tail, is_iri

# Assumption: a front end for British leisure shows no country in a British address.
HOME_COUNTRY = "GB"
BRITISH_COUNTRIES = frozenset(
    {"GB", "GBR", "UK", "UNITED KINGDOM", "GREAT BRITAIN", "ENGLAND", "SCOTLAND", "WALES", "NORTHERN IRELAND"}
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")


class Address(Thing, kw_only=True, gc=False, rename="camel"):
    """A postal address. Any part may be missing, or the whole may be one text."""

    bare: ClassVar[Bare] = Bare(text="imin:fullAddress")
    address_locality: str | None = None
    postal_code: str | None = None
    address_region: str | None = None
    address_country: str | None = None
    street_address: str | None = None
    own_full_address: str | None = field(default=None, name="imin:fullAddress")

    @property
    def full_address(self) -> str | None:
        """The whole address as imin wrote it in one text, which may replace the object."""
        bare = self.iri if self.iri and not is_iri(self.iri) else None
        return filled(self.own_full_address) or bare

    @property
    def is_british(self) -> bool:
        """Whether it is in the United Kingdom: by its country, or without one by its postcode."""
        country = filled(self.address_country)
        if country:
            return iri_tail(country).upper() in BRITISH_COUNTRIES
        return _POSTCODE.search((self.postal_code or self.full_address or "").upper()) is not None

    @property
    def one_line(self) -> str | None:
        """The address as one line for a label or a map. imin sends stray spaces and lower-case postcodes."""
        country = self.address_country
        parts = (
            self.street_address,
            self.address_locality,
            self.address_region,
            self.postal_code.upper() if self.postal_code else None,
            country if country and country.strip() != HOME_COUNTRY else None,
        )
        whole = self.full_address
        words = [" ".join(part.split()).strip(" ,") for part in ((whole,) if whole else parts) if part]
        return ", ".join(word for word in words if word) or None


class Terms(Identified, kw_only=True, gc=False, rename="camel"):
    """A document the customer agrees to: a privacy policy or terms of use."""

    bare: ClassVar[Bare] = Bare(text="name")
    name: str | None = None
    own_url: Link | None = field(default=None, name="url")
    requires_explicit_consent: bool | None = None
    date_modified: Exact | None = None

    @property
    def url(self) -> str | None:
        """Address of the terms."""
        return filled(self.own_url) or self.iri


class Agent(Identified, kw_only=True, gc=False, rename="camel"):
    """An organization, or a person who takes its place."""

    bare: ClassVar[Bare] = Bare(text="name")
    own_name: str | None = field(default=None, name="name")
    description: str | None = None
    url: Link | None = None
    address: Address | None = None
    logo: Image | None = None
    telephone: str | None = None
    email: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    terms_of_service: tuple[Terms, ...] = ()
    legal_name: str | None = None
    image: Image | None = None
    own_tax_mode: Exact | None = field(default=None, name="taxMode")
    vat_id: str | None = field(default=None, name="vatID")
    is_open_booking_allowed: bool | None = None
    same_as: tuple[str, ...] = ()
    formatted_description: str | None = field(default=None, name="beta:formattedDescription")
    videos: tuple[MediaObject, ...] = field(default=(), name="beta:video")
    formal_criteria_met: tuple[Link, ...] = field(default=(), name="beta:formalCriteriaMet")

    @property
    def name(self) -> str | None:
        """Full name, composed of given and family name if imin gives only those."""
        own = self.own_name
        if own and not own.isspace():
            return own
        return _full_name(self) if self.given_name or self.family_name else None

    @property
    def is_named(self) -> bool:
        """Whether it says who it is."""
        return bool(self.own_name or self.plain_id or self.at_id or self.given_name or self.family_name)

    @property
    def tax_mode(self) -> TaxMode | None:
        """Whether the organization's prices contain the tax."""
        return TaxMode.of(self.own_tax_mode)


class Person(Agent, kw_only=True, gc=False, rename="camel"):
    """A person, or an organization that takes their place."""

    bare: ClassVar[Bare] = Bare(text="name")
    job_title: str | None = None
    birth_date: Exact | None = None
    own_gender: Exact | None = field(default=None, name="gender")
    is_13_or_over: bool | None = field(default=None, name="imin:is13OrOver")
    emergency_contact: "Person | None" = None

    @property
    def gender(self) -> Gender | None:
        """Gender, if stated."""
        return Gender.of(self.own_gender)

    @property
    def gender_text(self) -> str | None:
        """Gender as imin wrote it, without its namespace. OpenActive allows any text."""
        text = self.own_gender
        return text if not text or self.gender is Gender.UNKNOWN else iri_tail(text)


def _full_name(agent: Agent) -> str:
    return " ".join(filter(None, (agent.given_name, agent.family_name)))


class ContactPoint(Thing, kw_only=True, gc=False, rename="camel"):
    """Whom to contact."""

    bare: ClassVar[Bare] = Bare(iri="url", text="name")
    name: str | None = None
    contact_type: str | None = None
    email: str | None = None
    telephone: str | None = None
    url: Link | None = None

    @property
    def is_contact(self) -> bool:
        """Whether it says whom to contact, or how."""
        return bool(filled(self.name) or filled(self.email) or filled(self.telephone) or filled(self.url))


class BookingService(Identified, kw_only=True, gc=False, rename="camel"):
    """The system that holds the booking."""

    bare: ClassVar[Bare] = Bare(text="name")
    name: str | None = None
    url: Link | None = None
    software_version: str | None = None
    terms_of_service: tuple[Terms, ...] = ()


class AccessPass(Identified, kw_only=True, gc=False, rename="camel"):
    """What the attendee shows at the entrance: a barcode, or an image or PDF of one.

    owner: makes links to pictures of it; set by the binding functions.
    """

    bare: ClassVar[Bare] = Bare(iri="url", text="text", number="text")
    name: str | None = None
    description: str | None = None
    own_text: str | None = field(default=None, name="text")
    own_value: str | None = field(default=None, name="value")
    own_url: Link | None = field(default=None, name="url")
    content_url: Link | None = None
    code_type: str | None = field(default=None, name="beta:codeType")
    owner: Any = field(default=None, name=OWNER)

    @property
    def pass_type(self) -> AccessPassType | None:
        """Kind of pass."""
        return AccessPassType.of(self.type_name)

    @property
    def symbology(self) -> BarcodeSymbology | None:
        """Symbology that the booking system states."""
        return BarcodeSymbology.of(self.code_type)

    @property
    def text(self) -> str | None:
        """Content of the barcode."""
        return filled(self.own_text) or filled(self.own_value)

    @property
    def url(self) -> str | None:
        """Address of an image or PDF; schema.org calls it contentUrl."""
        return filled(self.own_url) or self.content_url


class AccessCode(PropertyValue, kw_only=True, gc=False, rename="camel"):
    """What the attendee says or keys in at the entrance: the description of a named value."""

    bare: ClassVar[Bare] = Bare(iri="description", text="description", number="description")


class AccessChannel(Identified, kw_only=True, gc=False, rename="camel"):
    """Where a virtual session takes place and how to join it. The link may arrive after the booking."""

    bare: ClassVar[Bare] = Bare(iri="url", text="description")
    name: str | None = None
    description: str | None = None
    url: Link | None = None
    access_id: str | None = None
    access_code: str | None = None

    @property
    def is_channel(self) -> bool:
        """Whether it says how to join."""
        return bool(self.url or self.access_id or self.access_code or self.name or self.description)
