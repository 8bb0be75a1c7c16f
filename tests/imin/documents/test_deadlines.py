"""Until when an item can be cancelled, and what is claimed where that is not known."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONFIRMED = {
    "identifier": "1",
    "orderItemStatus": "https://openactive.io/OrderItemConfirmed",
    "allowCustomerCancellationFullRefund": True,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


def item(start: Any, window: Any, **members: Any) -> Any:
    """A confirmed item with that start and window, refunded if it is cancelled in time."""
    offer = {"latestCancellationBeforeStartDate": window}
    return {**CONFIRMED, "orderedItem": {"startDate": start}, "acceptedOffer": offer, **members}


@pytest.mark.parametrize(
    ("start", "window", "until"),
    [
        ("2030-01-31T10:00:00Z", "P1M", "2029-12-31T10:00:00+00:00"),
        ("2030-03-31T10:00:00+01:00", "P1M", "2030-02-28T10:00:00+00:00"),
        ("2030-03-31T10:00:00", "P1M", "2030-02-28T10:00:00+00:00"),
        ("2030-05-31T10:00:00+01:00", "P3M", "2030-02-28T10:00:00+00:00"),
        ("2032-02-29T10:00:00Z", "P1Y", "2031-02-28T10:00:00+00:00"),
        ("2030-03-16T10:00:00Z", "P1M15DT12H", "2030-01-31T22:00:00+00:00"),
        ("2030-01-16T24:00:00Z", "PT1H", "2030-01-16T23:00:00+00:00"),
        ("2030-01-16t10:00:00z", "PT1.5H", "2030-01-16T08:30:00+00:00"),
        ("2030-01-31T24:00:00Z", None, "2030-02-01T00:00:00+00:00"),
        ("2030-01-16T10:00:00Z", "P1W2D", "2030-01-07T10:00:00+00:00"),
        ("2030-01-16T10:00:00Z", "PT0S", "2030-01-16T10:00:00+00:00"),
    ],
)
async def test_deadline(reader: Reader, start: str, window: str | None, until: str) -> None:
    """Months and years before the start are counted by the calendar; up to then the clock says yes."""
    answer = await reader.item(item(start, window), "{ cancellableUntil isPresentlyCancellable }")

    assert answer == {"cancellableUntil": until, "isPresentlyCancellable": True}


SELECTION = "{ items { cancellableUntil isPresentlyCancellable cancellationBlockedBecause } }"


async def partial_answer(reader: Reader, document: Any) -> tuple[Any, list[Any]]:
    """What is shown of an item in spite of errors, and their fields and messages."""
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [document]})
    answer = await reader.orders(SELECTION)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"UPSTREAM_INVALID"}
    (shown,) = answer["data"]["viewer"]["orders"]["nodes"][0]["items"]
    return shown, [(error["path"][-1], error["message"]) for error in answer["errors"]]


CANNOT_BE_USED = "The booking system sent a value that cannot be used: "


@pytest.mark.parametrize("window", ["-P1D", "-PT1H", "PT", "P", "P1.5M", "a day", "24", "", " "])
@pytest.mark.parametrize(("flag", "cancellable"), [(None, None), (True, True), (False, False)])
async def test_no_window(reader: Reader, window: str, *, flag: bool | None, cancellable: bool | None) -> None:
    """Before a window that is no duration, no deadline is claimed, and only imin can say yes."""
    document = item("2030-01-16T10:00:00Z", window, **{"imin:isPresentlyCancellable": flag})

    shown, errors = await partial_answer(reader, document)

    blocked = "UNKNOWN" if flag is False else None
    assert shown == {
        "cancellableUntil": None,
        "isPresentlyCancellable": cancellable,
        "cancellationBlockedBecause": blocked,
    }
    assert errors == [("cancellableUntil", CANNOT_BE_USED + "latestCancellationBeforeStartDate.")]


async def test_no_window_of_a_past_session(reader: Reader) -> None:
    """After the start the deadline has passed, whatever it was."""
    document = item("2017-01-16T10:00:00Z", "PT", **{"imin:isPresentlyCancellable": True})

    shown, _ = await partial_answer(reader, document)

    assert (shown["isPresentlyCancellable"], shown["cancellationBlockedBecause"]) == (False, "WINDOW_PASSED")


@pytest.mark.parametrize("start", ["tomorrow", "2030-02-30T10:00:00Z", "2030-01-16T24:30:00Z", ""])
@pytest.mark.parametrize("window", ["P1D", None])
async def test_no_start(reader: Reader, start: str, window: str | None) -> None:
    """Of a start that is no date there is no deadline, with an error that names it."""
    shown, errors = await partial_answer(reader, item(start, window))

    assert shown == dict.fromkeys(shown)
    assert errors == [("cancellableUntil", CANNOT_BE_USED + "startDate.")]
