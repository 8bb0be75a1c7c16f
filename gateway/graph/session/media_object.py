"""Videos and recordings."""

import strawberry

from gateway.graph.scalars import URL


@strawberry.type(description="A video, or another recording.")
class MediaObject:
    """Runtime object: documents.MediaObject."""

    type: str | None = strawberry.field(description="Schema.org type, for example VideoObject.")
    name: str | None = strawberry.field(description="Title.")
    description: str | None = strawberry.field(description="Description in plain text.")
    url: URL | None = strawberry.field(
        description="Web page that shows it; without one, the URL of its player or its file."
    )
    embed_url: URL | None = strawberry.field(description="URL of a player, to embed in a page.")
    content_url: URL | None = strawberry.field(description="URL of the file itself.")
    thumbnail_url: URL | None = strawberry.field(description="URL of a picture that stands for it.")
