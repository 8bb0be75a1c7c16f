"""Sessions and slots by their identifiers in open data. Source: imin docs, Search API.

The data is public, so it belongs to no customer and all callers share it. Search has only the next 14 days.
Assumptions, since the documentation states neither: what Search does not have is 404, and the number of
places left may be 10 seconds old.
"""

from typing import Any
from urllib.parse import quote

from msgspec import Struct

from gateway.imin import jsonld
from gateway.imin.documents import Event, Owner, bind_opportunity
from gateway.imin.documents.thing import is_stated
from gateway.imin.documents.vocabulary import OpportunityType
from gateway.imin.endpoints.declaration import Endpoint, PublicName
from gateway.imin.errors import Unreadable

_FRESH_SECONDS = 10


class Opportunity(Struct, frozen=True, gc=False):
    """A session or slot as Search has it. unreadable: paths of what could not be read in it."""

    type: OpportunityType
    identifier: str
    session: Event
    unreadable: tuple[str, ...]

    @property
    def name(self) -> str:
        """By which global ids lead to it: see `parse_name`."""
        return f"{self.type.value} {self.identifier}"


def parse_name(text: str) -> tuple[OpportunityType, str] | None:
    """Type and identifier from an opportunity's name; None if it is no such name."""
    stated, _, identifier = text.partition(" ")
    kind = next((kind for kind in OpportunityType if kind.value == stated), None)
    return None if kind is None else (kind, identifier)


def _is_echo(session: Event, identifier: str) -> bool:
    """Whether Search returned what was requested: it may name it by its IRI alone, which ends with it."""
    stated = session.own_identifier
    if not is_stated(stated) or str(stated) == identifier:
        return True
    return (session.iri or "").endswith((f"/{identifier}", f"/{quote(identifier, safe='')}"))


def _bind(opportunity: Opportunity | None, owner: Owner) -> None:
    if opportunity is not None:
        bind_opportunity(opportunity.session, owner, opportunity.name)


def _endpoint(kind: OpportunityType, name: str, path: str) -> Endpoint[PublicName, Opportunity | None]:
    def read(json: bytes, key: PublicName, _selection: Any) -> Opportunity:
        session, unreadable = jsonld.read(Event, json)
        is_described = session.start_date or session.parent or session.own_name
        if not is_described or not _is_echo(session, key[1]):
            raise Unreadable(f"GET {path} returned another opportunity")
        if not is_stated(session.own_identifier):
            session.own_identifier = key[1]
        return Opportunity(kind, key[1], session, unreadable)

    return Endpoint(
        name=name,
        path=f"{path}/{{opportunity}}",
        read=read,
        absent=lambda _key: None,
        bind=_bind,
        is_cacheable=lambda opportunity: opportunity is not None and not opportunity.unreadable,
        fresh_seconds=_FRESH_SECONDS,
        api="search",
    )


SCHEDULED_SESSION = _endpoint(
    OpportunityType.SCHEDULED_SESSION, "scheduled-session", "/events-api/v2/scheduled-sessions"
)
SLOT = _endpoint(OpportunityType.SLOT, "slot", "/facilities-api/v2/slots")

BY_TYPE = {OpportunityType.SCHEDULED_SESSION: SCHEDULED_SESSION, OpportunityType.SLOT: SLOT}
"""The endpoint of each type of opportunity."""
