"""Checkout's success webhook drops the cached data of the named customer and polls their orders at once."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.subscriptions import CONFIRMED, number_and_item, socket_of, statuses
from tests.support.waiting import PLENTY, held

LISTS = """{ mine: customer(identifier: "1234") { orders { totalCount } }
  other: customer(identifier: "small") { orders { totalCount } } }"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.but(
        cache_enabled=True,
        cache_fresh_seconds=60,
        imin_webhook_key=SecretStr("customers"),
        imin_order_webhook_key=SecretStr("orders"),
        follow_first_seconds=PLENTY,
        follow_longest_seconds=PLENTY,
    )


async def call(gateway: Gateway, body: bytes, key: str = "orders") -> tuple[int, Any]:
    url, headers = f"{gateway.url}/webhooks/orders", {"X-Api-Key": key}
    async with gateway.http.post(url, data=body, headers=headers) as response:
        return response.status, await response.json() if response.status != 204 else None


@pytest.mark.parametrize("named", ["customer", "order", "both"])
async def test_booked(gateway: Gateway, sandbox: Sandbox, named: str) -> None:
    """Only the data of the customer who is named, or whose order is named, is fetched again."""
    await gateway.data(LISTS)
    order = sandbox.store.identifiers("1234")[0]
    sandbox.request_log.clear()
    body = {"orderIdentifier": order, "customerIdentifier": "1234"}
    body = {name: value for name, value in body.items() if named in {"both", name.removesuffix("Identifier")}}

    answer = await call(gateway, json.dumps(body).encode())
    await gateway.data(LISTS)

    assert answer == (204, None)
    assert [entry.query["customerIdentifier"] for entry in sandbox.request_log.entries] == ["1234"]


async def test_sandbox(gateway: Gateway, sandbox: Sandbox, imin: tuple[Sandbox, str]) -> None:
    """The sandbox can call the webhook about a booking, which then shows."""
    before = await gateway.data(LISTS)
    order = sandbox.add_order("1234")["identifier"]
    assert await gateway.data(LISTS) == before

    control = f"{imin[1].removesuffix('/api/v2')}/sandbox/orders/{order}/success-webhook"
    body = {"url": f"{gateway.url}/webhooks/orders", "key": "orders"}
    async with gateway.http.post(control, json=body) as response:
        assert await response.json() == {"status": 204}

    after = await gateway.data(LISTS)
    assert after["mine"]["orders"]["totalCount"] == before["mine"]["orders"]["totalCount"] + 1


@pytest.mark.parametrize("named", ["customer", "order"])
async def test_polled_at_once(gateway: Gateway, sandbox: Sandbox, named: str) -> None:
    """A watched order is read as soon as the webhook names it or its customer."""
    number, item = number_and_item(sandbox)
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(number)
        first = await socket.next_state()
        sandbox.seller_cancel(number, item)
        body = {"customerId": "1234"} if named == "customer" else {"type": "Order", "id": f"/orders/{number}"}

        await call(gateway, json.dumps(body).encode())
        second = await socket.next_state()

    assert set(statuses(first)) == {CONFIRMED}
    assert "SELLER_CANCELLED" in statuses(second)


async def test_customer_webhook_polls(gateway: Gateway, sandbox: Sandbox) -> None:
    """The webhook about a customer hurries the polling of their watched orders too."""
    number, item = number_and_item(sandbox)
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(number)
        await socket.next_state()
        sandbox.seller_cancel(number, item)

        url, headers = f"{gateway.url}/webhooks/customer-accounts", {"X-Api-Key": "customers"}
        async with gateway.http.post(url, json={"identifier": "1234"}, headers=headers) as response:
            assert response.status == 204
        second = await socket.next_state()

    assert "SELLER_CANCELLED" in statuses(second)


async def test_hurried_during_a_reading(gateway: Gateway, sandbox: Sandbox) -> None:
    """A change that is reported while an order is being read makes the gateway read it once more."""
    read, (number, _) = "GET /orders/:id", number_and_item(sandbox)
    body = json.dumps({"orderId": number}).encode()
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(number)
        await socket.next_state()
        before = sandbox.request_log.count(read)
        sandbox.faults.add(held(read, times=1))
        await call(gateway, body)
        await sandbox.request_log.wait_for(read, before + 1)
        await call(gateway, body)
        sandbox.faults.clear()

        await sandbox.request_log.wait_for(read, before + 2)


@pytest.mark.parametrize(
    ("key", "body", "status", "code"),
    [
        ("", b"{}", 401, "UNAUTHENTICATED"),
        ("orders?", b"{}", 401, "UNAUTHENTICATED"),
        ("customers", b"{}", 401, "UNAUTHENTICATED"),
        ("sandbox-key", b"{}", 401, "UNAUTHENTICATED"),
        ("orders", b"", 400, "BAD_REQUEST"),
        ("orders", b"customerId=1234", 400, "BAD_REQUEST"),
        ("orders", b"[" * 60_000, 400, "BAD_REQUEST"),
        ("orders", b" " * 70_000, 413, "LIMIT_EXCEEDED"),
    ],
)
async def test_refused(  # noqa: PLR0913, PLR0917  # the columns of the table
    gateway: Gateway, sandbox: Sandbox, key: str, body: bytes, status: int, code: str
) -> None:
    """A call without the key, or with a body that is no JSON, is refused and drops nothing."""
    await gateway.data(LISTS)
    sandbox.request_log.clear()

    answered, answer = await call(gateway, body, key)
    await gateway.data(LISTS)

    assert (answered, answer["errors"][0]["extensions"]) == (status, {"code": code})
    assert sandbox.request_log.entries == []


async def test_names_nothing(gateway: Gateway, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """A body that names nothing is accepted, drops nothing, and is logged without its content."""
    await gateway.data(LISTS)
    sandbox.request_log.clear()

    answer = await call(gateway, b'{"customer": {"email": "ann@example.com"}}')
    await gateway.data(LISTS)

    assert answer == (204, None)
    assert sandbox.request_log.entries == []
    logged = capsys.readouterr()
    assert "a webhook about an order names no order and no customer" in logged.out + logged.err
    assert "ann" not in logged.out + logged.err


async def test_turned_off(settings: Settings, gateway: Gateway) -> None:
    """Without a key of its own there is no webhook, whatever other key is configured."""
    async with gateway_listening(settings.but(imin_order_webhook_key=None), demo_caller) as url:
        status, _ = await call(Gateway(url, gateway.http), b"{}", "customers")

    assert status == 404
