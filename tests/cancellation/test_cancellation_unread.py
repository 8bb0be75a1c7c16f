"""cancelOrderItems repeated while imin cannot be read: what was sent is never said not to be."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import UNAVAILABLE, booked, cancel

READ, HISTORY, PATCH = "GET /orders/:id", "GET /orders", "PATCH /orders/:id"
FAILURES: list[Any] = [
    *("503", "reset", "html_200", "cut_json"),
    pytest.param("black_hole", marks=pytest.mark.settings(imin_timeout_seconds=2)),
]
NAMES = ["global id", "identifier"]
CALLS = [{"name": name, "key": key} for name in NAMES for key in (None, "a")]
KNOWN = {"CancellationPending", "CancellationUnconfirmedError"}


@pytest.fixture
async def mine(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose caller is customer 1234 and no trusted service."""

    async def customer(_request: object) -> Caller:
        return Caller("1234")

    quick = settings.but(cancel_deadline_seconds=2)
    async with gateway_listening(quick, customer, sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)


async def named(gateway: Gateway, sandbox: Sandbox, name: str) -> tuple[str, list[str]]:
    """The newest order and its items, by their global ids or by imin's identifiers."""
    if name == "global id":
        return await booked(gateway)
    number = sandbox.store.identifiers("1234")[0]
    return number, [item["identifier"] for item in sandbox.order(number)["orderedItem"]]


class Call:
    """A cancellation that can be repeated."""

    def __init__(self, gateway: Gateway, order: str, items: list[str], key: str | None) -> None:
        self.gateway, self.order, self.items = gateway, order, items
        self.more = {} if key is None else {"idempotencyKey": key}

    async def __call__(self) -> dict[str, Any]:
        return await cancel(self.gateway, self.order, self.items, **self.more)


@pytest.fixture(params=CALLS, ids=lambda call: f"{call['name']}, key {call['key']}")
async def call(request: pytest.FixtureRequest, mine: Gateway, sandbox: Sandbox) -> Call:
    """The items named in either way, with and without an idempotency key."""
    return Call(mine, *await named(mine, sandbox, request.param["name"]), request.param["key"])


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("failing", [READ, HISTORY, "*"], ids=["order", "history", "all"])
async def test_accepted(call: Call, sandbox: Sandbox, failure: Any, failing: str) -> None:
    """What imin accepted is never reported as not sent, whichever reading of the repeated call fails."""
    first = await call()
    sandbox.faults.add(Fault(failing, failure, times=None))

    again = await call()

    assert first["__typename"] == "CancellationPending"
    assert again["__typename"] in KNOWN
    assert "Nothing" not in again["message"]
    assert sandbox.request_log.count(PATCH) == 1


@pytest.mark.parametrize("reads", range(4))
@pytest.mark.parametrize("lost", ["reset", "reset_after", "half_open"])
async def test_each_step(call: Call, sandbox: Sandbox, reads: int, lost: Any) -> None:
    """After a lost PATCH, a repeated call never says that none was sent, whichever of its readings fail."""
    sandbox.faults.add(Fault(PATCH, lost))
    first = await call()
    if reads:
        sandbox.faults.add(Fault("*", "delay", times=reads))
    sandbox.faults.add(Fault("*", "503", times=None))

    again = await call()

    assert {first["__typename"], again["__typename"]} <= KNOWN
    assert sandbox.request_log.count(PATCH) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_another_key(mine: Gateway, sandbox: Sandbox, name: str) -> None:
    """A repeated call under a new key, or without one, knows what the first one sent."""
    order, items = await named(mine, sandbox, name)
    await cancel(mine, order, items, idempotencyKey="a")
    sandbox.faults.add(Fault("*", "503", times=None))

    results = [await cancel(mine, order, items, **more) for more in ({"idempotencyKey": "b"}, {})]

    assert {result["__typename"] for result in results} == {"CancellationUnconfirmedError"}


@pytest.mark.parametrize("more", [{}, {"idempotencyKey": "a"}], ids=["no key", "key"])
async def test_cancelled_before(mine: Gateway, sandbox: Sandbox, more: dict[str, str]) -> None:
    """An item that was shown as cancelled is still reported as cancelled while the order is unread."""
    order, items = await booked(mine)
    await cancel(mine, order, items)
    sandbox.clock.advance(60)
    first = await cancel(mine, order, items, **more)
    sandbox.faults.add(Fault(READ, "503", times=None))

    again = await cancel(mine, order, items, **more)

    assert first["__typename"] == "AlreadyCancelled"
    assert again == {
        "__typename": "CancellationUnconfirmedError",
        "code": "CANCELLATION_UNCONFIRMED",
        "message": "This booking is cancelled already, but it cannot be shown at the moment. "
        "Please look at it again in a moment.",
        "orderItemIds": items,
    }


async def test_refusal_is_recalled(mine: Gateway, sandbox: Sandbox) -> None:
    """A refusal that is stored under a key is given again with imin's message while the order is unread."""
    order, items = await booked(mine, index=1)
    first = await cancel(mine, order, items, idempotencyKey="a")
    sandbox.faults.add(Fault("*", "503", times=None))

    again = await cancel(mine, order, items, idempotencyKey="a")

    assert len(first["refusals"]) == 1
    assert again == first | {"refusals": []}


async def test_never_sent(call: Call, sandbox: Sandbox) -> None:
    """A first call whose readings fail has sent nothing, and says so."""
    sandbox.faults.add(Fault("*", "503", times=None))

    assert await call() == UNAVAILABLE
    assert sandbox.request_log.count(PATCH) == 0


async def test_capitals(mine: Gateway, sandbox: Sandbox) -> None:
    """imin may ignore case: an order and items in capitals are those that were sent before."""
    order, items = await named(mine, sandbox, "identifier")
    await cancel(mine, order, items)
    sandbox.faults.add(Fault("*", "503", times=None))

    result = await cancel(mine, order.upper(), [item.upper() for item in items])

    assert result["__typename"] == "CancellationUnconfirmedError"


async def test_rest_not_sent(mine: Gateway, sandbox: Sandbox) -> None:
    """If one item is pending and the PATCH for the other fails, no answer says that nothing was cancelled."""
    order, items = await booked(mine)
    await cancel(mine, order, items[:1])
    sandbox.faults.add(Fault(PATCH, "503"))

    result = await cancel(mine, order, items)

    assert result == UNAVAILABLE | {
        "message": "The booking system cannot be reached at the moment. "
        "Nothing more was cancelled than before. Please try again later."
    }


async def test_other_customer(settings: Settings, mine: Gateway, sandbox: Sandbox) -> None:
    """The journal proves an order to its own customer only."""
    order, items = await named(mine, sandbox, "identifier")
    await cancel(mine, order, items)

    async def stranger(_request: object) -> Caller:
        return Caller("empty")

    async with gateway_listening(settings, stranger, sandbox.clock.now) as url:
        theirs = Gateway(url, mine.http)
        results = await asyncio.gather(cancel(theirs, order, items), cancel(theirs, "none", items))

    assert [result["__typename"] for result in results] == ["OrderNotFoundError"] * 2
