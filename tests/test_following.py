"""orderChanged: an order followed to its end, over a WebSocket and as an event stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from gateway.__main__ import gateway_listening
from gateway.auth import Caller, NotAdmitted, demo_caller
from gateway.sandbox import Fault, Sandbox
from gateway.settings import Settings
from tests.conftest import Gateway
from tests.test_cancellation import booked, cancel

FOLLOW = """
subscription ($id: ID!) {
  orderChanged(id: $id) { id items { status } totalPaymentDue { amount } receipts { identifier } }
}
"""
CONFIRMED, PENDING, CANCELLED = "ORDER_ITEM_CONFIRMED", "CUSTOMER_CANCELLATION_PENDING", "CUSTOMER_CANCELLED"
PROTOCOL = "graphql-transport-ws"


@dataclass
class Socket:
    """A client's end of a WebSocket."""

    ws: aiohttp.ClientWebSocketResponse

    async def say(self, **message: Any) -> None:
        await self.ws.send_json(message)

    async def hear(self) -> Any:
        """The next message; a closing one as its code and reason."""
        message = await self.ws.receive(timeout=10)
        if message.type is WSMsgType.TEXT:
            return json.loads(message.data)
        return message.data, message.extra

    async def begin(self) -> None:
        await self.say(type="connection_init")
        assert await self.hear() == {"type": "connection_ack"}

    async def follow(self, order: str, name: str = "1") -> None:
        await self.say(id=name, type="subscribe", payload={"query": FOLLOW, "variables": {"id": order}})

    async def state(self) -> Any:
        """The next state of an order."""
        message = await self.hear()
        assert message["type"] == "next", message
        return message["payload"]["data"]["orderChanged"]


@asynccontextmanager
async def socket_of(gateway: Gateway, **options: Any) -> AsyncIterator[Socket]:
    options.setdefault("protocols", [PROTOCOL])
    async with gateway.http.ws_connect(f"{gateway.url}/graphql", **options) as ws:
        yield Socket(ws)


def statuses(state: Any) -> list[str]:
    return [item["status"] for item in state["items"]]


# Following


async def test_to_the_end(gateway: Gateway, sandbox: Sandbox) -> None:
    """The state comes first, then each change, with its total and receipt, and `complete` after the last."""
    order, items = await booked(gateway)

    async with socket_of(gateway) as socket:
        await socket.begin()
        await socket.follow(order)
        first = await socket.state()
        await cancel(gateway, order, items)
        pending = await socket.state()
        sandbox.clock.advance(30)
        last = await socket.state()
        end = await socket.hear()

    assert [statuses(state) for state in (first, pending, last)] == [
        [CONFIRMED] * 2,
        [PENDING] * 2,
        [CANCELLED] * 2,
    ]
    assert (first["totalPaymentDue"], last["totalPaymentDue"]) == ({"amount": "8.3"}, {"amount": "0"})
    assert len(last["receipts"]) == len(first["receipts"]) + 2
    assert end == {"id": "1", "type": "complete"}


async def test_one_reading_for_all(gateway: Gateway, sandbox: Sandbox) -> None:
    """Twenty followers of an order cost the readings of one, and all hear of the change."""
    order, items = await booked(gateway)
    sandbox.ledger.clear()

    async with socket_of(gateway) as socket:
        await socket.begin()
        for number in range(20):
            await socket.follow(order, str(number))
        firsts = [await socket.state() for _ in range(20)]
        readings = sandbox.ledger.count("GET /orders/:id")
        sandbox.seller_cancel(*_number_and_item(sandbox))
        seconds = [await socket.state() for _ in range(20)]

    assert all(state == firsts[0] for state in firsts)
    assert [statuses(state) for state in seconds] == [["SELLER_CANCELLED", CONFIRMED]] * 20
    assert readings < 20
    assert len(items) == 2


async def test_paused_while_nobody_follows(gateway: Gateway, sandbox: Sandbox) -> None:
    """When the last follower has gone, the order is read no more."""
    order, _ = await booked(gateway)
    async with socket_of(gateway) as socket:
        await socket.begin()
        await socket.follow(order)
        await socket.state()
        await socket.say(id="1", type="complete")
        await socket.say(type="ping")
        assert await socket.hear() == {"type": "pong"}
        sandbox.ledger.clear()

        # One reading may have been on its way; at this pace there would be ten.
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await sandbox.ledger.reached("GET /orders/:id", 2)


@pytest.mark.parametrize("order", ["", "none", "../receipts/1", "SGVsbG8"])
async def test_unknown_order(gateway: Gateway, order: str) -> None:
    """An order that is not there, or not the caller's, is null, once."""
    async with socket_of(gateway) as socket:
        await socket.begin()
        await socket.follow(order)

        assert await socket.state() is None
        assert await socket.hear() == {"id": "1", "type": "complete"}


