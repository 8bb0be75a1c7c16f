"""Programmes: brands under which organizers run their sessions."""

from typing import ClassVar

from msgspec import field

from gateway.imin.documents.media import MediaObject
from gateway.imin.documents.thing import Identified, Image, filled
from gateway.imin.jsonld import Bare, Link


class Brand(Identified, kw_only=True, gc=False, rename="camel"):
    """A programme that sessions follow, for example This Girl Can."""

    bare: ClassVar[Bare] = Bare(text="name")
    name: str | None = None
    description: str | None = None
    formatted_description: str | None = field(default=None, name="beta:formattedDescription")
    url: Link | None = None
    logo: Image | None = None
    videos: tuple[MediaObject, ...] = field(default=(), name="beta:video")

    @property
    def is_named(self) -> bool:
        """Whether it says which programme it is."""
        return bool(filled(self.name) or self.iri)
