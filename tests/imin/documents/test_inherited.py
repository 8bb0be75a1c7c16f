"""What a session inherits from the levels above it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEVELS = ["superEvent", "facilityUse", "aggregateFacilityUse"]
GYM = {"type": "Place", "id": "#/imin:locationSummary/1", "name": "Gym"}
POOL = {"type": "Place", "id": "#/imin:locationSummary/2", "name": "Pool"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


def nested(document: Any, *keys: str) -> Any:
    """A session with the document as its parent, or the parent's parent, and so on, under these keys."""
    for key in reversed(keys):
        document = {key: document}
    return document


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("superEvent",),
        ("superEvent", "superEvent"),
        ("facilityUse",),
        ("facilityUse", "facilityUse"),
        ("facilityUse", "aggregateFacilityUse"),
        ("aggregateFacilityUse",),
        ("superEvent", "superEvent", "superEvent"),
    ],
)
async def test_inherited(reader: Reader, keys: tuple[str, ...]) -> None:
    """Name, venue, organizer and the rest are inherited from any level."""
    document = {
        "name": "Yoga",
        "location": {"name": "Gym"},
        "provider" if "facilityUse" in keys else "organizer": {"name": "Acme"},
        "eventStatus": "https://schema.org/EventCancelled",
        "leader": [{"name": "Jo"}],
        "ageRange": {"minValue": 16},
        "meetingPoint": "Reception",
    }

    session = await reader.session(
        nested(document, *keys),
        "{ name venue { name } organizer { name } eventStatus leaders { name } "
        "ageRange { minValue maxValue } meetingPoint }",
    )

    assert session == {
        "name": "Yoga",
        "venue": {"name": "Gym"},
        "organizer": {"name": "Acme"},
        "eventStatus": "EVENT_CANCELLED",
        "leaders": [{"name": "Jo"}],
        "ageRange": {"minValue": 16, "maxValue": None},
        "meetingPoint": "Reception",
    }


async def test_nearest_level(reader: Reader) -> None:
    """The value on the nearest level wins over those above."""
    series = {
        "name": "Series",
        "location": {"name": "Gym"},
        "superEvent": {"name": "Above", "organizer": "x:1"},
    }

    session = await reader.session(
        {"type": "ScheduledSession", "name": "", "superEvent": series},
        "{ name organizer { iri name } ... on ScheduledSession { superEvent { superEvent { name } } } }",
    )

    assert session == {
        "name": "Series",
        "organizer": {"iri": "x:1", "name": None},
        "superEvent": {"superEvent": {"name": "Above"}},
    }


async def test_false_is_a_value(reader: Reader) -> None:
    """A level that states False wins over those above, in compiled code too."""
    session = {"type": "ScheduledSession", "isCoached": False, "superEvent": {"isCoached": True}}

    sessions = [await reader.session(session, "{ isCoached }") for _ in range(12)]

    assert sessions == [{"isCoached": False}] * 12


@pytest.mark.parametrize(
    ("location", "summary", "venue"),
    [
        (None, [GYM], "Gym"),
        (None, [GYM, POOL], None),
        ({"id": POOL["id"]}, [GYM, POOL], "Pool"),
        ({"@id": POOL["id"], "@type": "Place"}, [GYM, POOL], "Pool"),
        (POOL["id"], [GYM, POOL], "Pool"),
        ({"id": POOL["id"]}, [GYM], None),
        ({"id": POOL["id"]}, [], None),
        ({"id": POOL["id"], "name": "Named"}, [GYM, POOL], "Named"),
        ({"name": "Other"}, [GYM, POOL], "Other"),
    ],
)
@pytest.mark.parametrize("levels", [0, 1, 2])
async def test_pointer(
    reader: Reader, location: Any, summary: list[Any], venue: str | None, levels: int
) -> None:
    """A local pointer is resolved to the place it names, on any level; one to a missing place is no venue."""
    above = nested({"imin:locationSummary": summary}, *["superEvent"] * levels)

    session = await reader.session({**above, "location": location}, "{ venue { name } }")

    assert session == {"venue": venue and {"name": venue}}


async def test_dangling_pointer_below_a_place(reader: Reader) -> None:
    """If the nearest pointer leads nowhere, a place above is the venue."""
    session = {"location": {"id": POOL["id"]}, "superEvent": {"location": {"name": "Gym"}}}

    assert await reader.session(session, "{ venue { name } }") == {"venue": {"name": "Gym"}}


COURSE = {
    "type": "Course",
    "name": "Learn to swim",
    "activity": {"prefLabel": "Swimming"},
    "url": "https://c",
}


