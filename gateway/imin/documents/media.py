"""Videos and recordings."""

from typing import ClassVar

from msgspec import field

from gateway.imin.documents.thing import Image, Thing, filled
from gateway.imin.jsonld import Bare, Link


class MediaObject(Thing, kw_only=True, gc=False, rename="camel"):
    """A video or a recording: a page that shows it, a player, or the file itself."""

    bare: ClassVar[Bare] = Bare(iri="url", text="name")
    name: str | None = None
    description: str | None = None
    own_url: Link | None = field(default=None, name="url")
    embed_url: Link | None = None
    content_url: Link | None = None
    thumbnails: tuple[Image, ...] = field(default=(), name="thumbnail")

    @property
    def thumbnail_url(self) -> str | None:
        """Address of the first picture that stands for it."""
        return self.thumbnails[0].url if self.thumbnails else None

    @property
    def url(self) -> str | None:
        """Address at which it can be watched: its page, or without one its player, or its file."""
        return filled(self.own_url) or filled(self.embed_url) or filled(self.content_url) or self.iri

    @property
    def is_media(self) -> bool:
        """Whether it has an address or a name."""
        return bool(self.url or self.name)
