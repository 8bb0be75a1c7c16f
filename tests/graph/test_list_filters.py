"""Filtered lists over HTTP: whole responses, and the requests to imin for each argument."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.execution.test_cost import costed
from tests.support.histories import order_document, put_history, sorted_dates

ORDERS = """
query ($first: Int, $after: String, $last: Int, $before: String, $from: DateTime, $to: DateTime,
       $statuses: [OrderItemStatus!]) {
  viewer {
    orders(first: $first, after: $after, last: $last, before: $before, from: $from, to: $to,
           itemStatuses: $statuses) {
      nodes { identifier }
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor isComplete scannedUntil }
    }
  }
}
"""
UPCOMING = """
query ($first: Int, $after: String, $statuses: [OrderItemStatus!], $exclude: Boolean) {
  viewer {
    upcomingOrderItems(first: $first, after: $after, statuses: $statuses, excludeCancelled: $exclude) {
      nodes { status session { startDate } }
      totalCount
      pageInfo { hasNextPage endCursor isComplete scannedUntil }
    }
  }
}
"""
CANCELLED = "CUSTOMER_CANCELLED"


@pytest.fixture
async def own(settings: Settings, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose caller is a customer without orders."""

    async def caller(_request: object) -> Caller:
        return Caller("crafted")

    async with gateway_listening(settings, caller) as url:
        yield Gateway(url, gateway.http)


async def orders(gateway: Gateway, **arguments: Any) -> dict[str, Any]:
    connection: dict[str, Any] = (await gateway.data(ORDERS, **arguments))["viewer"]["orders"]
    return connection


def found(connection: dict[str, Any]) -> list[int]:
    return [int(node["identifier"].split("-")[1]) for node in connection["nodes"]]


def put_cancelled(sandbox: Sandbox, number: int, date: str) -> None:
    """Make one order of the history cancelled."""
    document = order_document(f"crafted-{number}", date)
    document["orderedItem"][0]["orderItemStatus"] = "https://openactive.io/CustomerCancelled"
    sandbox.put_order("crafted", document)


def put_mixed(sandbox: Sandbox, count: int, cancelled: set[int]) -> None:
    """A history of orders 0 … count - 1, newest first, of which some are cancelled."""
    dates = sorted_dates(count)
    for number in range(count - 1, -1, -1):
        if number in cancelled:
            put_cancelled(sandbox, number, dates[number])
        else:
            sandbox.put_order("crafted", order_document(f"crafted-{number}", dates[number]))


DATES = sorted_dates(400)


@pytest.mark.parametrize(
    ("arguments", "numbers", "requests"),
    [
        ({"from": DATES[4], "to": DATES[2]}, [2, 3, 4], 1),
        ({"to": DATES[0], "first": 2}, [0, 1], 1),
        ({"from": DATES[1]}, [0, 1], 1),
        ({"from": DATES[399], "last": 2}, [398, 399], 6),
        ({"to": DATES[200], "first": 3}, [200, 201, 202], 6),
        ({"from": DATES[202], "to": DATES[200]}, [200, 201, 202], 6),
        ({"from": DATES[202], "last": 2}, [201, 202], 2),
        ({"to": "1999-01-01T00:00:00Z"}, [], 6),
        ({"from": "2099-01-01T00:00:00+01:00"}, [], 1),
    ],
    ids=["three", "newest", "no end", "oldest", "to", "both", "from the end", "before all", "after all"],
)
async def test_dates(
    own: Gateway, sandbox: Sandbox, arguments: dict[str, Any], numbers: list[int], requests: int
) -> None:
    """Both limits are inclusive and exact; without the total, only the edges that are needed are found."""
    put_history(sandbox, DATES)
    query = ORDERS.replace("      totalCount\n", "")

    answer, cost = await costed(own, query, **arguments)

    connection = answer["data"]["viewer"]["orders"]
    assert found(connection) == numbers
    assert connection["pageInfo"]["isComplete"] is True
    assert cost["made"] == requests <= cost["estimated"]


async def test_total_in_dates(own: Gateway, sandbox: Sandbox) -> None:
    """The total of a range of dates is exact, in a window that shows a part of it."""
    put_history(sandbox, DATES)

    connection = await orders(own, **{"from": DATES[350], "to": DATES[100], "first": 10})

    assert found(connection) == list(range(100, 110))
    assert connection["totalCount"] == 251
    assert connection["pageInfo"]["hasNextPage"] is True
    assert connection["pageInfo"]["hasPreviousPage"] is False
    assert sandbox.request_log.counts()["GET /orders"] <= 2 * 6 + 2


