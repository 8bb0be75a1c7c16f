"""Event streams: how they end, and clients that send no more."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import CANCEL, booked
from tests.support.commands import serving
from tests.support.raw_http import Streams, connection, loop_turns, post, read_response, read_to_end
from tests.support.subscriptions import ORDER_CHANGED, event, number_and_item, socket_of, stream
from tests.support.waiting import HANGS_AFTER, PLENTY, held, until

EVENTS = b"Accept: text/event-stream"
COMPLETE = b"event: complete\ndata:\n\n"
SUBSCRIPTION = 'subscription { orderChanged(id: "0bac05e5-b207-4794-80b8-6c94211643c5") { id } }'


def body(query: str, **variables: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { orderChanged(id: [1]) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($id: ID!) { orderChanged(id: $id) { id } }", "BAD_USER_INPUT"),
        ("query One { __typename } query Two { __typename }", "OPERATION_RESOLUTION_FAILURE"),
    ],
)
async def test_request_error(gateway: Gateway, query: str, code: str) -> None:
    """The result of a request that was not executed has errors and no `data`."""
    headers = {"Accept": "text/event-stream"}
    async with gateway.http.post(
        f"{gateway.url}/graphql", json={"query": query}, headers=headers
    ) as response:
        first, rest = await event(response), await response.content.read()

    name, _, data = first.partition(b"\ndata: ")
    result = json.loads(data)
    assert (response.status, name, rest) == (200, b"event: next", COMPLETE)
    assert list(result) == ["errors"]
    assert [error["extensions"]["code"] for error in result["errors"]] == [code]


async def test_refused_later(settings: Settings) -> None:
    """A subscription that is refused further results gets errors without `data`, then `complete`."""
    limited = settings.but(follow_most=1)
    async with gateway_listening(limited, demo_caller) as url, aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        first = await stream(gateway, order)
        await event(first)
        refused = await (await stream(gateway, order)).content.read()
        first.close()

    data, _, rest = refused.removeprefix(b"event: next\ndata: ").partition(b"\n\n")
    assert list(json.loads(data)) == ["errors"]
    assert rest == COMPLETE


# A server that stops


@pytest.mark.parametrize(
    ("arguments", "number"),
    [(["--workers=1"], signal.SIGTERM), (["--workers=2"], signal.SIGTERM), (["--workers=2"], signal.SIGHUP)],
)
async def test_rollout(arguments: list[str], number: signal.Signals) -> None:
    """When the process stops or is replaced, a stream ends without `complete`, and its client reconnects."""
    async with serving(*arguments) as gateway, aiohttp.ClientSession() as http:
        headers = gateway.headers | {"Accept": "text/event-stream"}
        async with http.post(
            f"{gateway.url}/graphql", json={"query": SUBSCRIPTION}, headers=headers
        ) as response:
            first = await event(response)
            gateway.process.send_signal(number)
            rest = await asyncio.wait_for(response.content.read(), HANGS_AFTER)

    assert first.startswith(b"event: next\n")
    assert rest == b""


@asynccontextmanager
async def stopping(
    settings: Settings, sandbox: Sandbox, request: bytes, route: str
) -> AsyncIterator[Streams]:
    """A connection to a gateway that stops, after it has received a request and imin one for this route.

    The gateway waits for idle connections, too.
    """
    running = gateway_listening(settings, demo_caller, sandbox.clock.now, goodbye_seconds=PLENTY)
    url = await running.__aenter__()
    async with connection(url) as (reader, writer), aiohttp.ClientSession() as http:
        writer.write(request)
        await sandbox.request_log.wait_for(route)
        async with socket_of(Gateway(url, http)) as socket:
            await socket.connect()
            stop = asyncio.ensure_future(running.__aexit__(None, None, None))
            assert await socket.receive() == (1012, "")
        yield reader, writer
    await stop


async def test_mutation_while_stopping(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """A query or mutation as an event stream is completed, so that it is not sent again."""
    order, items = await booked(gateway)
    sandbox.faults.add(held("PATCH /orders/:id"))
    cancel = post(body(CANCEL, input={"orderId": order, "orderItemIds": items}), EVENTS)
    async with stopping(settings, sandbox, cancel, "PATCH /orders/:id") as (reader, _):
        sandbox.faults.clear()
        received = await read_to_end(reader)

    assert b"CancellationPending" in received
    assert COMPLETE in received


async def test_subscription_while_stopping(settings: Settings, sandbox: Sandbox) -> None:
    """A subscription that arrives then is refused, so that its client connects to another replica."""
    request = post(body("{ viewer { orders { totalCount } } }"), b"TE: trailers")
    async with stopping(settings, sandbox, request, "GET /orders") as (reader, writer):
        await read_response(reader)
        writer.write(post(body(SUBSCRIPTION), EVENTS))
        status, headers, content = await read_response(reader)
        rest = await read_to_end(reader)

    assert (status, headers["Retry-After"], headers["Connection"], rest) == (503, "1", "close", b"")
    assert json.loads(content)["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE"}


# Clients that shut down their sending side


async def test_half_closed(gateway: Gateway, sandbox: Sandbox) -> None:
    """A client that sends no more gets all events, and `complete`."""
    order, _ = await booked(gateway)
    async with connection(gateway.url) as (reader, writer):
        writer.write(post(body(ORDER_CHANGED, id=order), EVENTS))
        writer.write_eof()
        first = await _next_event(reader)
        _cancel_by_seller(sandbox, 0)
        second = await _next_event(reader)
        _cancel_by_seller(sandbox, 1)
        rest = await read_to_end(reader)

    assert (first.count(b"ORDER_ITEM_CONFIRMED"), second.count(b"SELLER_CANCELLED")) == (2, 1)
    assert rest.count(b"SELLER_CANCELLED") == 2
    assert COMPLETE in rest


async def test_half_closed_mutation(gateway: Gateway, sandbox: Sandbox) -> None:
    """A mutation as an event stream reports its outcome."""
    order, items = await booked(gateway)
    sandbox.faults.add(held("PATCH /orders/:id"))
    async with connection(gateway.url) as (reader, writer):
        writer.write(post(body(CANCEL, input={"orderId": order, "orderItemIds": items}), EVENTS))
        await sandbox.request_log.wait_for("PATCH /orders/:id")
        writer.write_eof()
        await loop_turns()
        sandbox.faults.clear()
        received = await read_to_end(reader)

    assert b"CancellationPending" in received
    assert COMPLETE in received
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


@pytest.mark.settings(follow_most=1, follow_first_seconds=PLENTY, follow_longest_seconds=PLENTY)
@pytest.mark.parametrize("is_early", [True, False])
async def test_client_has_gone(gateway: Gateway, sandbox: Sandbox, *, is_early: bool) -> None:
    """A client that closes its connection is noticed although nothing changes, and makes room for another."""
    order, _ = await booked(gateway)
    if is_early:
        sandbox.faults.add(held("GET /orders/:id"))
    async with connection(gateway.url) as (reader, writer):
        writer.write(post(body(ORDER_CHANGED, id=order), EVENTS))
        if is_early:
            writer.write_eof()
            await sandbox.request_log.wait_for("GET /orders/:id")
        else:
            await _next_event(reader)
    sandbox.faults.clear()

    async def is_accepted() -> bool:
        response = await stream(gateway, order)
        first = await event(response)
        response.close()
        return b"ORDER_ITEM_CONFIRMED" in first

    await until(is_accepted)


def _cancel_by_seller(sandbox: Sandbox, index: int) -> None:
    number, _ = number_and_item(sandbox)
    sandbox.seller_cancel(number, sandbox.order(number)["orderedItem"][index]["identifier"])


async def _next_event(reader: asyncio.StreamReader) -> bytes:
    """The text up to the end of the next event; comments before it are part of it."""
    return await asyncio.wait_for(reader.readuntil(b"}\n\n"), HANGS_AFTER)


# Requests by GET, as EventSource sends them


@pytest.mark.parametrize(
    ("profile", "answer"),
    [("development", (200, "text/event-stream")), ("production", (405, "application/json"))],
)
async def test_get(settings: Settings, profile: str, answer: tuple[int, str]) -> None:
    """A subscription by GET, without a token, is an event stream, but not in production."""
    running = gateway_listening(settings.but(profile=profile), demo_caller)
    async with running as url, aiohttp.ClientSession() as http:
        events = {"Accept": "text/event-stream"}
        params = {"query": 'subscription { orderChanged(id: "x") { id } }'}
        async with http.get(f"{url}/graphql", params=params, headers=events) as response:
            assert (response.status, response.content_type) == answer
