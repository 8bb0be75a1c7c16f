"""Pictures and terms of controlled lists."""

import strawberry

from gateway.graph.scalars import URL


@strawberry.type(description="A picture.")
class Image:
    """Runtime object: documents.Image."""

    url: URL | None = strawberry.field(description="Where the picture is.")
    caption: str | None = strawberry.field(description="What it shows.")
    width: str | None = strawberry.field(
        description="Width as imin states it; a number of pixels or such as 300 px."
    )
    height: str | None = strawberry.field(description="Height, like width.")
    thumbnails: list["Image"] = strawberry.field(description="Smaller versions.")


@strawberry.type(description="A term of a controlled list, such as an activity or a kind of facility.")
class Concept:
    """Runtime object: documents.Concept."""

    identifier: str | None = strawberry.field(description="Identifier of the term, its IRI as a rule.")
    iri: str | None = strawberry.field(description="IRI imin or the booking system names it by.")
    type: str | None = strawberry.field(description="Kind of term, without its namespace.")
    pref_label: str | None = strawberry.field(description="Name to show.")
    in_scheme: str | None = strawberry.field(description="IRI of the list the term is from.")
