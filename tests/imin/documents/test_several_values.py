"""Several values under a name that should have one: all are kept, or what is left out is reported."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


async def of_item(reader: Reader, document: Any, selection: str) -> tuple[Any, list[str]]:
    """What is shown of an item, and the messages of all errors."""
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [document]})
    answer = await reader.orders(f"{{ items {selection} }}")
    errors = answer.get("errors", [])
    assert all(error["extensions"] == {"code": "UPSTREAM_INVALID"} for error in errors)
    return answer["data"]["viewer"]["orders"]["nodes"][0]["items"][0], [error["message"] for error in errors]


def left_out(*paths: str) -> list[str]:
    """The error that names these paths."""
    return [f"The booking system sent an order that cannot be read completely: {', '.join(paths)}."]


CHANNELS = [{"name": "Zoom", "url": "https://z.example/3"}, {"name": "Phone", "url": "tel:+44"}]


@pytest.mark.parametrize(
    "written", [CHANNELS, [*CHANNELS, None], [CHANNELS[0], CHANNELS[0], CHANNELS[1]], [{}, *CHANNELS]]
)
async def test_access_channels(reader: Reader, written: Any) -> None:
    """All access channels of an item are shown, the first also alone."""
    item, errors = await of_item(
        reader, {"accessChannel": written}, "{ accessChannel { name url } accessChannels { name url } }"
    )

    assert item == {"accessChannel": CHANNELS[0], "accessChannels": CHANNELS}
    assert errors == []


async def test_bare_access_channels(reader: Reader) -> None:
    """So are several links."""
    links = ["https://z.example/3", "https://z.example/4"]

    item, errors = await of_item(reader, {"accessChannel": links}, "{ accessChannels { url } }")

    assert item == {"accessChannels": [{"url": link} for link in links]}
    assert errors == []


COURTS = ["Court 1", "Court 2"]


@pytest.mark.parametrize("courts", [COURTS, [{"name": court} for court in COURTS]])
async def test_courts(reader: Reader, courts: Any) -> None:
    """All parts of a venue are shown."""
    item, errors = await of_item(
        reader,
        {"orderedItem": {"beta:sportsActivityLocation": courts}},
        "{ session { sportsActivityLocations { prefLabel } } }",
    )

    assert item == {"session": {"sportsActivityLocations": [{"prefLabel": court} for court in COURTS]}}
    assert errors == []


@pytest.mark.parametrize(
    ("member", "field"), [("name", "name"), ("meetingPoint", "meetingPoint"), ("description", "description")]
)
@pytest.mark.parametrize("levels", ["", "superEvent", "facilityUse"])
async def test_texts(reader: Reader, member: str, field: str, levels: str) -> None:
    """Of several texts the first is shown, and the others are reported."""
    document = {member: COURTS}

    item, errors = await of_item(
        reader, {"orderedItem": {levels: document} if levels else document}, f"{{ session {{ {field} }} }}"
    )

    level = f".{levels}" if levels else ""
    assert item == {"session": {field: "Court 1"}}
    assert errors == left_out(f"orderedItem[0].orderedItem{level}.{member}[1]")


@pytest.mark.parametrize(
    ("member", "field"),
    [
        ("facilityUse", "... on OtherSession { facilityUse { name } }"),
        ("superEvent", "... on OtherSession { superEvent { name } }"),
        ("organizer", "organizer { name }"),
        ("location", "venue { name }"),
    ],
)
async def test_objects(reader: Reader, member: str, field: str) -> None:
    """Of several objects the first is shown, and the others are reported."""
    document = {"name": "Squash", member: [{"name": court} for court in COURTS]}

    item, errors = await of_item(reader, {"orderedItem": document}, f"{{ session {{ {field} }} }}")

    assert list(item["session"].values()) == [{"name": "Court 1"}]
    assert errors == left_out(f"orderedItem[0].orderedItem.{member}[1]")


async def test_sellers(reader: Reader) -> None:
    """Of several sellers the first is shown, and the others are reported."""
    sellers = [{"id": f"https://{name}.example.com", "name": name} for name in ("acme", "other", "third")]
    reader.upstream.serve_page({"identifier": "1", "seller": sellers})

    answer = await reader.orders("{ seller { name } }")

    assert answer["data"]["viewer"]["orders"]["nodes"] == [{"seller": {"name": "acme"}}]
    assert [error["message"] for error in answer["errors"]] == left_out("seller[1]", "seller[2]")


@pytest.mark.parametrize(
    ("session", "shown"),
    [
        ({"name": ["Yoga", "Yoga"]}, {"name": "Yoga"}),
        ({"name": [None, "Yoga", ""]}, {"name": "Yoga"}),
        ({"maximumAttendeeCapacity": [10, "10", 10.0]}, {"maximumAttendeeCapacity": 10}),
        ({"startDate": ["2030-01-16T10:00:00Z"] * 2}, {"startDate": "2030-01-16T10:00:00Z"}),
        ({"organizer": [{"name": "Acme"}, {}, {"name": "Acme"}]}, {"organizer": {"name": "Acme"}}),
        (
            {
                "identifier": [
                    {"propertyID": "Legend", "value": 7},
                    {"propertyID": "ActivePlaces", "value": "x"},
                ]
            },
            {"identifier": "7"},
        ),
        ({"type": ["ext:Class", "ScheduledSession"]}, {"type": "ScheduledSession"}),
        (
            {"name": [{"@language": "cy", "@value": "Nofio"}, {"@language": "en-GB", "@value": "Swim"}]},
            {"name": "Swim"},
        ),
    ],
)
async def test_one_value(reader: Reader, session: Any, shown: Any) -> None:
    """The same value again, nothing at all, and a translation are no other values."""
    fields = "identifier name type startDate maximumAttendeeCapacity organizer { name }"

    item, errors = await of_item(reader, {"orderedItem": session}, f"{{ session {{ {fields} }} }}")

    assert {name: value for name, value in item["session"].items() if value is not None} == shown
    assert errors == []


@pytest.mark.parametrize(
    ("member", "values", "field"),
    [
        ("startDate", ["2030-01-16T10:00:00Z", "2030-01-17T10:00:00Z"], "startDate"),
        ("duration", ["PT1H", "PT2H"], "duration"),
        ("eventStatus", ["EventScheduled", "EventCancelled"], "eventStatus"),
        ("maximumAttendeeCapacity", [10, 20], "maximumAttendeeCapacity"),
        ("isCoached", [True, False], "isCoached"),
    ],
)
async def test_contradiction(reader: Reader, member: str, values: Any, field: str) -> None:
    """Several numbers, claims, dates or terms are none, since any of them may be wrong."""
    item, errors = await of_item(
        reader, {"orderedItem": {"name": "Yoga", member: values}}, f"{{ session {{ name {field} }} }}"
    )

    assert item["session"]["name"] == "Yoga"
    assert item["session"][field] in {None, "EVENT_SCHEDULED"} - (
        {"EVENT_SCHEDULED"} if field != "eventStatus" else set()
    )
    assert errors == left_out(f"orderedItem[0].orderedItem.{member}")


async def test_prices(reader: Reader) -> None:
    """Of several prices none is shown."""
    offer = {"name": "Adult", "price": [7.1, 8.2]}

    item, errors = await of_item(
        reader, {"acceptedOffer": offer}, "{ price { amount } acceptedOffer { name } }"
    )

    assert item == {"price": None, "acceptedOffer": {"name": "Adult"}}
    assert errors == left_out("orderedItem[0].acceptedOffer.price")