async def test_outage_before(gateway: Gateway, sandbox: Sandbox) -> None:
    """Where the order cannot be read at the start, the client gets the coded error."""
    order, _ = await booked(gateway)
    sandbox.faults.add(Fault("GET /orders/:id", "html_200"))

    async with socket_of(gateway) as socket:
        await socket.begin()
        await socket.follow(order)
        message = await socket.hear()

    assert message["type"] == "error"
    assert [error["extensions"] for error in message["payload"]] == [{"code": "UPSTREAM_INVALID"}]


async def test_outage_between(gateway: Gateway, sandbox: Sandbox) -> None:
    """An outage while an order is followed is sat out."""
    order, items = await booked(gateway)

    async with socket_of(gateway) as socket:
        await socket.begin()
        await socket.follow(order)
        await socket.state()
        sandbox.faults.add(Fault("GET /orders/:id", "html_200", times=3))
        while sandbox.faults.waiting:
            sandbox.ledger.clear()
            await sandbox.ledger.reached("GET /orders/:id")
        await cancel(gateway, order, items)
        state = await socket.state()

    assert statuses(state) == [PENDING] * 2


def _number_and_item(sandbox: Sandbox) -> tuple[str, str]:
    number = sandbox.store.identifiers("1234")[0]
    return number, sandbox.order(number)["orderedItem"][0]["identifier"]


# The protocol


async def test_queries_and_mutations(gateway: Gateway) -> None:
    """A socket also answers what is no subscription, once."""
    async with socket_of(gateway) as socket:
        await socket.begin()
        await socket.say(id="q", type="subscribe", payload={"query": "{ viewer { identifier } }"})

        assert await socket.hear() == {
            "id": "q",
            "type": "next",
            "payload": {"data": {"viewer": {"identifier": "1234"}}},
        }
        assert await socket.hear() == {"id": "q", "type": "complete"}


async def test_invalid_operation(gateway: Gateway) -> None:
    """A document that is no GraphQL, or does not fit the schema, is an `error` message."""
    async with socket_of(gateway) as socket:
        await socket.begin()
        await socket.say(id="q", type="subscribe", payload={"query": "subscription { nothing }"})
        message = await socket.hear()

    assert (message["id"], message["type"]) == ("q", "error")
    assert message["payload"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["not json"], 4400),
        (['"text"'], 4400),
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { id } }"}}'], 4401),
        (['{"type": "connection_init", "payload": 5}'], 4400),
        (['{"type": "connection_init"}', '{"type": "connection_init"}'], 4429),
        (['{"type": "connection_init"}', '{"type": "start"}'], 4400),
        (['{"type": "connection_init"}', '{"type": "subscribe", "id": "1", "payload": {}}'], 4400),
    ],
)
async def test_broken_protocol(gateway: Gateway, said: list[str], code: int) -> None:
    """Whoever breaks the protocol is told how, by the code with which the socket closes."""
    async with socket_of(gateway) as socket:
        for text in said:
            await socket.ws.send_str(text)
        while isinstance(message := await socket.hear(), dict):
            assert message == {"type": "connection_ack"}

    assert socket.ws.close_code == code


async def test_same_id_twice(gateway: Gateway) -> None:
    """Two operations of one id close the socket."""
    order, _ = await booked(gateway)
    async with socket_of(gateway) as socket:
        await socket.begin()
        await socket.follow(order)
        await socket.state()
        await socket.follow(order)
        await socket.hear()

    assert socket.ws.close_code == 4409


@pytest.mark.parametrize("protocols", [[], ["graphql-ws"]])
async def test_other_protocols(gateway: Gateway, protocols: list[str]) -> None:
    """Only graphql-transport-ws is spoken; who offers only others is refused before the upgrade."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await gateway.http.ws_connect(f"{gateway.url}/graphql", protocols=protocols)

    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [("https://front.example", True), ("https://evil.example", False), ("null", False), (None, True)],
)
async def test_origin(settings: Settings, sandbox: Sandbox, origin: str | None, *, welcome: bool) -> None:
    """A page of another origin than those that are allowed cannot open a socket."""
    allowing = settings.but(cors_origins=("https://front.example",))
    running = gateway_listening(allowing, demo_caller, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http:
        try:
            async with http.ws_connect(f"{url}/graphql", protocols=[PROTOCOL], origin=origin) as ws:
                await ws.send_json({"type": "connection_init"})
                answered = (await ws.receive_json())["type"]
        except aiohttp.WSServerHandshakeError as refusal:
            answered = refusal.status

    assert answered == ("connection_ack" if welcome else 403)


async def test_own_origin(gateway: Gateway) -> None:
    """The gateway's own page, GraphiQL, can."""
    async with socket_of(gateway, origin=gateway.url) as socket:
        await socket.begin()


