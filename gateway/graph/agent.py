"""People and organizations."""

import strawberry

from gateway.graph.enums import Gender, TaxMode
from gateway.graph.scalars import URL, Date, DateTime
from gateway.graph.session.image import Image
from gateway.graph.session.media_object import MediaObject
from gateway.graph.session.place import Address


@strawberry.type(description="A privacy policy or terms of use that the customer agrees to when booking.")
class Terms:
    """Runtime object: documents.Terms."""

    type: str | None = strawberry.field(description="Kind of document: PrivacyPolicy or TermsOfUse.")
    identifier: str | None = strawberry.field(
        description="Identifier that the seller gives the document; its IRI if it has none."
    )
    name: str | None = strawberry.field(description="Display name.")
    url: URL | None = strawberry.field(description="URL of the document.")
    requires_explicit_consent: bool | None = strawberry.field(
        description="Whether the customer has to agree explicitly, for example by ticking a box."
    )
    date_modified: DateTime | None = strawberry.field(description="When the document was last changed.")


@strawberry.type(description="Whom to contact, and how.")
class ContactPoint:
    """Runtime object: documents.ContactPoint."""

    name: str | None = strawberry.field(description="Name of the person or department.")
    contact_type: str | None = strawberry.field(description="What to contact them about.")
    email: str | None = strawberry.field(description="E-mail address.")
    telephone: str | None = strawberry.field(description="Telephone number.")
    url: URL | None = strawberry.field(description="Web page for contacting them.")


@strawberry.type(description="A person, for example an attendee, a leader or an emergency contact.")
class Person:
    """Runtime object: documents.Person."""

    type: str | None = strawberry.field(
        description="Schema.org type: Person, or Organization if one takes the person's place."
    )
    identifier: str | None = strawberry.field(
        description="Identifier that imin gives the person; their IRI if they have none."
    )
    iri: str | None = strawberry.field(
        description="IRI, a URL that identifies the person in imin or the booking system."
    )
    name: str | None = strawberry.field(
        description="Full name; given and family name if imin has only those."
    )
    given_name: str | None = strawberry.field(description="Given name.")
    family_name: str | None = strawberry.field(description="Family name.")
    email: str | None = strawberry.field(description="E-mail address.")
    telephone: str | None = strawberry.field(description="Telephone number.")
    birth_date: Date | None = strawberry.field(description="Date of birth.")
    gender: Gender | None = strawberry.field(description="Gender, if stated.")
    gender_text: str | None = strawberry.field(
        description="Gender as imin writes it, without its namespace; OpenActive allows any text."
    )
    address: Address | None = strawberry.field(description="Postal address.")
    job_title: str | None = strawberry.field(description="Job title.")
    description: str | None = strawberry.field(description="Description of the person.")
    url: URL | None = strawberry.field(description="Web page of the person.")
    image: Image | None = strawberry.field(description="Picture of the person.")
    logo: Image | None = strawberry.field(description="Logo.")
    same_as: list[str] = strawberry.field(description="URLs of the person's profiles elsewhere on the web.")
    formatted_description: str | None = strawberry.field(description="Description of the person in HTML.")
    formal_criteria_met: list[str] = strawberry.field(
        description="URLs that describe the formal criteria that the person meets."
    )
    emergency_contact: "Person | None" = strawberry.field(description="Person to contact in an emergency.")


@strawberry.type(description="An organization, for example an organizer, a provider or a broker.")
class Organization:
    """Runtime object: documents.Agent."""

    identifier: str | None = strawberry.field(
        description="Identifier of the organization in the booking system; its IRI if it has none."
    )
    iri: str | None = strawberry.field(
        description="IRI, a URL that identifies the organization in imin or the booking system."
    )
    type: str | None = strawberry.field(
        description="Schema.org type: Organization, or Person if it is a single person."
    )
    name: str | None = strawberry.field(description="Display name.")
    given_name: str | None = strawberry.field(description="Given name, if it is a person.")
    family_name: str | None = strawberry.field(description="Family name, if it is a person.")
    legal_name: str | None = strawberry.field(description="Registered legal name.")
    description: str | None = strawberry.field(description="Description of the organization.")
    url: URL | None = strawberry.field(description="Website of the organization.")
    logo: Image | None = strawberry.field(description="Logo of the organization.")
    image: Image | None = strawberry.field(description="Picture of the organization.")
    telephone: str | None = strawberry.field(description="Telephone number.")
    email: str | None = strawberry.field(description="E-mail address.")
    address: Address | None = strawberry.field(description="Postal address.")
    vat_id: str | None = strawberry.field(name="vatID", description="VAT registration number.")
    tax_mode: TaxMode | None = strawberry.field(description="Whether its prices include tax.")
    is_open_booking_allowed: bool | None = strawberry.field(
        description="Whether it accepts bookings through OpenActive's Open Booking API."
    )
    same_as: list[str] = strawberry.field(
        description="URLs of the organization's profiles elsewhere on the web."
    )
    terms_of_service: list[Terms] = strawberry.field(description="Terms and policies of the organization.")
    formatted_description: str | None = strawberry.field(
        description="Description of the organization in HTML."
    )
    videos: list[MediaObject] = strawberry.field(description="Videos about the organization.")
    formal_criteria_met: list[str] = strawberry.field(
        description="URLs that describe the formal criteria that the organization meets."
    )


@strawberry.type(
    description="The customer's details when the order was made. The account may have changed since."
)
class OrderCustomer:
    """Runtime object: documents.Person."""

    type: str | None = strawberry.field(description="Schema.org type: Person or Organization.")
    identifier: str | None = strawberry.field(
        description="Identifier that imin gives the customer on the order; their IRI if there is none."
    )
    iri: str | None = strawberry.field(
        description="IRI, a URL that identifies the customer in imin or the booking system."
    )
    name: str | None = strawberry.field(
        description="Full name; given and family name if imin has only those."
    )
    given_name: str | None = strawberry.field(description="Given name.")
    family_name: str | None = strawberry.field(description="Family name.")
    legal_name: str | None = strawberry.field(
        description="Registered legal name, if the customer is an organization."
    )
    email: str | None = strawberry.field(description="E-mail address.")
    telephone: str | None = strawberry.field(description="Telephone number.")
    birth_date: Date | None = strawberry.field(description="Date of birth.")
    gender: Gender | None = strawberry.field(description="Gender, if stated.")
    gender_text: str | None = strawberry.field(
        description="Gender as imin writes it, without its namespace; OpenActive allows any text."
    )
    address: Address | None = strawberry.field(description="Postal address.")
    description: str | None = strawberry.field(description="Description, if the customer is an organization.")
    url: URL | None = strawberry.field(description="Website, if the customer is an organization.")
    logo: Image | None = strawberry.field(description="Logo, if the customer is an organization.")
    vat_id: str | None = strawberry.field(
        name="vatID", description="VAT registration number, if the customer is an organization."
    )


@strawberry.type(description="The booking system that manages a booking.")
class BookingService:
    """Runtime object: documents.BookingService."""

    identifier: str | None = strawberry.field(description="Identifier of the system, usually its IRI.")
    iri: str | None = strawberry.field(description="IRI, a URL that identifies the system.")
    name: str | None = strawberry.field(description="Display name.")
    url: URL | None = strawberry.field(description="Website of the system.")
    software_version: str | None = strawberry.field(description="Version of the system's software.")
    terms_of_service: list[Terms] = strawberry.field(description="Terms and policies of the system.")
