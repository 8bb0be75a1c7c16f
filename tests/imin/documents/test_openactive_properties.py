"""Every property that OpenActive's feeds state is shown by the graph, or there is a reason why not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.openactive.declared import Place, Shown
from tests.examples.openactive.events import OF_ITS_LEVEL
from tests.examples.openactive.places import PLACES
from tests.examples.openactive.shown import SHOWN, coverage, shown
from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT = [(kind, number) for kind, places in PLACES.items() for number in range(len(places))]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


async def result(reader: Reader, place: Place, kind: str, name: str, declared: Shown) -> Any:
    """What the graph shows of an object of a type, in its place, which states only that property."""
    order = place.order({"@type": kind, name: declared.value, **declared.beside})
    return place.found(await reader.order(order, place.query(declared.selection)))


@pytest.mark.parametrize(("kind", "number"), AT)
async def test_shown(reader: Reader, kind: str, number: int) -> None:
    """The value of each property of each type is shown, wherever an object of the type stands."""
    place = PLACES[kind][number]
    declared = {name: one for name, one in shown(kind).items() if name not in place.missing}

    results = {name: await result(reader, place, kind, name, one) for name, one in declared.items()}

    assert results == {name: one.result for name, one in declared.items()}


@pytest.mark.parametrize("levels", [1, 2])
async def test_inherited(reader: Reader, levels: int) -> None:
    """What a level above states of a session is shown of the session, unless it concerns that level alone."""
    declared = {name: one for name, one in shown("SessionSeries").items() if name not in OF_ITS_LEVEL}
    place = PLACES["ScheduledSession"][0]

    results = {}
    for name, one in declared.items():
        above: Any = {name: one.value}
        for _ in range(levels):
            above = {"superEvent": above}
        inherited = replace(one, value=above["superEvent"])
        results[name] = await result(reader, place, "ScheduledSession", "superEvent", inherited)

    assert results == {name: one.result for name, one in declared.items()}


async def test_in_compiled_code(reader: Reader) -> None:
    """An operation that has run often gives every property still."""
    series, place = shown("SessionSeries"), PLACES["SessionSeries"][0]
    order = place.order({name: one.value for name, one in series.items()})
    selection = "{ " + " ".join(one.selection[1:-1] for one in series.values()) + " }"

    results = [await reader.order(order, place.query(selection)) for _ in range(12)]

    assert results == results[:1] * 12


async def test_ends(reader: Reader) -> None:
    """A day without a time that ends something is meant as a whole, in British time."""
    facility = {"endDate": "2030-07-27", "startDate": "2030-01-27"}
    document = {"type": "Slot", "offers": [{"validThrough": "2030-07-20"}], "facilityUse": facility}

    session = await reader.session(
        document, "{ offers { validThrough } ... on Slot { facilityUse { startDate endDate } } }"
    )

    assert session == {
        "offers": [{"validThrough": "2030-07-20T23:59:59+01:00"}],
        "facilityUse": {
            "startDate": "2030-01-27T00:00:00+00:00",
            "endDate": "2030-07-27T23:59:59+01:00",
        },
    }


@pytest.mark.parametrize(
    ("written", "gender", "text"),
    [
        ("https://schema.org/Female", "FEMALE", "Female"),
        ("schema:Male", "MALE", "Male"),
        ("Non-binary", "UNKNOWN", "Non-binary"),
        ("She/they", "UNKNOWN", "She/they"),
        (None, None, None),
    ],
)
async def test_gender(reader: Reader, written: Any, gender: str | None, text: str | None) -> None:
    """A gender in a person's own words is shown as they are."""
    order = {"customer": {"gender": written}, "orderedItem": [{"attendee": {"gender": written}}]}

    shown = await reader.order(
        order, "{ customer { gender genderText } items { attendee { gender genderText } } }"
    )

    expected = {"gender": gender, "genderText": text}
    assert shown == {"customer": expected, "items": [{"attendee": expected}]}


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ({"@type": "beta:IndicativeOffer"}, True),
        ({"@type": "Offer"}, None),
        ({"@type": "Offer", "imin:indicativePrice": False}, False),
        ({"@type": "Offer", "imin:indicativePrice": True}, True),
    ],
)
async def test_indicative_offer(reader: Reader, offer: Any, expected: Any) -> None:
    """The price of an offer of OpenActive's type for indications is marked as one."""
    item = await reader.item({"acceptedOffer": offer}, "{ acceptedOffer { indicativePrice } }")

    assert item == {"acceptedOffer": {"indicativePrice": expected}}


async def test_short_names_of_days(reader: Reader) -> None:
    """The short names of iCalendar are days too."""
    schedule = {"byDay": ["MO", "SU", "schema:Friday", "XX"]}

    session = await reader.session({"eventSchedule": schedule}, "{ eventSchedule { byDay } }")

    assert session == {"eventSchedule": [{"byDay": ["MONDAY", "SUNDAY", "FRIDAY", "UNKNOWN"]}]}


async def test_places() -> None:
    """There is a place for each type of which the graph shows a property."""
    assert {kind for kind in SHOWN if shown(kind)} == PLACES.keys()


async def test_coverage() -> None:
    """The graph shows more than 99 % of what feeds state: of 5.6 million occurrences of properties."""
    is_shown, stated = coverage()

    assert (is_shown, stated) == (5_553_186, 5_562_912)
    assert is_shown / stated > 0.99