# Who is there


async def only_tom(request: Any) -> Caller | None:
    """A stand-in for tokens: Tom is customer 1234; a bad token is none."""
    token = request.headers.get("Authorization")
    if token == "Bearer bad":  # noqa: S105  # no secret
        raise NotAdmitted("The token is not valid.")
    return Caller("1234") if token == "Bearer tom" else None  # noqa: S105  # no secret


@pytest.mark.parametrize("payload", [None, {}, {"Authorization": "Bearer bad"}, {"authorization": 5}])
async def test_stranger(settings: Settings, payload: Any) -> None:
    """Whoever does not say who they are in connection_init is turned away."""
    async with gateway_listening(settings, only_tom) as url, aiohttp.ClientSession() as http:
        async with socket_of(Gateway(url, http)) as socket:
            await socket.say(type="connection_init", payload=payload)
            await socket.hear()

        assert socket.ws.close_code == 4403


@pytest.mark.parametrize("pings", [0, 3])
async def test_silence(settings: Settings, pings: int) -> None:
    """A socket that does not say in time who it is, is closed."""
    running = gateway_listening(settings.but(follow_init_seconds=0.2), demo_caller)
    async with running as url, aiohttp.ClientSession() as http, socket_of(Gateway(url, http)) as socket:
        for _ in range(pings):
            await socket.ws.ping()
        await socket.hear()

    assert socket.ws.close_code == 4408


async def test_known_by_payload(settings: Settings) -> None:
    """A token in connection_init says who asks."""
    async with (
        gateway_listening(settings, only_tom) as url,
        aiohttp.ClientSession() as http,
        socket_of(Gateway(url, http)) as socket,
    ):
        await socket.say(type="connection_init", payload={"Authorization": "Bearer tom"})
        assert await socket.hear() == {"type": "connection_ack"}
        await socket.say(id="q", type="subscribe", payload={"query": "{ viewer { identifier } }"})
        answer = await socket.hear()

    assert answer["payload"] == {"data": {"viewer": {"identifier": "1234"}}}


async def test_token_expires(settings: Settings, sandbox: Sandbox) -> None:
    """A socket outlives no token: the next answer after it has expired closes the socket instead."""
    known = [Caller("1234", may_name_any_customer=True)]

    async def while_known(_request: Any) -> Caller | None:
        return known[0] if known else None

    async with gateway_listening(settings, while_known) as url, aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        async with socket_of(gateway) as socket:
            await socket.begin()
            await socket.follow(order)
            await socket.state()
            known.clear()
            sandbox.seller_cancel(*_number_and_item(sandbox))
            await socket.hear()

        assert socket.ws.close_code == 4403


# Bounds


