"""Ownership: customers reach their own bookings and no others, by any kind of identifier."""

from collections.abc import AsyncIterator

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from gateway.signing.global_ids import IdSigner
from tests.conftest import Gateway
from tests.support.subscriptions import socket_of


@pytest.fixture
async def own_gateway(settings: Settings, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose caller is customer `abc`, not a trusted service."""

    async def abc(_request: object) -> Caller:
        return Caller("abc")

    async with gateway_listening(settings, abc) as url:
        yield Gateway(url, gateway.http)


async def identifiers(gateway: Gateway, customer: str) -> list[tuple[str, str, str]]:
    """Identifier, id and first item's id of a customer's orders."""
    data = await gateway.data(
        """query ($c: ID!) {
          customer(identifier: $c) { orders(first: 100) { nodes { identifier id items { id } } } } }""",
        c=customer,
    )
    return [
        (node["identifier"], node["id"], node["items"][0]["id"])
        for node in data["customer"]["orders"]["nodes"]
    ]


async def test_own_orders(own_gateway: Gateway, gateway: Gateway) -> None:
    """A customer can read each of their orders by imin's identifier."""
    for identifier, _, _ in await identifiers(gateway, "abc"):
        data = await own_gateway.data(
            "query ($i: ID!) { order(identifier: $i) { identifier } }", i=identifier
        )
        assert data == {"order": {"identifier": identifier}}


async def test_proof_is_cheap(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Finding any of 1,917 orders in the customer's history takes at most log₂ of its 192 pages."""

    async def one(_request: object) -> Caller:
        return Caller("1234")

    oldest = (await gateway.data("{ viewer { orders(last: 60) { nodes { identifier } } } }"))["viewer"][
        "orders"
    ]
    async with gateway_listening(settings, one) as url:
        for node in (oldest["nodes"][0], oldest["nodes"][31], oldest["nodes"][-1]):
            sandbox.request_log.clear()
            data = await Gateway(url, gateway.http).data(
                "query ($i: ID!) { order(identifier: $i) { identifier } }", i=node["identifier"]
            )
            assert data == {"order": node}
            assert sandbox.request_log.count("GET /orders/:id") == 1
            assert sandbox.request_log.count("GET /orders") <= 9


async def test_foreign_looks_missing(own_gateway: Gateway, gateway: Gateway, sandbox: Sandbox) -> None:
    """Another customer, and their orders, ids and items, give the same response as missing ones."""
    query = """query ($c: ID!, $o: ID!, $n: ID!, $ns: [ID!]!) {
      customer(identifier: $c) { orders { totalCount } } order(identifier: $o) { id } node(id: $n) { id }
      nodes(ids: $ns) { id } }"""
    cancel = """mutation ($input: CancelOrderItemsInput!) {
      cancelOrderItems(input: $input) { result { __typename ... on Error { code message } } } }"""
    order, order_id, item_id = (await identifiers(gateway, "small"))[0]
    sandbox.request_log.clear()

    foreign = await own_gateway.answer(query, c="small", o=order, n=order_id, ns=[order_id, item_id])
    missing = await own_gateway.answer(query, c="unknown", o="no-such", n="none", ns=["none", "none"])
    cancel_foreign = await own_gateway.answer(cancel, input={"orderId": order_id, "orderItemIds": [item_id]})
    cancel_by_number = await own_gateway.answer(cancel, input={"orderId": order, "orderItemIds": [item_id]})
    cancel_missing = await own_gateway.answer(cancel, input={"orderId": "none", "orderItemIds": ["none"]})

    assert (
        foreign == missing == {"data": {"customer": None, "order": None, "node": None, "nodes": [None, None]}}
    )
    assert cancel_foreign == cancel_by_number == cancel_missing
    assert cancel_missing["data"]["cancelOrderItems"]["result"]["__typename"] == "OrderNotFoundError"
    assert sandbox.request_log.count("PATCH /orders/:id") == 0


async def test_foreign_subscription(own_gateway: Gateway, gateway: Gateway, sandbox: Sandbox) -> None:
    """A subscription to another customer's order gives the same messages as one to a missing order."""
    order, order_id, item_id = (await identifiers(gateway, "small"))[0]
    sandbox.request_log.clear()
    messages = []
    async with socket_of(own_gateway) as socket:
        await socket.connect()
        for id_ in (order_id, order, item_id, "none", f"{order_id}x", "no id at all"):
            await socket.subscribe(id_)
            messages.append([await socket.receive(), await socket.receive()])

    null = {"id": "1", "type": "next", "payload": {"data": {"orderChanged": None}}}
    assert messages == [[null, {"id": "1", "type": "complete"}]] * 6
    assert {entry.query.get("customerIdentifier", "abc") for entry in sandbox.request_log.entries} <= {"abc"}


@pytest.mark.parametrize("customer", ["abc", "1234"])
async def test_foreign_costs_what_missing_costs(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, customer: str
) -> None:
    """A missing order costs the same requests as another customer's: itself, then pages by date."""

    async def one(_request: object) -> Caller:
        return Caller(customer)

    foreign = [order for order, _, _ in await identifiers(gateway, "small")]
    missing = [f"{order[:-1]}{'0' if order[-1] != '0' else '1'}" for order in foreign]
    requests = []
    async with gateway_listening(settings, one) as url:
        for order in (*foreign, *missing):
            sandbox.request_log.clear()
            query = "query ($i: ID!) { order(identifier: $i) { identifier } }"
            assert await Gateway(url, gateway.http).data(query, i=order) == {"order": None}
            requests.append(sandbox.request_log.counts())

    assert {counts["GET /orders/:id"] for counts in requests} == {1}
    pages = [counts["GET /orders"] for counts in requests]
    most = 3 if customer == "abc" else 9
    assert [count for count in pages if not 1 <= count <= most] == []


def test_rotated_secrets() -> None:
    """An id signed with an older secret is still valid; one signed with a removed secret is not."""
    older, newer = IdSigner((b"old",)), IdSigner((b"new", b"old"))
    id_ = older.sign("Order", "1234", "x")

    verified = newer.verify(id_)

    assert verified is not None
    assert (verified.kind, verified.customer, verified.parts) == ("Order", "1234", ("x",))
    assert IdSigner((b"new",)).verify(id_) is None
    assert newer.sign("Order", "1234", "x") != id_


def test_parts_are_delimited() -> None:
    """Moving a character from the customer to the order or the item changes the id."""
    signer = IdSigner((b"secret",))

    ids = {
        signer.sign("OrderItem", "1", "23", "4"),
        signer.sign("OrderItem", "12", "3", "4"),
        signer.sign("OrderItem", "1", "2", "34"),
        signer.sign("Receipt", "1", "23", "4"),
    }

    assert len(ids) == 4
    assert repr(signer) == "IdSigner(1 secrets)"


def test_encoding_is_stable() -> None:
    """An id of an earlier version is still valid, and is still written the same."""
    signer, id_ = IdSigner((b"secret",)), "n0g4XN-0L8QkiEb8lKFSpDEyMzSyYWNlNTk5NTUtYmU0My00YzkxpTE1MzM2"

    assert signer.sign("Receipt", "1234", "ace59955-be43-4c91", "15336") == id_
    assert signer.verify(id_) is not None
