"""Orders by imin's number: found wherever they stand in the customer's own history, however odd its dates."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.histories import CUSTOMER, day, order_document, put_history, sorted_dates
from tests.support.subscriptions import socket_of

ORDER = "query ($i: ID!) { order(identifier: $i) { identifier } }"
LAST = "{ viewer { orders(last: 1) { nodes { id identifier } } } }"
CANCEL = """mutation ($input: CancelOrderItemsInput!) {
  cancelOrderItems(input: $input) { result { __typename ... on Error { code message } } } }"""


@asynccontextmanager
async def gateway_of(
    settings: Settings, gateway: Gateway, customer: str = CUSTOMER
) -> AsyncIterator[Gateway]:
    """A gateway whose caller is that customer."""

    async def caller(_request: object) -> Caller:
        return Caller(customer)

    async with gateway_listening(settings, caller) as url:
        yield Gateway(url, gateway.http)


def shuffled(dates: list[Any]) -> list[Any]:
    return Random(7).sample(dates, len(dates))  # noqa: S311  # repeatable, no secret


ODD_DATES: dict[str, Callable[[], list[Any]]] = {
    "sixty of one date": lambda: [day(7)] * 60,
    "45 without dates": lambda: [None] * 45,
    "one of 200 without a date": lambda: [*sorted_dates(200)[:120], None, *sorted_dates(79)],
    "dates that are none": lambda: ["yesterday", "", "2030-02-30T10:00:00Z", 7, True] * 6,
    "oldest first": lambda: sorted_dates(60)[::-1],
    "in no order": lambda: shuffled(sorted_dates(60)),
    "an unsorted stretch": lambda: [*sorted_dates(150)[:60], *shuffled(sorted_dates(90))],
    "one date in two spellings": lambda: ["2030-01-01T10:00:00Z", "2030-01-01T11:00:00+01:00"] * 20,
}
"""orderDates of a history, newest order first. Pages of ten."""


@pytest.mark.parametrize("name", ODD_DATES)
async def test_odd_dates(settings: Settings, gateway: Gateway, sandbox: Sandbox, name: str) -> None:
    """Each order is found, with at most a request for it and for each page, and a few for the bisection."""
    identifiers = put_history(sandbox, ODD_DATES[name]())
    pages = -(-len(identifiers) // 10)
    missing, requests = [], []

    async with gateway_of(settings, gateway) as own:
        for identifier in identifiers:
            sandbox.request_log.clear()
            if await own.answer(ORDER, i=identifier) != {"data": {"order": {"identifier": identifier}}}:
                missing.append(identifier)
            requests.append(len(sandbox.request_log.entries))

    assert missing == []
    assert max(requests) <= 1 + pages


async def test_booked_while_read(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """An order is found although a booking arrives with each page that is read."""
    identifiers = put_history(sandbox, sorted_dates(45))
    sandbox.style.books_while_read = True

    async with gateway_of(settings, gateway) as own:
        found = [await own.data(ORDER, i=identifier) for identifier in identifiers]

    assert found == [{"order": {"identifier": identifier}} for identifier in identifiers]


async def test_history_too_long(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """An order that 200 pages do not show is not called missing, whatever asks for it; by its id it works."""
    oldest = put_history(sandbox, [None] * 2_010)[-1]
    error = {
        "message": "The order was not found in the searched part of a long history. Use its global id, "
        "from a list.",
        "extensions": {"code": "SEARCH_INCOMPLETE"},
    }
    sandbox.request_log.clear()

    async with gateway_of(settings, gateway) as own:
        by_number = await own.answer(ORDER, i=oldest)
        pages = sandbox.request_log.count("GET /orders")
        cancelled = await own.answer(CANCEL, input={"orderId": oldest, "orderItemIds": [f"{oldest}-item"]})
        async with socket_of(own) as socket:
            await socket.connect()
            await socket.subscribe(oldest)
            watched = (await socket.receive())["payload"]
        (listed,) = (await own.data(LAST))["viewer"]["orders"]["nodes"]
        by_id = await own.data(CANCEL, input={"orderId": listed["id"], "orderItemIds": [f"{oldest}-item"]})

    shown = {"locations": [{"line": 1, "column": 19}], "path": ["order"]}
    assert by_number == {"data": {"order": None}, "errors": [error | shown]}
    assert pages == 200
    assert cancelled["data"]["cancelOrderItems"]["result"] == {
        "__typename": "CancellationUnavailableError",
        "code": "SEARCH_INCOMPLETE",
        "message": "This booking was not found among your bookings, but not all of them were searched. The "
        "cancellation was not sent. Please choose the booking from your list of bookings.",
    }
    assert watched == [error]
    assert by_id["cancelOrderItems"]["result"]["__typename"] == "CancellationNotPermittedError"  # by imin
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


@pytest.mark.parametrize("email", ["ann@example.com", None])
@pytest.mark.parametrize("date", [day(698), "1999-01-01T10:00:00Z", "2050-01-01T10:00:00Z", None])
async def test_misplaced(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, date: str | None, email: str | None
) -> None:
    """An order far from where its date belongs is found in a long history, within its number of pages."""
    identifiers = put_history(sandbox, sorted_dates(510), email=email)
    sandbox.put_order(CUSTOMER, order_document(identifiers[400], date, email))
    sandbox.request_log.clear()

    async with gateway_of(settings, gateway) as own:
        found = await own.answer(ORDER, i=identifiers[400])

    assert found == {"data": {"order": {"identifier": identifiers[400]}}}
    assert sandbox.request_log.count("GET /orders") <= 51


@pytest.mark.parametrize("is_cached", [False, True])
async def test_proof_is_remembered(
    settings: Settings,
    gateway: Gateway,
    sandbox: Sandbox,
    is_cached: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """An order that was proven to be the customer's is not looked for again."""
    identifier = put_history(sandbox, sorted_dates(45))[30]
    counts = []

    async with gateway_of(settings.but(cache_enabled=is_cached), gateway) as own:
        for _ in range(3):
            sandbox.request_log.clear()
            assert await own.data(ORDER, i=identifier) == {"order": {"identifier": identifier}}
            counts.append(dict(sandbox.request_log.counts()))

    assert counts[0] == {"GET /orders/:id": 1, "GET /orders": 3}
    assert counts[1] == {"GET /orders/:id": 1}
    assert counts[2] == ({} if is_cached else counts[1])


async def test_seller_while_booked(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A seller is found by its id although a booking arrives with each page that is read."""
    identifiers = put_history(sandbox, sorted_dates(95))
    query = "query ($i: ID!) { order(identifier: $i) { seller { id } } }"
    for identifier in identifiers:
        seller = {"type": "Organization", "id": f"https://sellers.example/{identifier}"}
        sandbox.put_order(CUSTOMER, order_document(identifier, day(1)) | {"seller": seller})

    async with gateway_of(settings, gateway) as own:
        sellers = [(await own.data(query, i=one))["order"]["seller"]["id"] for one in identifiers]
        sandbox.style.books_while_read = True
        node = "query ($i: ID!) { node(id: $i) { ... on Seller { identifier } } }"
        found = [(await own.data(node, i=seller))["node"] for seller in sellers[::12]]

    assert found == [{"identifier": f"https://sellers.example/{one}"} for one in identifiers[::12]]
