"""A booked session or slot as something that can be looked up in Search, or booked again in checkout."""

from urllib.parse import quote, unquote

from msgspec import Struct

from gateway.imin.documents.event import Event
from gateway.imin.documents.offer import Offer
from gateway.imin.documents.thing import is_stated
from gateway.imin.documents.vocabulary import OpportunityType
from gateway.imin.routes import is_opportunity

_SEGMENTS = {
    "scheduled-sessions": OpportunityType.SCHEDULED_SESSION,
    "slots": OpportunityType.SLOT,
}
_SLOTS = {"Slot", "FacilityUseSlot", "IndividualFacilityUseSlot"}


class BookAgain(Struct, frozen=True, gc=False):
    """What checkout needs to sell the same again.

    opportunity_id: its identifier. offer_id: IRI of the accepted offer. series_id: of the series or facility
    that it belongs to, where its next occurrences are. checkout_url: page for guests.
    """

    opportunity_id: str
    opportunity_type: OpportunityType
    offer_id: str | None
    series_id: str | None
    checkout_url: str | None


def opportunity_of(session: Event) -> tuple[OpportunityType, str] | None:
    """Type and identifier by which Search may know a booked session; None if it has no such type."""
    return _named(session.type, session.iri, session.own_identifier)


def book_again(session: Event, offer: Offer | None, checkout_base_url: str | None) -> BookAgain | None:
    """What is needed to book a session again; None if checkout sells no such thing, or it cannot be named."""
    series = session.parent
    return _sold_again(
        _named(session.type, session.iri, session.own_identifier),
        None if offer is None else offer.iri or offer.identifier,
        None if series is None else series.identifier,
        checkout_base_url,
    )


def _named(
    type_: str | None, iri: str | None, stated: str | int | None
) -> tuple[OpportunityType, str] | None:
    """imin's IRI of a session is its address in Search, which names it if no identifier is stated."""
    segment, _, last = (iri or "").rpartition("/")
    kind = _SEGMENTS.get(segment.rpartition("/")[2])
    if type_ in _SLOTS:
        kind = OpportunityType.SLOT
    elif type_ == OpportunityType.SCHEDULED_SESSION.value:
        kind = OpportunityType.SCHEDULED_SESSION
    name = str(stated) if is_stated(stated) else unquote(last)
    return (kind, name) if kind is not None and name else None


def _sold_again(
    opportunity: tuple[OpportunityType, str] | None,
    offer: str | None,
    series: str | None,
    checkout_base_url: str | None,
) -> BookAgain | None:
    """Guests have a documented page for a ScheduledSession alone.

    Source: imin docs, Loading the checkout via Firehose.
    """
    if opportunity is None or not is_opportunity(opportunity[1]):
        return None
    kind, name = opportunity
    page = None
    if checkout_base_url and kind is OpportunityType.SCHEDULED_SESSION:
        page = f"{checkout_base_url}/v1/scheduled-sessions/{quote(name, safe='')}"
    return BookAgain(name, kind, offer, series, page)
