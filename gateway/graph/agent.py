"""People and organizations."""

import strawberry

from gateway.graph.enums import Gender, TaxMode
from gateway.graph.scalars import URL, Date
from gateway.graph.session.image import Image
from gateway.graph.session.place import Address


@strawberry.type(description="A document the customer agreed to.")
class Terms:
    """Runtime object: documents.Terms."""

    type: str | None = strawberry.field(description="PrivacyPolicy or TermsOfUse.")
    identifier: str | None = strawberry.field(description="The seller's identifier of the document, if any.")
    name: str | None = strawberry.field(description="Name to show.")
    url: URL | None = strawberry.field(description="Where the document is.")
    requires_explicit_consent: bool | None = strawberry.field(description="Whether a box had to be ticked.")


@strawberry.type(description="A person: an attendee, a leader, an emergency contact.")
class Person:
    """Runtime object: documents.Agent."""

    type: str | None = strawberry.field(description="Person, or Organization where one stands for it.")
    identifier: str | None = strawberry.field(description="Identifier imin gives the person, if any.")
    iri: str | None = strawberry.field(description="IRI imin or the booking system names them by.")
    name: str | None = strawberry.field(description="Full name.")
    given_name: str | None = strawberry.field(description="First name.")
    family_name: str | None = strawberry.field(description="Last name.")
    email: str | None = strawberry.field(description="E-mail address.")
    telephone: str | None = strawberry.field(description="Telephone number.")
    birth_date: Date | None = strawberry.field(description="Date of birth.")
    gender: Gender | None = strawberry.field(description="Gender.")
    address: Address | None = strawberry.field(description="Postal address.")
    job_title: str | None = strawberry.field(description="What they do.")
    description: str | None = strawberry.field(description="About the person.")
    url: URL | None = strawberry.field(description="The person's page.")
    image: Image | None = strawberry.field(description="Picture.")
    logo: Image | None = strawberry.field(description="Logo.")
    same_as: list[str] = strawberry.field(description="The person elsewhere on the web.")


@strawberry.type(description="An organization: an organizer, a provider, a broker.")
class Organization:
    """Runtime object: documents.Agent."""

    identifier: str | None = strawberry.field(
        description="The booking system's identifier of the organization; where there is none, its IRI."
    )
    iri: str | None = strawberry.field(description="IRI imin or the booking system names it by.")
    type: str | None = strawberry.field(description="Organization, or Person where one person is behind it.")
    name: str | None = strawberry.field(description="Name to show.")
    given_name: str | None = strawberry.field(description="First name, of a person.")
    family_name: str | None = strawberry.field(description="Last name, of a person.")
    legal_name: str | None = strawberry.field(description="Name in law.")
    description: str | None = strawberry.field(description="About the organization.")
    url: URL | None = strawberry.field(description="Its site.")
    logo: Image | None = strawberry.field(description="Its logo.")
    image: Image | None = strawberry.field(description="Picture.")
    telephone: str | None = strawberry.field(description="Number to call.")
    email: str | None = strawberry.field(description="Address to write to.")
    address: Address | None = strawberry.field(description="Postal address.")
    vat_id: str | None = strawberry.field(name="vatID", description="VAT number.")
    tax_mode: TaxMode | None = strawberry.field(description="Whether its prices contain the tax.")
    is_open_booking_allowed: bool | None = strawberry.field(description="Whether it takes open bookings.")
    same_as: list[str] = strawberry.field(description="The same organization elsewhere on the web.")
    terms_of_service: list[Terms] = strawberry.field(description="Its terms.")


@strawberry.type(
    description="The customer as they were when the order was made; the account may have changed since."
)
class OrderCustomer:
    """Runtime object: documents.Agent."""

    type: str | None = strawberry.field(description="Person or Organization.")
    identifier: str | None = strawberry.field(
        description="Identifier imin gives the customer on the order, if any."
    )
    iri: str | None = strawberry.field(description="IRI imin or the booking system names them by.")
    name: str | None = strawberry.field(description="Full name.")
    given_name: str | None = strawberry.field(description="First name.")
    family_name: str | None = strawberry.field(description="Last name.")
    legal_name: str | None = strawberry.field(description="Name in law, of an organization.")
    email: str | None = strawberry.field(description="E-mail address.")
    telephone: str | None = strawberry.field(description="Telephone number.")
    birth_date: Date | None = strawberry.field(description="Date of birth.")
    gender: Gender | None = strawberry.field(description="Gender, where it was told.")
    address: Address | None = strawberry.field(description="Postal address.")
    description: str | None = strawberry.field(description="About the customer, of an organization.")
    url: URL | None = strawberry.field(description="The customer's page, of an organization.")
    logo: Image | None = strawberry.field(description="Logo, of an organization.")
    vat_id: str | None = strawberry.field(name="vatID", description="VAT number, of an organization.")


@strawberry.type(description="The system that holds the booking.")
class BookingService:
    """Runtime object: documents.BookingService."""

    identifier: str | None = strawberry.field(description="Identifier of the system, its IRI as a rule.")
    iri: str | None = strawberry.field(description="IRI imin or the booking system names it by.")
    name: str | None = strawberry.field(description="Name to show.")
    url: URL | None = strawberry.field(description="The system's site.")
    software_version: str | None = strawberry.field(description="Version of the system.")
    terms_of_service: list[Terms] = strawberry.field(description="Its terms.")
