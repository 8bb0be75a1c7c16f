"""A blank text, an empty object and an empty list state nothing, so that they hide nothing either."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")

ABOVE = ["superEvent", "facilityUse", "aggregateFacilityUse", "instanceOfCourse"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


TEXTS = {
    "name": "name",
    "description": "description",
    "beta:formattedDescription": "formattedDescription",
    "url": "url",
    "attendeeInstructions": "attendeeInstructions",
    "meetingPoint": "meetingPoint",
    "accessibilityInformation": "accessibilityInformation",
}


@pytest.mark.parametrize("member", TEXTS)
@pytest.mark.parametrize("blank", ["  ", "", "\n", "\u00a0", None, []])
@pytest.mark.parametrize("above", ABOVE)
async def test_blank_text(reader: Reader, member: str, blank: Any, above: str) -> None:
    """A blank text does not hide that of the level above."""
    session = {member: blank, above: {member: "Stated"}}

    assert await reader.session(session, f"{{ {TEXTS[member]} }}") == {TEXTS[member]: "Stated"}


@pytest.mark.parametrize("member", TEXTS)
async def test_blank_on_every_level(reader: Reader, member: str) -> None:
    """A text that is blank on every level is null."""
    session = {member: " ", "superEvent": {member: "", "superEvent": {member: "\t"}}}

    assert await reader.session(session, f"{{ {TEXTS[member]} }}") == {TEXTS[member]: None}


OBJECTS = {
    "location": ("venue { name }", {"name": "Gym"}),
    "beta:affiliatedLocation": ("affiliatedLocation { name }", {"name": "Gym"}),
    "beta:virtualLocation": ("virtualLocation { name }", {"name": "Zoom"}),
    "organizer": ("organizer { name }", {"name": "Acme"}),
    "provider": ("organizer { name }", {"name": "Acme"}),
    "ageRange": ("ageRange { minValue }", {"minValue": 0}),
}
LISTS = {
    "leader": ("leaders { name }", {"name": "Jo"}),
    "image": ("images { url }", {"url": "https://example.com/a.png"}),
    "activity": ("activities { prefLabel }", {"prefLabel": "Swim"}),
    "category": ("categories { prefLabel }", {"prefLabel": "Swim"}),
    "level": ("skillLevels { prefLabel }", {"prefLabel": "Beginner"}),
    "beta:sportsActivityLocation": ("sportsActivityLocations { prefLabel }", {"prefLabel": "Pool"}),
    "accessibilitySupport": ("accessibilitySupport { prefLabel }", {"prefLabel": "Hearing loop"}),
}


@pytest.mark.parametrize("member", OBJECTS)
@pytest.mark.parametrize("empty", [{}, {"type": "Thing"}, {"name": None}, "", [], [{}]])
@pytest.mark.parametrize("above", ABOVE)
async def test_empty_object(reader: Reader, member: str, empty: Any, above: str) -> None:
    """An object that states nothing does not hide that of the level above."""
    field, stated = OBJECTS[member]

    session = await reader.session({member: empty, above: {member: stated}}, f"{{ {field} }}")

    assert list(session.values()) == [stated]


@pytest.mark.parametrize("member", LISTS)
@pytest.mark.parametrize("empty", [[], [{}], {}, [{"type": "Thing"}], [""], "", [None]])
@pytest.mark.parametrize("above", ABOVE)
async def test_empty_list(reader: Reader, member: str, empty: Any, above: str) -> None:
    """A list of nothing does not hide that of the level above."""
    field, stated = LISTS[member]

    session = await reader.session({member: empty, above: {member: [stated]}}, f"{{ {field} }}")

    assert list(session.values()) == [[stated]]


@pytest.mark.parametrize("location", [{}, {"type": "Place"}, {"name": " "}, ""])
async def test_empty_place_and_summary(reader: Reader, location: Any) -> None:
    """An empty place does not hide the only place of the series either."""
    session = {"location": location, "superEvent": {"imin:locationSummary": [{"name": "Gym"}]}}

    assert await reader.session(session, "{ venue { name } }") == {"venue": {"name": "Gym"}}


@pytest.mark.parametrize(
    "location",
    [
        {"id": "https://example.com/gym"},
        {"identifier": 7},
        {"address": "4 Mill Lane"},
        {"geo": {"latitude": 51.5, "longitude": -0.1}},
    ],
)
async def test_nameless_place(reader: Reader, location: Any) -> None:
    """A place without a name that says where it is wins over one above."""
    session = {"location": location, "superEvent": {"location": {"name": "Other"}}}

    assert await reader.session(session, "{ venue { name } }") == {"venue": {"name": None}}


async def test_nothing_but_an_empty_place(reader: Reader) -> None:
    """What is empty but for details is shown if no level states more."""
    session = {"location": {"telephone": "1"}, "superEvent": {"location": {}}}

    assert await reader.session(session, "{ venue { telephone } }") == {"venue": {"telephone": "1"}}


@pytest.mark.parametrize("channel", [{}, {"type": "VirtualLocation"}, "", [{}], {"name": ""}])
async def test_empty_channel(reader: Reader, channel: Any) -> None:
    """An empty access channel of an item does not hide that of its session."""
    zoom = {"url": "https://z.example/3"}

    item = await reader.item(
        {"accessChannel": channel, "orderedItem": {"beta:virtualLocation": zoom}},
        "{ accessChannel { url } accessChannels { url } }",
    )

    assert item == {"accessChannel": zoom, "accessChannels": [zoom]}


async def test_provider_and_empty_organizer(reader: Reader) -> None:
    """An empty organizer does not hide a provider."""
    session = {"organizer": {}, "facilityUse": {"provider": {"name": "Acme"}}}

    assert await reader.session(session, "{ organizer { name } }") == {"organizer": {"name": "Acme"}}


@pytest.mark.parametrize("blank", ["", "  "])
async def test_blank_alternatives(reader: Reader, blank: str) -> None:
    """A blank text does not keep another one from being shown that stands for the same."""
    iri = "https://example.com/1"
    organizer = {"id": iri, "name": "Acme", "telephone": "1", "url": iri}
    order = {
        "confirmationNumber": blank,
        "orderNumber": "29",
        "seller": {
            "id": iri,
            "name": blank,
            "telephone": blank,
            "termsOfService": [{"id": iri, "url": blank}],
        },
        "customer": {"name": blank, "givenName": "Jo", "familyName": "Smith"},
        "orderedItem": [
            {
                "accessPass": [{"text": blank, "value": "X1", "url": blank, "contentUrl": iri}],
                "orderedItem": {
                    "identifier": blank,
                    "id": iri,
                    "organizer": organizer,
                    "endDate": blank,
                    "startDate": "2030-01-16T10:00:00Z",
                    "duration": "PT1H",
                    "eventStatus": blank,
                    "activity": [{"prefLabel": blank, "name": "Swim"}],
                    "image": [{"url": blank, "contentUrl": iri}],
                    "location": {
                        "name": "Gym",
                        "address": {"imin:fullAddress": blank, "postalCode": "N4 3FL"},
                    },
                },
            }
        ],
    }

    shown = await reader.order(
        order,
        "{ confirmationNumber seller { name telephone termsOfService { url } } customer { name }"
        " items { accessPasses { text url } session { identifier endDate eventStatus"
        " activities { prefLabel } images { url } venue { formattedAddress } } } }",
    )

    assert shown == {
        "confirmationNumber": "29",
        "seller": {"name": "Acme", "telephone": "1", "termsOfService": [{"url": iri}]},
        "customer": {"name": "Jo Smith"},
        "items": [
            {
                "accessPasses": [{"text": "X1", "url": iri}],
                "session": {
                    "identifier": iri,
                    "endDate": "2030-01-16T11:00:00+00:00",
                    "eventStatus": "EVENT_SCHEDULED",
                    "activities": [{"prefLabel": "Swim"}],
                    "images": [{"url": iri}],
                    "venue": {"formattedAddress": "N4 3FL"},
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("session", "is_known"),
    [
        ({"name": "Yoga"}, True),
        ({"type": "ScheduledSession", "id": "x:1", "name": "Yoga"}, True),
        ({"id": "x:1", "startDate": "2030-01-16T10:00:00Z"}, True),
        ({"id": "x:1", "endDate": "2030-01-16T10:00:00Z"}, True),
        ({"id": "x:1", "superEvent": {"name": "Yoga"}}, True),
        ({"type": "Slot", "identifier": "1", "facilityUse": {"name": "Court"}}, True),
        ({"id": "x:1", "instanceOfCourse": {"name": "Yoga"}}, True),
        ({"type": "ScheduledSession"}, True),
        ("x:1", False),
        ({"type": "ScheduledSession", "id": "x:1"}, False),
        ({"type": "Slot", "identifier": "1"}, False),
    ],
)
async def test_defaults(reader: Reader, session: Any, *, is_known: bool) -> None:
    """A session is in person and takes place as planned if nothing else is stated, start or not.

    Of a mere reference nothing is claimed.
    """
    answer = await reader.session(session, "{ attendanceMode eventStatus }")

    known = {"attendanceMode": "OFFLINE_EVENT_ATTENDANCE_MODE", "eventStatus": "EVENT_SCHEDULED"}
    assert answer == (known if is_known else dict.fromkeys(known))


async def test_defaults_above(reader: Reader) -> None:
    """The same of the series, which has no start."""
    series = {"type": "SessionSeries", "name": "Yoga"}

    session = await reader.session(
        {"type": "ScheduledSession", "superEvent": series},
        "{ ... on ScheduledSession { superEvent { attendanceMode eventStatus } } }",
    )

    assert session == {
        "superEvent": {"attendanceMode": "OFFLINE_EVENT_ATTENDANCE_MODE", "eventStatus": "EVENT_SCHEDULED"}
    }
