"""Images."""

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
