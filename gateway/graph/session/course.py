"""Courses, of which course instances are the runs."""

import strawberry

from gateway.graph.scalars import URL


@strawberry.type(
    description="A course, which may be run many times. Its activities and pictures are those of its runs."
)
class Course:
    """Runtime object: documents.Event."""

    identifier: strawberry.ID | None = strawberry.field(
        description="Identifier in the booking system; the IRI if it has none."
    )
    iri: str | None = strawberry.field(
        description="IRI, a URL that identifies it in imin or the booking system."
    )
    name: str | None = strawberry.field(description="Title to display.")
    description: str | None = strawberry.field(description="Description in plain text.")
    formatted_description: str | None = strawberry.field(description="Description in HTML.")
    url: URL | None = strawberry.field(description="Web page for customers.")