async def test_long_history(gateway: Gateway, sandbox: Sandbox) -> None:
    """In 1,917 orders a range costs at most 2 log₂ pages, and the window."""
    query = "{ viewer { orders(last: 1, first: null) { nodes { orderDate } } } }"
    dates = "{ viewer { a: orders(first: 1) { pageInfo { endCursor } nodes { orderDate } } } }"
    newest = (await gateway.data(dates))["viewer"]["a"]["nodes"][0]["orderDate"]
    oldest = (await gateway.data(query))["viewer"]["orders"]["nodes"][0]["orderDate"]
    sandbox.request_log.clear()

    whole = await orders(gateway, **{"from": oldest, "to": newest, "first": 10})

    assert whole["totalCount"] == 1917
    assert len(whole["nodes"]) == 10
    assert sandbox.request_log.counts()["GET /orders"] <= 15 + 2


@pytest.mark.parametrize("first", [True, False])
async def test_pages_of_dates(own: Gateway, sandbox: Sandbox, first: bool) -> None:  # noqa: FBT001  # which way
    """The windows of a range follow each other, forward and backward, while orders are booked."""
    put_history(sandbox, DATES)
    seen: list[list[int]] = []
    arguments: dict[str, Any] = {"from": DATES[229], "to": DATES[200], "first" if first else "last": 12}

    for _ in range(3):
        connection = await orders(own, **arguments)
        seen.append(found(connection))
        page = connection["pageInfo"]
        arguments["after" if first else "before"] = page["endCursor" if first else "startCursor"]
        sandbox.put_order("crafted", order_document("new-1", "2098-01-01T00:00:00Z"))

    forward = [list(range(200, 212)), list(range(212, 224)), list(range(224, 230))]
    backward = [list(range(218, 230)), list(range(206, 218)), list(range(200, 206))]
    assert seen == (forward if first else backward)
    assert page["hasNextPage" if first else "hasPreviousPage"] is False
    assert page["hasPreviousPage" if first else "hasNextPage"] is True


async def test_odd_dates(own: Gateway, sandbox: Sandbox) -> None:
    """Orders with equal dates are all there; those without a date are not, wherever they stand."""
    dates: list[Any] = [DATES[0], *[DATES[1]] * 25, None, *[DATES[2]] * 13, None, DATES[3], None]
    put_history(sandbox, dates)

    ranges = [(DATES[1], DATES[1]), (DATES[2], DATES[1]), (DATES[3], DATES[2]), (DATES[3], DATES[0])]
    connections = [await orders(own, **{"from": start, "to": to, "first": 60}) for start, to in ranges]

    assert [found(connection) for connection in connections] == [
        [n for n, date in enumerate(dates) if date and start <= date <= to] for start, to in ranges
    ]
    assert [one["totalCount"] for one in connections] == [25, 38, 14, 40]


async def test_statuses_of_orders(own: Gateway, sandbox: Sandbox) -> None:
    """Orders with such an item are looked for as far as needed, and the rest from the cursor on."""
    put_mixed(sandbox, 400, {3, 150, 310})
    costs, seen = [], []
    after = None

    for _ in range(2):
        answer, cost = await costed(own, ORDERS, first=2, after=after, statuses=[CANCELLED])
        connection = answer["data"]["viewer"]["orders"]
        page = connection["pageInfo"]
        seen.append((found(connection), page["isComplete"], page["hasNextPage"], page["scannedUntil"]))
        costs.append(cost["made"])
        assert cost["made"] <= cost["estimated"]
        after = page["endCursor"]

    assert seen == [
        ([3, 150], False, True, DATES[199].replace("Z", "+00:00")),
        ([310], True, False, DATES[399].replace("Z", "+00:00")),
    ]
    assert costs == [20, 20]


async def test_statuses_and_dates(own: Gateway, sandbox: Sandbox) -> None:
    """Both filters apply together, and each order is read at most once."""
    put_mixed(sandbox, 400, {3, 150, 155, 310})

    connection = await orders(own, **{"from": DATES[320], "to": DATES[100], "statuses": [CANCELLED]})

    assert found(connection) == [150, 155]
    assert connection["pageInfo"]["isComplete"] is False
    assert len(sandbox.request_log.entries) <= 20 + 8


