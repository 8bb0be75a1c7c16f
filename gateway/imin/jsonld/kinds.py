"""Kinds of values, declared by the types of a document's fields. They cost nothing where a document fits."""

from typing import Annotated, Final, NamedTuple

import msgspec

Int = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""A whole number that fits GraphQL's Int."""

OBJECT_MEMBERS: Final = "object_members"
"""Key of a kind's metadata: members of an object in place of a text; the first that is there counts."""

TEXT_MEMBERS: Final = ("@value", "value", "name", "prefLabel", "en", "@id", "id")

Exact = Annotated[str, msgspec.Meta(extra={OBJECT_MEMBERS: ("@value", "value", "@id", "id", "name")})]
"""A text that stands for something: a term, a date, a duration. Several different ones are none."""

Link = Annotated[str, msgspec.Meta(extra={OBJECT_MEMBERS: ("@value", "url", "contentUrl", "@id", "id")})]
"""A web address."""


class Bare(NamedTuple):
    """Which member of an object is meant by a bare value in its place.

    iri: by an IRI. text: by any other text. number: by a number. None: such a value cannot be read.
    """

    iri: str = "id"
    text: str | None = None
    number: str | None = None


NOTHING_BUT_IRIS: Final = Bare()
