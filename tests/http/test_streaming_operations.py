"""Operations over WebSockets and event streams have the same limits, rates and extensions as others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp

from gateway.auth import AuthenticationError, Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked
from tests.support.subscriptions import CONFIRMED, ORDER_CHANGED, Socket, socket_of, statuses
from tests.support.waiting import held

CHEAP = {"query": "{ viewer { identifier } }"}
LIST = {"query": "{ viewer { orders { totalCount } } }"}
EVENTS = {"Accept": "text/event-stream"}
OVERLOADED = "Too many requests are being served. Please try again in a moment."
RATED = "The rate limit is exceeded. Please wait a moment."


async def customer_1234(_request: object) -> Caller:
    return Caller("1234")


@asynccontextmanager
async def limited(
    settings: Settings, sandbox: Sandbox, **limits: Any
) -> AsyncIterator[tuple[Gateway, Socket]]:
    """A gateway with those settings, and an authenticated WebSocket to it."""
    async with AsyncExitStack() as running:
        listening = gateway_listening(settings.but(**limits), customer_1234, sandbox.clock.now)
        url = await running.enter_async_context(listening)
        gateway = Gateway(url, await running.enter_async_context(aiohttp.ClientSession()))
        socket = await running.enter_async_context(socket_of(gateway))
        await socket.connect()
        yield gateway, socket


async def http_status(gateway: Gateway, body: dict[str, Any], **headers: str) -> int:
    async with gateway.http.post(f"{gateway.url}/graphql", json=body, headers=headers) as response:
        return response.status


async def start(socket: Socket, name: str, body: dict[str, Any]) -> None:
    await socket.send(id=name, type="subscribe", payload=body)


async def errors_of(socket: Socket, name: str) -> list[Any]:
    """The errors of the next message."""
    message = await socket.receive()
    assert (message["id"], message["type"]) == (name, "error"), message
    return [(error["message"], error["extensions"]["code"]) for error in message["payload"]]


def _cancel_by_seller(sandbox: Sandbox, index: int) -> None:
    number = sandbox.store.identifiers("1234")[0]
    sandbox.seller_cancel(number, sandbox.order(number)["orderedItem"][index]["identifier"])


# Concurrency


async def test_queries_hold_a_slot(settings: Settings, sandbox: Sandbox) -> None:
    """A query over a WebSocket holds a concurrency slot while it runs, and gives it back when cancelled."""
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
    async with limited(settings, sandbox, limit_requests=1) as (gateway, socket):
        await start(socket, "slow", LIST)
        await sandbox.request_log.wait_for("GET /orders")

        await start(socket, "more", CHEAP)
        assert await errors_of(socket, "more") == [(OVERLOADED, "SERVICE_UNAVAILABLE")]
        assert await http_status(gateway, CHEAP) == 503
        assert await http_status(gateway, CHEAP, **EVENTS) == 503

        await socket.send(id="slow", type="complete")
        await start(socket, "then", CHEAP)
        assert (await socket.receive())["payload"] == {"data": {"viewer": {"identifier": "1234"}}}
        assert await http_status(gateway, CHEAP) == 200


async def test_cancelled_queries(settings: Settings, sandbox: Sandbox) -> None:
    """Cancelling a query cancels the tasks of its fields."""
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
    fields = " ".join(f'c{n}: customer(identifier: "1234") {{ orders {{ totalCount }} }}' for n in range(3))
    async with limited(settings, sandbox) as (_, socket):
        await start(socket, "many", {"query": f"{{ {fields} }}"})
        await sandbox.request_log.wait_for("GET /orders")
        during = field_tasks()

        await socket.send(id="many", type="complete")
        await start(socket, "then", CHEAP)
        assert (await socket.receive())["id"] == "then"
        after = field_tasks()

    assert (during, after) == (3, 0)


def field_tasks() -> int:
    """Number of tasks that resolve a field."""
    return sum(" resolve_field " in str(task.get_coro()) for task in asyncio.all_tasks())


async def test_streamed_queries_hold_a_slot(settings: Settings, sandbox: Sandbox) -> None:
    """A query that is answered as an event stream holds a slot until its result is made."""
    sandbox.faults.add(held("GET /orders"))
    async with limited(settings, sandbox, limit_requests=1) as (gateway, socket):
        stream = await gateway.http.post(f"{gateway.url}/graphql", json=LIST, headers=EVENTS)
        await sandbox.request_log.wait_for("GET /orders")

        await start(socket, "more", CHEAP)
        assert await errors_of(socket, "more") == [(OVERLOADED, "SERVICE_UNAVAILABLE")]

        sandbox.faults.clear()
        assert b'"totalCount":1917' in await stream.content.read()
        assert await http_status(gateway, CHEAP) == 200


async def test_waiting_holds_no_slot(settings: Settings, sandbox: Sandbox) -> None:
    """A subscription holds no slot while it waits for a change."""
    async with limited(settings, sandbox, limit_requests=1) as (gateway, socket):
        order, _ = await booked(gateway)
        await socket.subscribe(order)
        first = await socket.next_state()

        assert await http_status(gateway, LIST) == 200
        _cancel_by_seller(sandbox, 0)
        second = await socket.next_state()

    assert [statuses(state) for state in (first, second)] == [
        [CONFIRMED] * 2,
        ["SELLER_CANCELLED", CONFIRMED],
    ]


async def test_no_slot_for_a_result(settings: Settings, sandbox: Sandbox) -> None:
    """A change while no slot is free ends the subscription with an error."""
    async with limited(settings, sandbox, limit_requests=1) as (gateway, socket):
        order, _ = await booked(gateway)
        await socket.subscribe(order)
        await socket.next_state()
        sandbox.request_log.clear()
        sandbox.faults.add(held("GET /orders"))
        slow = asyncio.ensure_future(http_status(gateway, LIST))
        await sandbox.request_log.wait_for("GET /orders")

        _cancel_by_seller(sandbox, 0)
        assert await errors_of(socket, "1") == [(OVERLOADED, "SERVICE_UNAVAILABLE")]

        sandbox.faults.clear()
        assert await slow == 200


async def test_mutations_by_get(settings: Settings, sandbox: Sandbox) -> None:
    """A mutation by GET is refused also when an event stream is accepted."""
    mutation = (
        'mutation { cancelOrderItems(input: {orderId: "x", orderItemIds: ["x"]}) { result { __typename } } }'
    )
    async with limited(settings, sandbox) as (gateway, _):
        params, url = {"query": mutation}, f"{gateway.url}/graphql"
        async with gateway.http.get(url, params=params, headers=EVENTS) as response:
            text = await response.text()

    assert "Only queries may be sent by GET" in text
    assert sandbox.request_log.entries == []


# Extensions


async def test_extensions(settings: Settings, sandbox: Sandbox) -> None:
    """Results in messages have the extensions `cost` and `stale`, like other results."""
    with_cost = LIST | {"extensions": {"cost": True}}
    old = {"cache_enabled": True, "cache_fresh_seconds": 0, "cache_stale_seconds": 0}
    async with limited(settings, sandbox, **old) as (gateway, socket):
        await start(socket, "1", with_cost)
        fresh = (await socket.receive())["payload"]
        assert (await socket.receive())["type"] == "complete"
        sandbox.faults.add(Fault("GET /orders", "503", times=None))
        await start(socket, "2", LIST)
        stale = (await socket.receive())["payload"]
        async with gateway.http.post(f"{gateway.url}/graphql", json=LIST, headers=EVENTS) as response:
            events = await response.text()

    assert fresh["extensions"] == {"cost": {"estimated": 1, "made": 1}}
    assert list(stale["extensions"]) == ["stale"]
    assert stale["data"] == fresh["data"]
    assert '"extensions":{"stale":{"ageSeconds":' in events


# Rates


async def test_invalid_documents_are_charged(settings: Settings, sandbox: Sandbox) -> None:
    """Each operation over a WebSocket is charged to the caller's one bucket, also an invalid one."""
    rates = {"rate_burst_cost": 5, "rate_cost_per_second": 0.001}
    async with limited(settings, sandbox, **rates) as (gateway, socket):
        for name, query in (("1", "{ nope"), ("2", "{ nope }"), ("3", "{ viewer { id } }")):
            await start(socket, name, {"query": query})
        types = [(await socket.receive())["type"] for _ in range(4)]
        await start(socket, "costly", {"query": "{ viewer { orders(first: 100) { totalCount } } }"})
        costly = await errors_of(socket, "costly")
        await start(socket, "last", CHEAP)
        last = [(await socket.receive())["type"] for _ in range(2)]
        await start(socket, "late", CHEAP)
        late = await errors_of(socket, "late")
        by_http = await http_status(gateway, CHEAP)

    assert (sorted(types), last) == (["complete", "error", "error", "next"], ["next", "complete"])
    assert costly == late == [(RATED, "RATE_LIMITED")]
    assert by_http == 429