@pytest.mark.parametrize(
    ("arguments", "statuses"),
    [
        ({}, {"ORDER_ITEM_CONFIRMED", CANCELLED}),
        ({"exclude": False}, {"ORDER_ITEM_CONFIRMED", CANCELLED}),
        ({"exclude": True}, {"ORDER_ITEM_CONFIRMED"}),
        ({"statuses": [CANCELLED]}, {CANCELLED}),
        ({"statuses": [CANCELLED, "ORDER_ITEM_CONFIRMED"], "exclude": True}, {"ORDER_ITEM_CONFIRMED"}),
    ],
    ids=["all", "not excluded", "excluded", "cancelled", "both"],
)
async def test_upcoming(
    own: Gateway, sandbox: Sandbox, arguments: dict[str, Any], statuses: set[str]
) -> None:
    """Cancelled items stay in the list of upcoming ones; the filters leave them out or show them alone."""
    for number in range(14):
        document = order_document(f"crafted-{number}", DATES[number])
        [item] = document["orderedItem"]
        item["orderedItem"] = {"type": "ScheduledSession", "startDate": f"2030-01-{number + 1:02}T10:00:00Z"}
        if number % 2:
            item["orderItemStatus"] = "https://openactive.io/CustomerCancelled"
        sandbox.put_order("crafted", document)
    sandbox.request_log.clear()

    connection = (await own.data(UPCOMING, first=20, **arguments))["viewer"]["upcomingOrderItems"]

    assert {node["status"] for node in connection["nodes"]} == statuses
    assert connection["totalCount"] == len(connection["nodes"]) == 7 * len(statuses)
    assert connection["pageInfo"]["isComplete"] is True
    assert sandbox.request_log.counts() == {"GET /order-items": 2}


@pytest.mark.parametrize(
    ("query", "arguments", "message"),
    [
        (ORDERS, {"statuses": []}, "itemStatuses must name at least one status."),
        (
            UPCOMING,
            {"statuses": [CANCELLED], "exclude": True},
            "statuses must name at least one status that excludeCancelled does not leave out.",
        ),
        (
            ORDERS,
            {"from": DATES[1], "to": DATES[2]},
            f"from must not be later than to, got {DATES[1]} and {DATES[2]}.",
        ),
    ],
    ids=["no status", "no status left", "no dates"],
)
async def test_refused(
    own: Gateway, sandbox: Sandbox, query: str, arguments: dict[str, Any], message: str
) -> None:
    """A filter that nothing can match is refused, without a request to imin."""
    answer = await own.answer(query, **arguments)

    [error] = answer["errors"]
    assert (error["message"], error["extensions"]) == (message, {"code": "BAD_USER_INPUT"})
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    "text", ["", "2026-01-01", "yesterday", "2026-01-01T10:00:00", "2026-02-30T10:00:00Z"]
)
async def test_bad_dates(own: Gateway, sandbox: Sandbox, text: str) -> None:
    """A date that is not RFC 3339 is refused, as a variable and in the document."""
    literal = f'{{ viewer {{ orders(from: "{text}") {{ totalCount }} }} }}'

    answers = [await own.answer(ORDERS, **{"from": text}), await own.answer(literal)]

    assert [answer["errors"][0]["extensions"]["code"] for answer in answers] == [
        "BAD_USER_INPUT",
        "GRAPHQL_VALIDATION_FAILED",
    ]
    assert all("DateTime must be in the form of RFC 3339" in str(answer) for answer in answers)
    assert sandbox.request_log.entries == []


async def test_cursors_of_filters(own: Gateway, sandbox: Sandbox) -> None:
    """A cursor works with the filter that it came with only, however that is spelled."""
    put_history(sandbox, DATES[:30])
    confirmed = "ORDER_ITEM_CONFIRMED"
    both = await orders(own, first=2, statuses=[confirmed, CANCELLED])
    plain = await orders(own, first=2)
    cursor = both["pageInfo"]["endCursor"]
    sandbox.request_log.clear()

    refused = [
        await own.answer(ORDERS, after=cursor),
        await own.answer(ORDERS, after=cursor, statuses=[confirmed]),
        await own.answer(ORDERS, after=cursor, statuses=[confirmed, CANCELLED], **{"from": DATES[29]}),
        await own.answer(ORDERS, after=plain["pageInfo"]["endCursor"], statuses=[confirmed]),
    ]
    sent = len(sandbox.request_log.entries)
    same = await orders(own, first=2, after=cursor, statuses=[CANCELLED, confirmed, confirmed])

    assert [answer["errors"][0]["extensions"]["code"] for answer in refused] == ["BAD_USER_INPUT"] * 4
    assert sent == 0
    assert found(same) == [2, 3]
