"""Event streams and WebSockets end when their token expires, also while nothing changes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from gateway.auth import AuthenticationError, Caller, HasHeaders, InvalidToken, KeysUnavailable, NoCustomer
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.issuer import claims, token
from tests.support.subscriptions import ORDER_CHANGED, event, socket_of
from tests.support.token_gateway import KEY, serving
from tests.support.waiting import HANGS_AFTER, until

EXPIRED = (
    b'event: next\ndata: {"errors":[{"message":"The token has expired.",'
    b'"extensions":{"code":"UNAUTHENTICATED"}}]}\n\nevent: complete\ndata:\n\n'
)
SHORT, LONG = {"Authorization": "short"}, {"Authorization": "long"}

pytestmark = pytest.mark.settings(follow_first_seconds=0.02, follow_longest_seconds=0.02)
"""Orders are polled all the time; none of them changes."""


class Expiring:
    """Authenticates customer 1234. The token `short` expires when the test says so."""

    def __init__(self) -> None:
        self.has_expired = False
        self.refusal: AuthenticationError = InvalidToken("The token has expired.")
        self.checks = 0

    async def __call__(self, request: HasHeaders) -> Caller:
        if request.headers["Authorization"] == "long":
            return Caller("1234")
        self.checks += 1
        if self.has_expired:
            raise self.refusal
        return Caller("1234", expires_at=time.time())  # so it is checked often


@asynccontextmanager
async def expiring(settings: Settings, sandbox: Sandbox) -> AsyncIterator[tuple[Gateway, Expiring]]:
    authenticate = Expiring()
    running = gateway_listening(settings, authenticate, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http:
        yield Gateway(url, http), authenticate


async def order_id(gateway: Gateway, index: int, headers: dict[str, str]) -> str:
    """The global id of one of the customer's orders; 0 is the newest."""
    body = {"query": "{ viewer { orders(first: 2) { nodes { id } } } }"}
    async with gateway.http.post(f"{gateway.url}/graphql", json=body, headers=headers) as response:
        id_: str = (await response.json())["data"]["viewer"]["orders"]["nodes"][index]["id"]
        return id_


async def stream(gateway: Gateway, headers: dict[str, str], index: int = 0) -> aiohttp.ClientResponse:
    """An event stream whose first event has arrived."""
    body = {"query": ORDER_CHANGED, "variables": {"id": await order_id(gateway, index, headers)}}
    accept = {"Accept": "text/event-stream"}
    response = await gateway.http.post(f"{gateway.url}/graphql", json=body, headers=headers | accept)
    assert b"ORDER_ITEM_CONFIRMED" in await event(response)
    return response


async def polls_while_others_go_on(gateway: Gateway, sandbox: Sandbox) -> int:
    """How often the newest order is read while another is read ten times for another subscriber."""
    newest, other = sandbox.store.identifiers("1234")[:2]
    response = await stream(gateway, LONG, index=1)
    sandbox.request_log.clear()

    def polls(order: str) -> int:
        return sum(entry.path.endswith(f"/{order}") for entry in sandbox.request_log.entries)

    await until(lambda: polls(other) >= 10)
    response.close()
    return polls(newest)


async def test_event_stream(settings: Settings, sandbox: Sandbox) -> None:
    """A stream without events ends with an error, and imin gets no more requests for it."""
    async with expiring(settings, sandbox) as (gateway, authenticate):
        response = await stream(gateway, SHORT)
        checks = authenticate.checks
        await until(lambda: authenticate.checks > checks)  # while the token is accepted, nothing happens
        authenticate.has_expired = True
        rest = await asyncio.wait_for(response.content.read(), HANGS_AFTER)
        polls = await polls_while_others_go_on(gateway, sandbox)

    assert rest == EXPIRED
    assert polls == 0


@pytest.mark.parametrize("is_subscribed", [True, False])
async def test_websocket(settings: Settings, sandbox: Sandbox, *, is_subscribed: bool) -> None:
    """A WebSocket without messages is closed, and imin gets no more requests for it."""
    async with expiring(settings, sandbox) as (gateway, authenticate):
        order = await order_id(gateway, 0, SHORT)
        async with socket_of(gateway) as socket:
            await socket.send(type="connection_init", payload=SHORT)
            assert await socket.receive() == {"type": "connection_ack"}
            if is_subscribed:
                await socket.subscribe(order)
                await socket.next_state()
            authenticate.has_expired = True
            closed = await socket.receive()
        polls = await polls_while_others_go_on(gateway, sandbox)

    assert closed == (4403, "Forbidden: The token has expired.")
    assert polls == 0


@pytest.mark.parametrize(
    ("refusal", "code", "closed"),
    [
        (KeysUnavailable("Try later."), "SERVICE_UNAVAILABLE", (1013, "Try later.")),
        (NoCustomer("No customer."), "FORBIDDEN", (4403, "Forbidden: No customer.")),
    ],
    ids=["keys unavailable", "no customer"],
)
async def test_other_refusals(
    settings: Settings, sandbox: Sandbox, refusal: AuthenticationError, code: str, closed: tuple[int, str]
) -> None:
    """If a token is refused for another reason, the stream and the WebSocket say so."""
    async with expiring(settings, sandbox) as (gateway, authenticate):
        authenticate.refusal = refusal
        response = await stream(gateway, SHORT)
        async with socket_of(gateway) as socket:
            await socket.send(type="connection_init", payload=SHORT)
            assert await socket.receive() == {"type": "connection_ack"}
            authenticate.has_expired = True
            received = await socket.receive()
        rest = await asyncio.wait_for(response.content.read(), HANGS_AFTER)

    assert received == closed
    assert f'"extensions":{{"code":"{code}"}}'.encode() in rest


async def test_real_tokens(settings: Settings) -> None:
    """The end comes by the token's own `exp`, plus the accepted difference between clocks."""
    async with serving(settings, KEY, auth_skew_seconds=1) as served:
        expiry = int(time.time()) + 3
        gateway = Gateway(served.url, served.http)
        headers = {"Authorization": f"Bearer {token(KEY, claims('1234', exp=expiry))}"}
        response = await stream(gateway, headers)
        async with socket_of(gateway) as socket:
            await socket.send(type="connection_init", payload=headers)
            assert await socket.receive() == {"type": "connection_ack"}
            closed = await socket.receive()
        rest = await asyncio.wait_for(response.content.read(), HANGS_AFTER)

    assert (closed, rest) == ((4403, "Forbidden: The token has expired."), EXPIRED)
    assert time.time() >= expiry + 1