async def test_most_operations(settings: Settings, sandbox: Sandbox) -> None:
    """A socket runs so many operations at a time; one more is refused, and the rest go on."""
    bounded = settings.but(follow_operations=1)
    running = gateway_listening(bounded, demo_caller, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        async with socket_of(gateway) as socket:
            await socket.begin()
            await socket.follow(order, "1")
            await socket.state()
            await socket.follow(order, "2")
            refused = await socket.hear()
            sandbox.seller_cancel(*_number_and_item(sandbox))
            state = await socket.state()

    assert (refused["id"], refused["type"]) == ("2", "error")
    assert refused["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert statuses(state) == ["SELLER_CANCELLED", CONFIRMED]


async def test_most_sockets(settings: Settings) -> None:
    """So many sockets are open at a time; one more is refused before the upgrade."""
    async with (
        gateway_listening(settings.but(follow_sockets=1), demo_caller) as url,
        aiohttp.ClientSession() as http,
        socket_of(Gateway(url, http)) as socket,
    ):
        await socket.begin()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await http.ws_connect(f"{url}/graphql", protocols=[PROTOCOL])

    assert refusal.value.status == 503


async def test_most_sockets_of_one(settings: Settings) -> None:
    """Of those a customer holds so many at most, and another customer as many again."""

    async def named(request: Any) -> Caller | None:
        return Caller(request.headers.get("Authorization", ""))

    async with (
        gateway_listening(settings.but(follow_sockets_each=2), named) as url,
        AsyncExitStack() as open_,
    ):
        gateway = Gateway(url, await open_.enter_async_context(aiohttp.ClientSession()))

        async def first_words(customer: str) -> Any:
            socket = await open_.enter_async_context(socket_of(gateway))
            await socket.say(type="connection_init", payload={"Authorization": customer})
            return socket, await socket.hear()

        ack = {"type": "connection_ack"}
        heard = [await first_words(customer) for customer in ("ann", "ann", "ann", "bob")]
        assert [words for _, words in heard] == [ack, ack, (1013, "Too many WebSockets"), ack]
        await heard[0][0].ws.close()
        assert (await first_words("ann"))[1] == ack


async def test_most_followers_of_one(settings: Settings, sandbox: Sandbox) -> None:
    """Of a customer's orders so many are followed at most; one more is refused, over whatever it came."""
    bounded = settings.but(follow_most_each=1)
    running = gateway_listening(bounded, demo_caller, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        async with socket_of(gateway) as socket:
            await socket.begin()
            await socket.follow(order)
            await socket.state()
            refused = await (await _stream(gateway, order)).content.read()

    assert b'"code":"SERVICE_UNAVAILABLE"' in refused
    assert refused.count(b"event: next") == 1


async def test_drained_on_shutdown(settings: Settings) -> None:
    """A gateway that stops closes its sockets and ends its event streams at once."""
    running = gateway_listening(settings, demo_caller)
    url = await running.__aenter__()
    async with aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        async with socket_of(gateway) as socket:
            await socket.begin()
            await socket.follow(order)
            await socket.state()
            response = await _stream(gateway, order)
            await _event(response)
            stopping = asyncio.ensure_future(running.__aexit__(None, None, None))
            async with asyncio.timeout(3):
                while isinstance(await socket.hear(), dict):
                    pass
                rest = await response.content.read()
                await stopping

    assert socket.ws.close_code in {1001, 1012}
    assert rest.endswith(b"event: complete\ndata:\n\n")


# As an event stream


async def _stream(gateway: Gateway, order: str, accept: str = "text/event-stream") -> aiohttp.ClientResponse:
    body = {"query": FOLLOW, "variables": {"id": order}}
    return await gateway.http.post(f"{gateway.url}/graphql", json=body, headers={"Accept": accept})


async def _event(response: aiohttp.ClientResponse) -> bytes:
    return await asyncio.wait_for(response.content.readuntil(b"\n\n"), 10)


async def test_event_stream(gateway: Gateway, sandbox: Sandbox) -> None:
    """The same states as server-sent events, framed with LF alone, and `complete` at the end."""
    order, items = await booked(gateway)
    response = await _stream(gateway, order)
    first = await _event(response)
    await cancel(gateway, order, items)
    pending = await _event(response)
    sandbox.clock.advance(30)
    rest = await response.content.read()

    assert (response.status, response.content_type) == (200, "text/event-stream")
    assert first.startswith(b'event: next\ndata: {"data":{"orderChanged":{"id":')
    assert pending.count(b"CUSTOMER_CANCELLATION_PENDING") == 2
    assert rest.count(b'"CUSTOMER_CANCELLED"') == 2
    assert rest.endswith(b"\n\nevent: complete\ndata:\n\n")
    assert b"\r" not in first + pending + rest


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/json, text/event-stream", "application/json"),
        (
            "application/graphql-response+json, application/json, text/event-stream",
            "application/graphql-response+json",
        ),
        ("text/event-stream, application/json", "application/json"),
        ("text/event-stream", "text/event-stream"),
        ("text/event-stream, application/json;q=0", "text/event-stream"),
        ("application/json;q=0.5, text/event-stream", "text/event-stream"),
        ("application/json;q=0.5, text/event-stream;q=0.5", "application/json"),
        ("text/event-stream;q=0, */*;q=0.1", "application/json"),
    ],
)
async def test_query(gateway: Gateway, accept: str, content_type: str) -> None:
    """A query is answered as JSON to clients that read JSON, and as one event to those that rather do not."""
    async with gateway.http.post(
        f"{gateway.url}/graphql", json={"query": "{ viewer { identifier } }"}, headers={"Accept": accept}
    ) as response:
        text = await response.text()

    answer = '{"data":{"viewer":{"identifier":"1234"}}}'
    events = f"event: next\ndata: {answer}\n\nevent: complete\ndata:\n\n"
    assert response.content_type == content_type
    assert text == (events if content_type == "text/event-stream" else answer)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream;q=0, application/json"])
async def test_subscription_as_json(gateway: Gateway, accept: str) -> None:
    """A client that cannot read an event stream is told what a subscription needs."""
    response = await _stream(gateway, "x", accept)
    answer = await response.json()

    assert [(error["message"], error["extensions"]) for error in answer["errors"]] == [
        ("A subscription needs a WebSocket or Accept: text/event-stream.", {"code": "BAD_REQUEST"})
    ]


async def test_subscription_by_a_client_of_both(gateway: Gateway) -> None:
    """A client that lists JSON first and an event stream too gets a subscription as events."""
    order, _ = await booked(gateway)
    response = await _stream(gateway, order, "application/json, text/event-stream;q=0.1")

    assert response.content_type == "text/event-stream"
    assert (await _event(response)).startswith(b"event: next\n")
    response.close()
