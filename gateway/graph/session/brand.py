"""Programmes."""

import strawberry

from gateway.graph.scalars import URL
from gateway.graph.session.image import Image
from gateway.graph.session.media_object import MediaObject


@strawberry.type(description="A programme that sessions follow, for example This Girl Can.")
class Brand:
    """Runtime object: documents.Brand."""

    identifier: str | None = strawberry.field(
        description="Identifier of the programme in the booking system; its IRI if it has none."
    )
    iri: str | None = strawberry.field(description="IRI, a URL that identifies the programme.")
    name: str | None = strawberry.field(description="Display name.")
    description: str | None = strawberry.field(description="Description in plain text.")
    formatted_description: str | None = strawberry.field(description="Description in HTML.")
    url: URL | None = strawberry.field(description="Web page of the programme.")
    logo: Image | None = strawberry.field(description="Logo of the programme.")
    videos: list[MediaObject] = strawberry.field(description="Videos about the programme.")
