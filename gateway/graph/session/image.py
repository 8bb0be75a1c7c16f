"""Images."""

import strawberry

from gateway.graph.scalars import URL


@strawberry.type(description="An image.")
class Image:
    """Runtime object: documents.Image."""

    url: URL | None = strawberry.field(description="URL of the image.")
    caption: str | None = strawberry.field(description="Caption: what the image shows.")
    width: str | None = strawberry.field(
        description="Width as imin states it: a number of pixels, or text like `300 px`."
    )
    height: str | None = strawberry.field(description="Height, in the same form as `width`.")
    width_pixels: int | None = strawberry.field(
        description="Width in pixels; null if imin does not state a whole number of them."
    )
    height_pixels: int | None = strawberry.field(description="Height in pixels, as `widthPixels`.")
    thumbnails: list["Image"] = strawberry.field(description="Smaller versions of the image.")