@pytest.mark.parametrize(
    ("session", "name", "url"),
    [
        ({"type": "CourseInstance", "instanceOfCourse": COURSE}, "Learn to swim", "https://c"),
        ({"name": "Term 1", "instanceOfCourse": COURSE}, "Term 1", "https://c"),
        ({"superEvent": {"instanceOfCourse": COURSE}}, "Learn to swim", "https://c"),
        ({"superEvent": {"name": "Series", "instanceOfCourse": COURSE}}, "Series", "https://c"),
        ({"superEvent": {"name": "Series"}, "instanceOfCourse": COURSE}, "Series", "https://c"),
        (
            {"superEvent": {"superEvent": {"url": "https://e"}}, "instanceOfCourse": COURSE},
            "Learn to swim",
            "https://e",
        ),
        ({"facilityUse": {"name": "Pool"}, "instanceOfCourse": COURSE}, "Pool", "https://c"),
    ],
)
async def test_course(reader: Reader, session: Any, name: str, url: str) -> None:
    """A course is inherited from, after the events that contain the session."""
    answer = await reader.session(session, "{ name url activities { prefLabel } course { name } }")

    assert answer == {
        "name": name,
        "url": url,
        "activities": [{"prefLabel": "Swimming"}],
        "course": {"name": "Learn to swim"},
    }


FILM = "https://films.example.com/1"


@pytest.mark.parametrize(
    ("work", "shown"),
    [
        ({"type": "VideoObject", "url": FILM, "name": "Yoga at home"}, {"url": FILM, "name": "Yoga at home"}),
        ({"url": FILM, "embedUrl": "https://e", "contentUrl": "https://c"}, {"url": FILM, "name": None}),
        ({"embedUrl": FILM, "contentUrl": "https://c"}, {"url": FILM, "name": None}),
        ({"contentUrl": FILM}, {"url": FILM, "name": None}),
        ({"url": " ", "@id": FILM}, {"url": FILM, "name": None}),
        (FILM, {"url": FILM, "name": None}),
        ([{"url": FILM}], {"url": FILM, "name": None}),
        ("Yoga at home", {"url": None, "name": "Yoga at home"}),
    ],
)
@pytest.mark.parametrize("level", ["", "superEvent"])
async def test_film(reader: Reader, work: Any, shown: Any, level: str) -> None:
    """The film of an on-demand event can be watched."""
    document = {"workFeatured": work}

    session = await reader.session(
        {"type": "OnDemandEvent", **({level: document} if level else document)},
        "{ workFeatured { url name } }",
    )

    assert session == {"workFeatured": shown}


async def test_sub_events(reader: Reader) -> None:
    """Sub-events inherit too, and their pointers are resolved."""
    below = {
        "type": "SessionSeries",
        "location": {"id": POOL["id"]},
        "subEvent": {"type": "ScheduledSession"},
    }
    series = {"name": "Swim", "imin:locationSummary": [GYM, POOL], "subEvent": [below]}

    session = await reader.session(
        {"type": "ScheduledSession", "superEvent": series},
        "{ ... on ScheduledSession { superEvent { places { name } subEvents { name venue { name } "
        "subEvents { name venue { name } } } } } }",
    )

    pool = {"name": "Swim", "venue": {"name": "Pool"}}
    assert session["superEvent"] == {
        "places": [{"name": "Gym"}, {"name": "Pool"}],
        "subEvents": [{**pool, "subEvents": [pool]}],
    }


@pytest.mark.parametrize("key", ["facilityUse", "aggregateFacilityUse"])
async def test_part_of_a_facility(reader: Reader, key: str) -> None:
    """A part of a facility refers to the facility by either key; a slot shows both."""
    facility = {
        "type": "FacilityUse",
        "name": "Courts",
        "provider": {"name": "Acme"},
        "facilityType": "Squash",
    }
    part = {"type": "IndividualFacilityUse", "name": "Court 4", key: facility}

    session = await reader.session(
        {"type": "Slot", "facilityUse": part},
        "{ __typename name organizer { name } ... on Slot { facilityTypes { prefLabel } "
        "facilityUse { type name aggregateFacilityUse { type name } } } }",
    )

    assert session == {
        "__typename": "Slot",
        "name": "Court 4",
        "organizer": {"name": "Acme"},
        "facilityTypes": [{"prefLabel": "Squash"}],
        "facilityUse": {
            "type": "IndividualFacilityUse",
            "name": "Court 4",
            "aggregateFacilityUse": {"type": "FacilityUse", "name": "Courts"},
        },
    }


@pytest.mark.parametrize("key", LEVELS)
async def test_parent_as_reference(reader: Reader, key: str) -> None:
    """If a parent is only an IRI, nothing is inherited from it and the rest is shown."""
    session = await reader.session({"name": "Yoga", key: "https://example.com/1"}, "{ name venue { name } }")

    assert session == {"name": "Yoga", "venue": None}


@pytest.mark.parametrize("written", ["https://example.com/1", {"id": "https://example.com/1"}])
async def test_bare_references(reader: Reader, written: Any) -> None:
    """A session, an offer or a customer of which only the IRI is given is shown by its IRI."""
    named = {"iri": "https://example.com/1", "name": None}

    item = await reader.item(
        {"orderedItem": written, "acceptedOffer": written, "attendee": written},
        "{ session { __typename iri name } acceptedOffer { iri name } attendee { iri name } "
        "price { amount } }",
    )
    order = await reader.order(
        {"seller": written, "customer": written}, "{ seller { identifier } customer { iri name } }"
    )

    assert item == {
        "session": {"__typename": "OtherSession", **named},
        "acceptedOffer": named,
        "attendee": named,
        "price": None,
    }
    assert order == {"seller": {"identifier": named["iri"]}, "customer": named}
