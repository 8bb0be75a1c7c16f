"""Passes, codes and links that let an attendee in."""

import strawberry

from gateway.graph.scalars import URL


@strawberry.type(
    description="A pass that lets the attendee in: a barcode, or an image or PDF of one. An app should show "
    "all passes of an item."
)
class AccessPass:
    """Runtime object: documents.AccessPass."""

    type: str | None = strawberry.field(
        description="Kind of pass: Barcode (OpenActive) or ImageObject (schema.org)."
    )
    identifier: str | None = strawberry.field(
        description="Identifier of the pass in the booking system; its IRI if it has none."
    )
    text: str | None = strawberry.field(description="Content to encode as a barcode.")
    code_type: str | None = strawberry.field(description="Symbology of the barcode, for example code128.")
    url: URL | None = strawberry.field(description="URL of an image or PDF of the pass.")
    name: str | None = strawberry.field(description="Display name.")
    description: str | None = strawberry.field(description="Instructions for using the pass.")


@strawberry.type(description="A code to say or key in at the door.")
class AccessCode:
    """Runtime object: documents.PropertyValue."""

    name: str | None = strawberry.field(description="Display name of the kind of code, for example Pin Code.")
    description: str | None = strawberry.field(
        description="The code itself, as imin's documentation shows it."
    )
    value: str | None = strawberry.field(
        description="The code itself, if the booking system sends it here and not as the `description`."
    )
    property_id: str | None = strawberry.field(
        name="propertyID", description="Identifier of the kind of code."
    )


@strawberry.type(
    description="How to join a virtual session. The booking system may add the link only after the booking."
)
class AccessChannel:
    """Runtime object: documents.AccessChannel."""

    iri: str | None = strawberry.field(description="IRI, a URL that identifies the channel.")
    name: str | None = strawberry.field(description="Name of the service.")
    description: str | None = strawberry.field(description="Instructions for joining.")
    url: URL | None = strawberry.field(description="Link for joining.")
    access_id: str | None = strawberry.field(description="Meeting number.")
    access_code: str | None = strawberry.field(description="Meeting code.")
