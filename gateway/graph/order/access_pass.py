"""What lets an attendee in."""

import strawberry

from gateway.graph.scalars import URL


@strawberry.type(description="A barcode, or an image or PDF of one. All of an item's passes are to be shown.")
class AccessPass:
    """Runtime object: documents.AccessPass."""

    type: str | None = strawberry.field(description="Barcode or ImageObject.")
    identifier: str | None = strawberry.field(description="The booking system's identifier of the pass.")
    text: str | None = strawberry.field(description="What the barcode says.")
    code_type: str | None = strawberry.field(description="Symbology of the barcode, such as code128.")
    url: URL | None = strawberry.field(description="Picture of the pass.")
    name: str | None = strawberry.field(description="Name to show.")
    description: str | None = strawberry.field(description="How to use the pass.")


@strawberry.type(description="A code to say or key in at the door.")
class AccessCode:
    """Runtime object: documents.PropertyValue."""

    name: str | None = strawberry.field(description="What the code is, such as Pin Code.")
    description: str | None = strawberry.field(description="The code.")
    value: str | None = strawberry.field(description="The code, where the booking system states it so.")
    property_id: str | None = strawberry.field(name="propertyID", description="Kind of code.")


@strawberry.type(description="How to join a virtual session. The link may arrive after the booking.")
class AccessChannel:
    """Runtime object: documents.AccessChannel."""

    name: str | None = strawberry.field(description="Name of the service.")
    description: str | None = strawberry.field(description="How to join.")
    url: URL | None = strawberry.field(description="Link to join with.")
    access_id: str | None = strawberry.field(description="Number of the meeting.")
    access_code: str | None = strawberry.field(description="Code of the meeting.")
