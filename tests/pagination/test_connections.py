"""Orders and upcoming items as Relay connections: the response, and the requests to imin."""

import asyncio
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.waiting import held

PAGE = """
query ($first: Int, $after: String, $last: Int, $before: String) {
  viewer {
    orders(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes { orderNumber }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""

UPCOMING = """
query ($first: Int, $after: String) {
  viewer {
    upcomingOrderItems(first: $first, after: $after) {
      totalCount
      nodes { id session { startDate } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


def numbers(first: int, last: int) -> list[dict[str, str]]:
    return [{"orderNumber": str(number)} for number in range(first, last - 1, -1)]


def pages_requested(sandbox: Sandbox) -> list[int]:
    return sorted(int(entry.query["page"]) for entry in sandbox.request_log.entries)


async def orders(gateway: Gateway, **arguments: Any) -> dict[str, Any]:
    connection: dict[str, Any] = (await gateway.data(PAGE, **arguments))["viewer"]["orders"]
    return connection


async def test_first_window(gateway: Gateway, sandbox: Sandbox) -> None:
    """The first ten of 1,917 orders cost one page."""
    connection = await orders(gateway, first=10)

    assert connection["totalCount"] == 1917
    assert connection["nodes"] == numbers(1917, 1908)
    assert connection["pageInfo"]["hasNextPage"] is True
    assert connection["pageInfo"]["hasPreviousPage"] is False
    assert sandbox.request_log.counts() == {"GET /orders": 1}
    assert pages_requested(sandbox) == [1]


async def test_hundred_orders(gateway: Gateway, sandbox: Sandbox) -> None:
    """A hundred orders cost ten pages: the first, then nine in parallel."""
    sandbox.faults.add(held("GET /orders"))

    query = asyncio.ensure_future(orders(gateway, first=100))
    await sandbox.request_log.wait_for("GET /orders")
    await gateway.data("{ viewer { identifier } }")  # time enough for another request
    sandbox.faults.clear()
    sandbox.faults.add(held("GET /orders"))
    await sandbox.request_log.wait_for("GET /orders", 10)
    sandbox.faults.clear()
    connection = await query

    assert connection["nodes"] == numbers(1917, 1818)
    assert pages_requested(sandbox) == list(range(1, 11))
    assert sandbox.request_log.entries[0].query["page"] == "1"
    assert sandbox.request_log.peak_in_flight == 9


async def test_next_window(gateway: Gateway, sandbox: Sandbox) -> None:
    """The window after a cursor costs only its own page."""
    end = (await orders(gateway, first=10))["pageInfo"]["endCursor"]
    sandbox.request_log.clear()

    connection = await orders(gateway, first=10, after=end)

    assert connection["nodes"] == numbers(1907, 1898)
    assert connection["pageInfo"]["hasPreviousPage"] is True
    assert pages_requested(sandbox) == [2]


async def test_new_booking_between_windows(gateway: Gateway, sandbox: Sandbox) -> None:
    """After a booking made between two windows, nothing is repeated, for one page more."""
    end = (await orders(gateway, first=10))["pageInfo"]["endCursor"]
    sandbox.add_order("1234")
    sandbox.request_log.clear()

    connection = await orders(gateway, first=10, after=end)

    assert connection["totalCount"] == 1918
    assert connection["nodes"] == numbers(1907, 1898)
    assert pages_requested(sandbox) == [2, 3]


async def test_order_erased_between_windows(gateway: Gateway, sandbox: Sandbox) -> None:
    """An order erased between two windows hides no other."""
    identifiers = "{ viewer { orders(first: 10) { nodes { identifier } pageInfo { endCursor } } } }"
    connection = (await gateway.data(identifiers))["viewer"]["orders"]
    sandbox.remove_order(connection["nodes"][3]["identifier"])
    sandbox.remove_order(connection["nodes"][9]["identifier"])

    after = await orders(gateway, first=3, after=connection["pageInfo"]["endCursor"])

    assert after["totalCount"] == 1915
    assert after["nodes"] == numbers(1907, 1905)


async def test_last_window(gateway: Gateway, sandbox: Sandbox) -> None:
    """The last items cost one page for the total and the pages they are on."""
    connection = await orders(gateway, last=7)

    assert connection["nodes"] == numbers(7, 1)
    assert connection["pageInfo"]["hasNextPage"] is False
    assert connection["pageInfo"]["hasPreviousPage"] is True
    assert pages_requested(sandbox) == [1, 192]

    # A remembered total is not used: the list may have become shorter.
    sandbox.request_log.clear()
    sandbox.faults.add(held("GET /orders"))
    query = asyncio.ensure_future(orders(gateway, last=7))
    await sandbox.request_log.wait_for("GET /orders")
    await gateway.data("{ viewer { identifier } }")  # time enough for another request
    sandbox.faults.clear()
    assert await query == connection
    assert sandbox.request_log.entries[0].query["page"] == "1"
    assert sandbox.request_log.peak_in_flight == 1


async def test_back_again(gateway: Gateway, sandbox: Sandbox) -> None:
    """A window before a cursor gives the items directly before it, for one page."""
    second = await orders(gateway, first=10, after=(await orders(gateway, first=10))["pageInfo"]["endCursor"])
    sandbox.request_log.clear()

    connection = await orders(gateway, last=10, before=second["pageInfo"]["startCursor"])

    assert connection["nodes"] == numbers(1917, 1908)
    assert pages_requested(sandbox) == [1]


async def test_remembered_total(gateway: Gateway, sandbox: Sandbox) -> None:
    """Once a list's total is known, all pages of a window are requested in parallel, and no others."""
    once = await orders(gateway, first=50)
    sandbox.request_log.clear()
    sandbox.faults.add(held("GET /orders"))

    query = asyncio.ensure_future(orders(gateway, first=50))
    await sandbox.request_log.wait_for("GET /orders", 5)
    sandbox.faults.clear()
    again = await query

    assert again == once
    assert pages_requested(sandbox) == [1, 2, 3, 4, 5]
    assert sandbox.request_log.peak_in_flight == 5


async def test_remembered_total_too_high(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A request for a page that the list no longer has does not affect the window, even if it fails."""

    async def customer(_request: object) -> Caller:
        return Caller("empty")

    added = [sandbox.add_order("empty") for _ in range(12)]
    async with gateway_listening(settings, customer, sandbox.clock.now) as url:
        own = Gateway(url, gateway.http)
        before = await orders(own, first=20)
        for order in added[:8]:
            sandbox.remove_order(order["identifier"])
        sandbox.faults.add(Fault("GET /orders", "500", times=None, match="page=2"))
        sandbox.request_log.clear()
        after, again = await orders(own, first=20), await orders(own, first=20)

    gone = [{"orderNumber": order["orderNumber"]} for order in added[:8]]
    assert after["nodes"] == [node for node in before["nodes"] if node not in gone]
    assert after["totalCount"] == before["totalCount"] - 8 == len(after["nodes"])
    assert after["pageInfo"]["hasNextPage"] is False
    assert again == after
    assert pages_requested(sandbox).count(1) == 2


async def test_total_alone(gateway: Gateway, sandbox: Sandbox) -> None:
    """The total alone costs one page, whatever the range."""
    end = (await orders(gateway, first=15))["pageInfo"]["endCursor"]
    for window in ("first: 100", "last: 10", f'first: 10, after: "{end}"', f'last: 10, before: "{end}"'):
        sandbox.request_log.clear()
        data = await gateway.data(f"{{ viewer {{ orders({window}) {{ totalCount }} }} }}")
        assert data == {"viewer": {"orders": {"totalCount": 1917}}}
        assert sandbox.request_log.counts() == {"GET /orders": 1}


FRAGMENTS = {
    "F": " fragment F on OrderConnection { totalCount ...H } fragment H on OrderConnection { totalCount }",
    "G": " fragment G on OrderConnection { pageInfo { endCursor } }",
}


@pytest.mark.parametrize(
    ("selection", "calls"),
    [
        ("...F", 1),
        ("totalCount ... @skip(if: $yes) { nodes { id } } nodes @include(if: $no) { id }", 1),
        ("totalCount ...G @include(if: $no)", 1),
        ("totalCount ...G @skip(if: $no)", 10),
        ("totalCount ... { ... on OrderConnection { ...G } }", 10),
        ("totalCount edges @skip(if: $no) @include(if: $yes) { cursor }", 10),
    ],
)
async def test_total_alone_by_fragments(
    gateway: Gateway, sandbox: Sandbox, selection: str, calls: int
) -> None:
    """Fragments, @skip and @include are respected in finding out whether only the total is selected."""
    given = {name: value for name, value in {"yes": True, "no": False}.items() if f"${name}" in selection}
    declared = ", ".join(f"${name}: Boolean!" for name in given)
    fragments = [text for name, text in FRAGMENTS.items() if f"...{name}" in selection]

    await gateway.data(
        f"query {f'({declared})' if declared else ''} {{ viewer {{ orders(first: 100) {{ {selection} }} }} }}"
        + "".join(fragments),
        **given,
    )

    assert sandbox.request_log.counts() == {"GET /orders": calls}


async def test_empty_history(gateway: Gateway, sandbox: Sandbox) -> None:
    """A customer without orders has an empty list, not an error."""
    data = await gateway.data(
        """{ customer(identifier: "empty") { orders { totalCount nodes { id }
             pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
    )

    page_info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert data["customer"]["orders"] == {"totalCount": 0, "nodes": [], "pageInfo": page_info}
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_same_window_twice(gateway: Gateway, sandbox: Sandbox) -> None:
    """Two aliases of one list share its page."""
    data = await gateway.data(
        """{ viewer { a: orders(first: 2) { nodes { orderNumber } }
                      b: orders(first: 1) { nodes { orderNumber } } } }"""
    )

    assert data["viewer"] == {"a": {"nodes": numbers(1917, 1916)}, "b": {"nodes": numbers(1917, 1917)}}
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_upcoming_while_time_passes(gateway: Gateway, sandbox: Sandbox) -> None:
    """Upcoming items are ascending, and paging continues correctly when sessions end in between."""
    whole = (await gateway.data(UPCOMING, first=100))["viewer"]["upcomingOrderItems"]
    head = (await gateway.data(UPCOMING, first=10))["viewer"]["upcomingOrderItems"]
    sandbox.clock.advance(72 * 3600)
    later = (await gateway.data(UPCOMING, first=100))["viewer"]["upcomingOrderItems"]
    sandbox.request_log.clear()

    rest = (await gateway.data(UPCOMING, first=10, after=head["pageInfo"]["endCursor"]))["viewer"]

    assert whole["totalCount"] == 19
    starts = [node["session"]["startDate"] for node in whole["nodes"]]
    assert starts == sorted(starts)
    assert later["totalCount"] == 17
    assert [n["id"] for n in rest["upcomingOrderItems"]["nodes"]] == [n["id"] for n in whole["nodes"][10:]]
    assert sandbox.request_log.counts() == {"GET /order-items": 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": 0}, "first must be 1 to 100, got 0."),
        ({"first": 101}, "first must be 1 to 100, got 101."),
        ({"last": 101}, "last must be 1 to 100, got 101."),
        ({"first": 2, "last": 3}, "first and last cannot be used together, got first 2 and last 3."),
        ({"after": "nonsense"}, "after must be a cursor that this connection gave out, got 'nonsense'."),
    ],
)
async def test_refused(gateway: Gateway, sandbox: Sandbox, arguments: dict[str, Any], message: str) -> None:
    """Invalid arguments are a coded error of their field, and cause no request."""
    answer = await gateway.answer(PAGE, **arguments)

    assert answer["data"] == {"viewer": {"orders": None}}
    assert [(e["message"], e["path"], e["extensions"]) for e in answer["errors"]] == [
        (message, ["viewer", "orders"], {"code": "BAD_USER_INPUT"})
    ]
    assert sandbox.request_log.entries == []


async def test_failed_page(gateway: Gateway, sandbox: Sandbox) -> None:
    """If one page of a window fails, the field is an error: a gap would look like the end of the list."""
    sandbox.faults.add(Fault("GET /orders", "html_200", times=None, match="page=4"))

    answer = await gateway.answer(PAGE, first=100)

    assert answer["data"] == {"viewer": {"orders": None}}
    assert [(e["path"], e["extensions"]) for e in answer["errors"]] == [
        (["viewer", "orders"], {"code": "UPSTREAM_INVALID"})
    ]


WALK = """
query ($first: Int, $after: String, $last: Int, $before: String) { viewer {
  %s(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } } pageInfo { startCursor endCursor }
  }
} }
"""


@pytest.mark.parametrize("connection", ["orders", "upcomingOrderItems"])
@pytest.mark.parametrize(
    ("size", "cursor", "shown"), [("first", "after", "endCursor"), ("last", "before", "startCursor")]
)
async def test_same_cursors(gateway: Gateway, connection: str, size: str, cursor: str, shown: str) -> None:
    """Walks by 3, 7 and 21 give the same cursors to the same items, in either direction."""
    walks = []
    for count in (3, 7, 21):
        cursors: dict[str, str] = {}
        end = None
        for _ in range(42 // count):
            found = (await gateway.data(WALK % connection, **{size: count, cursor: end}))["viewer"][
                connection
            ]
            cursors |= {edge["node"]["id"]: edge["cursor"] for edge in found["edges"]}
            end = found["pageInfo"][shown] or end
        walks.append(cursors)

    assert len(walks[0]) > 14
    assert walks[0] == walks[1] == walks[2]
