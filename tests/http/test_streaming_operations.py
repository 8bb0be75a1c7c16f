"""Operations over WebSockets and event streams pass what others pass: the gate, the rates, the log."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp

from gateway.auth import AuthenticationError, Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.server.test_command_line import TRUST, started
from tests.support.cancellations import booked
from tests.support.disclosure import disclosed
from tests.support.issuer import claims, rsa_key, token
from tests.support.subscriptions import CONFIRMED, ORDER_CHANGED, Socket, socket_of, statuses

CHEAP = {"query": "{ viewer { identifier } }"}
LIST = {"query": "{ viewer { orders { totalCount } } }"}
EVENTS = {"Accept": "text/event-stream"}
OVERLOADED = "Too many requests are being served. Please try again in a moment."
RATED = "The rate limit is exceeded. Please wait a moment."
KEY = rsa_key()


async def customer_1234(_request: object) -> Caller:
    return Caller("1234")


@asynccontextmanager
async def limited(
    settings: Settings, sandbox: Sandbox, **limits: Any
) -> AsyncIterator[tuple[Gateway, Socket]]:
    """A gateway with such limits, and a socket to it that has begun."""
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


async def ask(socket: Socket, name: str, body: dict[str, Any]) -> None:
    await socket.send(id=name, type="subscribe", payload=body)


async def errors_of(socket: Socket, name: str) -> list[Any]:
    """The errors that the next message tells."""
    message = await socket.receive()
    assert (message["id"], message["type"]) == (name, "error"), message
    return [(error["message"], error["extensions"]["code"]) for error in message["payload"]]


def _cancel_by_seller(sandbox: Sandbox, index: int) -> None:
    number = sandbox.store.identifiers("1234")[0]
    sandbox.seller_cancel(number, sandbox.order(number)["orderedItem"][index]["identifier"])


# The gate


async def test_queries_pass_the_gate(settings: Settings, sandbox: Sandbox) -> None:
    """A query over a socket holds a place while it runs; one more is refused; then there is room again."""
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
    async with limited(settings, sandbox, limit_requests=1) as (gateway, socket):
        await ask(socket, "slow", LIST)
        await sandbox.request_log.wait_for("GET /orders")

        await ask(socket, "more", CHEAP)
        assert await errors_of(socket, "more") == [(OVERLOADED, "SERVICE_UNAVAILABLE")]
        assert await http_status(gateway, CHEAP) == 503
        assert await http_status(gateway, CHEAP, **EVENTS) == 503

        await socket.send(id="slow", type="complete")
        await ask(socket, "then", CHEAP)
        assert (await socket.receive())["payload"] == {"data": {"viewer": {"identifier": "1234"}}}
        assert await http_status(gateway, CHEAP) == 200


async def test_broken_off(settings: Settings, sandbox: Sandbox) -> None:
    """A query that its client breaks off leaves none of its fields waiting."""
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
    fields = " ".join(f'c{n}: customer(identifier: "1234") {{ orders {{ totalCount }} }}' for n in range(3))
    async with limited(settings, sandbox) as (_, socket):
        await ask(socket, "many", {"query": f"{{ {fields} }}"})
        await sandbox.request_log.wait_for("GET /orders")
        during = fields_waiting()

        await socket.send(id="many", type="complete")
        await ask(socket, "then", CHEAP)
        assert (await socket.receive())["id"] == "then"
        after = fields_waiting()

    assert (during, after) == (3, 0)


def fields_waiting() -> int:
    """Tasks that resolve a field of a query."""
    return sum(" resolved " in str(task.get_coro()) for task in asyncio.all_tasks())


async def test_streamed_queries_pass_the_gate(settings: Settings, sandbox: Sandbox) -> None:
    """So does a query that is answered as events; a client that goes away gives its place back."""
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
    async with limited(settings, sandbox, limit_requests=1, imin_timeout_seconds=0.5) as (gateway, socket):
        stream = await gateway.http.post(f"{gateway.url}/graphql", json=LIST, headers=EVENTS)
        await sandbox.request_log.wait_for("GET /orders")

        await ask(socket, "more", CHEAP)
        assert await errors_of(socket, "more") == [(OVERLOADED, "SERVICE_UNAVAILABLE")]

        assert b"UPSTREAM_TIMEOUT" in await stream.content.read()
        assert await http_status(gateway, CHEAP) == 200


async def test_waiting_holds_no_place(settings: Settings, sandbox: Sandbox) -> None:
    """A subscription holds a place while an answer is made, and none while it waits for a change."""
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


async def test_no_room_for_an_answer(settings: Settings, sandbox: Sandbox) -> None:
    """A change that comes while there is no room ends the subscription with an error."""
    async with limited(settings, sandbox, limit_requests=1, imin_timeout_seconds=1) as (gateway, socket):
        order, _ = await booked(gateway)
        await socket.subscribe(order)
        await socket.next_state()
        sandbox.request_log.clear()
        sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
        slow = asyncio.ensure_future(http_status(gateway, LIST))
        await sandbox.request_log.wait_for("GET /orders")

        _cancel_by_seller(sandbox, 0)
        assert await errors_of(socket, "1") == [(OVERLOADED, "SERVICE_UNAVAILABLE")]

        assert await slow == 200


async def test_mutations_by_get(settings: Settings, sandbox: Sandbox) -> None:
    """A mutation does not come by GET because it is to be answered as events."""
    mutation = (
        'mutation { cancelOrderItems(input: {orderId: "x", orderItemIds: ["x"]}) { result { __typename } } }'
    )
    async with limited(settings, sandbox) as (gateway, _):
        params, url = {"query": mutation}, f"{gateway.url}/graphql"
        async with gateway.http.get(url, params=params, headers=EVENTS) as response:
            text = await response.text()

    assert "Only queries may come by GET" in text
    assert sandbox.request_log.entries == []


# What answers tell besides


async def test_extensions(settings: Settings, sandbox: Sandbox) -> None:
    """An answer in messages tells what it cost, how old it is and what it leaves out, as any other."""
    asked = LIST | {"extensions": {"cost": True}}
    old = {"cache_enabled": True, "cache_fresh_seconds": 0.001, "cache_stale_seconds": 0.001}
    async with limited(settings, sandbox, **old) as (gateway, socket):
        await ask(socket, "1", asked)
        fresh = (await socket.receive())["payload"]
        assert (await socket.receive())["type"] == "complete"
        sandbox.faults.add(Fault("GET /orders", "503", times=None))
        await ask(socket, "2", LIST)
        stale = (await socket.receive())["payload"]
        async with gateway.http.post(f"{gateway.url}/graphql", json=LIST, headers=EVENTS) as response:
            events = await response.text()

    assert fresh["extensions"] == {"cost": {"estimated": 1, "made": 1}}
    assert list(stale["extensions"]) == ["stale"]
    assert stale["data"] == fresh["data"]
    assert '"extensions":{"stale":{"ageSeconds":' in events


# The rates


async def test_unreadable_documents_are_not_free(settings: Settings, sandbox: Sandbox) -> None:
    """Each operation over a socket spends of the bucket that its caller has over HTTP, sound or not."""
    rates = {"rate_burst_cost": 5, "rate_cost_per_second": 0.001}
    async with limited(settings, sandbox, **rates) as (gateway, socket):
        for name, query in (("1", "{ nope"), ("2", "{ nope }"), ("3", "{ viewer { id } }")):
            await ask(socket, name, {"query": query})
        heard = [(await socket.receive())["type"] for _ in range(4)]
        await ask(socket, "dear", {"query": "{ viewer { orders(first: 100) { totalCount } } }"})
        dear = await errors_of(socket, "dear")
        await ask(socket, "last", CHEAP)
        last = [(await socket.receive())["type"] for _ in range(2)]
        await ask(socket, "late", CHEAP)
        late = await errors_of(socket, "late")
        by_http = await http_status(gateway, CHEAP)

    assert (sorted(heard), last) == (["complete", "error", "error", "next"], ["next", "complete"])
    assert dear == late == [(RATED, "RATE_LIMITED")]
    assert by_http == 429


async def test_answers_are_not_free(settings: Settings, sandbox: Sandbox) -> None:
    """Each answer of a subscription spends; when nothing is left, it ends with an error."""
    rates = {"rate_burst_cost": 2, "rate_cost_per_second": 0.001}
    async with limited(settings, sandbox, rate_limited=False) as (rich, _):
        order, _ = await booked(rich)
    async with limited(settings, sandbox, **rates) as (_, socket):
        await socket.subscribe(order)
        await socket.next_state()
        _cancel_by_seller(sandbox, 0)
        await socket.next_state()
        _cancel_by_seller(sandbox, 1)

        assert await errors_of(socket, "1") == [(RATED, "RATE_LIMITED")]


# Tokens


async def test_a_stream_outlives_no_token(settings: Settings, sandbox: Sandbox) -> None:
    """When the token is no longer taken, the next answer of an event stream is a refusal and the last."""
    known = [Caller("1234")]

    async def while_known(_request: object) -> Caller:
        if not known:
            raise AuthenticationError("The token has expired.")
        return known[0]

    listening = gateway_listening(settings, while_known, sandbox.clock.now)
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


# The log


async def test_logged() -> None:
    """Each operation is one line, as over HTTP: id, name, hash, caller, status, cost, calls, and no more."""
    bearer = token(KEY, claims("1234", email="jo.doe@example.com"))
    environment = TRUST | {"GATEWAY_AUTH_PUBLIC_KEY": KEY.as_pem(private=False).decode()}
    async with started("sandbox", "--port", "0") as (_, sandbox_lines):
        upstream = sandbox_lines[-1].removeprefix("ready ")
        environment |= {"GATEWAY_IMIN_BASE_URL": f"{upstream}/api/v2", "GATEWAY_STATE_PATH": ":memory:"}
        async with started("serve", "--port=0", **environment) as (process, lines):
            async with aiohttp.ClientSession() as http:
                await _talk(Gateway(lines[-1].removeprefix("ready "), http), bearer)
            process.terminate()
            assert process.stderr
            logged = (await asyncio.wait_for(process.stderr.read(), 20)).decode()

    entries = [json.loads(line) for line in logged.splitlines()]
    told = [
        [entry[name] for name in ("request_id", "place", "operation", "status", "cost", "calls", "errors")]
        for entry in entries
        if entry["event"] == "request"
    ]
    assert told == [
        ["followed-1-1", "WS /graphql", "Mine", 200, 1, 1, []],
        ["followed-1-2", "WS /graphql", "", 400, 0, 0, ["GRAPHQL_VALIDATION_FAILED"]],
        ["followed-1-3", "WS /graphql", "", 200, 0, 0, ["PERSISTED_QUERY_NOT_FOUND"]],
        ["followed-1-4", "WS /graphql", "Follow", 200, 1, 0, []],
        ["followed-1", "GET /graphql", "", 101, 0, 0, []],
        ["streamed-1", "POST /graphql", "Follow", 200, 1, 0, []],
    ]
    assert len({entry["caller"] for entry in entries}) == 1
    assert [len(entry["digest"]) for entry in entries] == [16, 16, 0, 16, 0, 16]
    assert disclosed(logged, "1234", "jo.doe", bearer, "literal") == []
    assert all(len(line) <= 2_048 for line in logged.splitlines())


async def _talk(gateway: Gateway, bearer: str) -> None:
    """Four operations over a socket, one as events."""
    follow = {"query": 'subscription Follow { orderChanged(id: "a literal") { id } }'}
    said: list[dict[str, Any]] = [
        {"query": "query Mine { viewer { orders { totalCount } } }"},
        {"query": '{ literal(jo: "doe") }'},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
        follow,
    ]
    async with socket_of(gateway, headers={"X-Request-Id": "followed-1"}) as socket:
        await socket.send(type="connection_init", payload={"Authorization": f"Bearer {bearer}"})
        assert await socket.receive() == {"type": "connection_ack"}
        for number, body in enumerate(said):
            await ask(socket, str(number), body)
            while (await socket.receive())["type"] == "next":
                pass
    headers = {"X-Request-Id": "streamed-1", "Authorization": f"Bearer {bearer}", **EVENTS}
    assert await http_status(gateway, follow, **headers) == 200