async def test_results_are_charged(settings: Settings, sandbox: Sandbox) -> None:
    """Each result of a subscription is charged; when the bucket is empty, it ends with an error."""
    rates = {"rate_burst_cost": 2, "rate_cost_per_second": 0.001}
    async with limited(settings, sandbox, rate_limited=False) as (unlimited, _):
        order, _ = await booked(unlimited)
    async with limited(settings, sandbox, **rates) as (_, socket):
        await socket.subscribe(order)
        await socket.next_state()
        _cancel_by_seller(sandbox, 0)
        await socket.next_state()
        _cancel_by_seller(sandbox, 1)

        assert await errors_of(socket, "1") == [(RATED, "RATE_LIMITED")]


# Tokens


async def test_token_expires(settings: Settings, sandbox: Sandbox) -> None:
    """After the token has expired, the next event is an error, and the last."""
    known = [Caller("1234")]

    async def until_expired(_request: object) -> Caller:
        if not known:
            raise AuthenticationError("The token has expired.")
        return known[0]

    listening = gateway_listening(settings, until_expired, sandbox.clock.now)
    async with listening as url, aiohttp.ClientSession() as http:
        order, _ = await booked(Gateway(url, http))
        body = {"query": ORDER_CHANGED, "variables": {"id": order}}
        async with http.post(f"{url}/graphql", json=body, headers=EVENTS) as response:
            first = await response.content.readuntil(b"\n\n")
            known.clear()
            _cancel_by_seller(sandbox, 0)
            rest = await response.content.read()

    assert CONFIRMED.encode() in first
    assert rest.count(b"event: next") == 1
    assert b'"message":"The token has expired.","extensions":{"code":"UNAUTHENTICATED"}' in rest
    assert b"SELLER_CANCELLED" not in rest
    assert rest.endswith(b"event: complete\ndata:\n\n")
