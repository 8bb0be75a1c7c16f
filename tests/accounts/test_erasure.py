"""Deleting an account: what ends with it, also if imin's answer is lost or the gateway restarts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_wallet_updates import START, Device
from tests.support.accounts import DELETE, READ, change, outcome
from tests.support.calendars import CUSTOMER, book, feed_url
from tests.support.live_feeds import ORDERS_CHANGED, QUIET, event, start
from tests.support.subscriptions import socket_of
from tests.support.wallets import apple_settings

ACCEPTED = "CustomerAccountDeletionAccepted"
UNCONFIRMED = "AccountChangeUnconfirmedError"
LINKS = """query ($id: ID!) { customer(identifier: $id) {
  orders(first: 20) { nodes { id receipts { url } items { calendarUrl accessPasses { image } } } } } }"""
ACCOUNT_CHANGED = "subscription ($of: ID) { customerChanged(customerIdentifier: $of) { email } }"
ORDER_CHANGED = "subscription ($id: ID!) { orderChanged(id: $id) { id } }"


async def links_of(gateway: Gateway, customer: str = "1234") -> dict[str, str]:
    """A link of each kind, and the address of the feed."""
    nodes = (await gateway.data(LINKS, id=customer))["customer"]["orders"]["nodes"]
    receipts = [one["url"] for node in nodes for one in node["receipts"]]
    items = [item for node in nodes for item in node["items"]]
    images = [one["image"] for item in items for one in item["accessPasses"] if one["image"]]
    files = [item["calendarUrl"] for item in items if item["calendarUrl"]]
    feed = await feed_url(gateway, customer)
    return {"receipt": receipts[0], "pass": images[0], "file": files[0], "feed": feed}


async def opened(gateway: Gateway, links: dict[str, str]) -> dict[str, int]:
    """The status of each link."""
    found = {}
    for name, url in links.items():
        async with gateway.http.get(url) as response:
            found[name] = response.status
    return found


def all_with(status: int) -> dict[str, int]:
    return dict.fromkeys(("receipt", "pass", "file", "feed"), status)


async def test_links_end(gateway: Gateway, sandbox: Sandbox) -> None:
    """With the acceptance, the customer's links and feed lead nowhere, at no request; others still open."""
    links, others = await links_of(gateway), await links_of(gateway, "abc")
    before = await opened(gateway, links)

    assert await outcome(gateway, "deleteCustomerAccount") == ACCEPTED

    sandbox.request_log.clear()
    assert (before, await opened(gateway, links)) == (all_with(200), all_with(404))
    assert sandbox.request_log.entries == []
    assert await opened(gateway, others) == all_with(200)


@pytest.mark.settings(**QUIET)
async def test_subscriptions_end(gateway: Gateway) -> None:
    """Subscriptions to the customer's account, lists and orders are completed; those of others go on."""
    data = await gateway.data("{ viewer { orders(first: 1) { nodes { id } } } }")
    order = data["viewer"]["orders"]["nodes"][0]["id"]
    async with socket_of(gateway) as socket, socket_of(gateway) as other:
        await socket.connect()
        await start(socket, ACCOUNT_CHANGED, "account")
        await event(socket)
        await start(socket, ORDERS_CHANGED, "orders", first=1)
        await event(socket)
        await start(socket, ORDER_CHANGED, "order", id=order)
        await event(socket)
        await other.connect()
        await start(other, ACCOUNT_CHANGED, of="abc")
        await event(other)

        assert await outcome(gateway, "deleteCustomerAccount") == ACCEPTED
        ended = [await socket.receive() for _ in range(3)]
        await change(gateway, "updateCustomerAccount", customerId="abc", email="new@example.org")
        newer = await event(other)

    assert sorted(message["id"] for message in ended) == ["account", "order", "orders"]
    assert {message["type"] for message in ended} == {"complete"}
    assert newer == {"email": "new@example.org"}


@pytest.mark.settings(cache_enabled=True, cache_fresh_seconds=60)
async def test_cache_ends(gateway: Gateway, sandbox: Sandbox) -> None:
    """Nothing that was cached of the customer is shown afterwards."""
    query = "{ viewer { email } }"
    await gateway.data(query)
    assert await outcome(gateway, "deleteCustomerAccount") == ACCEPTED
    sandbox.erase_customer("1234")

    assert await gateway.data(query) == {"viewer": {"email": None}}


@pytest.fixture
async def device(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> AsyncIterator[Device]:
    async def customer(_request: object) -> Caller:
        return Caller(CUSTOMER)

    async with gateway_listening(apple_settings(settings), customer, sandbox.clock.now) as url:
        yield Device(Gateway(url, gateway.http))


async def test_wallet_passes_end(device: Device, sandbox: Sandbox) -> None:
    """Devices get no more updates of the customer's passes, and are unregistered when they ask."""
    order, _ = book(sandbox, START)
    one = await device.add(order)
    assert await device.register(one) == 201

    assert await outcome(device.gateway, "deleteCustomerAccount") == ACCEPTED

    sandbox.request_log.clear()
    assert (await device.latest(one))[0] == 404
    assert (await device.changed())[0] == []
    assert await device.register(one) == 404
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize("kind", ["kong_401", "429", "express_400"])
async def test_nothing_ends(gateway: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """If imin does not accept the deletion, everything is as before."""
    links = await links_of(gateway)
    sandbox.faults.add(Fault(DELETE, kind))

    assert await outcome(gateway, "deleteCustomerAccount") in {
        "AccountChangeUnavailableError",
        "UpdateFailedError",
    }
    assert await opened(gateway, links) == all_with(200)


@pytest.mark.parametrize("kind", ["reset_after", "status_after", "half_open"])
@pytest.mark.settings(imin_cancel_timeout_seconds=0.2)
async def test_answer_is_lost(gateway: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """A lost acceptance is unconfirmed until a reading shows the erasure; nothing is sent again."""
    links = await links_of(gateway)
    sandbox.faults.add(Fault(DELETE, kind))
    sandbox.request_log.clear()

    first = await outcome(gateway, "deleteCustomerAccount", idempotencyKey="k")
    assert await opened(gateway, links) == all_with(200)
    sandbox.clock.advance(15 * 3_600)  # until the next working day begins
    second = await outcome(gateway, "deleteCustomerAccount", idempotencyKey="k")

    assert (first, second) == (UNCONFIRMED, ACCEPTED)
    assert sandbox.request_log.count(DELETE) == 1
    feed = {"feed": links["feed"]}
    assert await opened(gateway, feed) == {"feed": 404}


async def test_lost_and_forgotten(gateway: Gateway, sandbox: Sandbox) -> None:
    """A lost acceptance ends links also if the customer never calls again: once the data is erased."""
    links = await links_of(gateway)
    sandbox.faults.add(Fault(DELETE, "reset_after"))
    assert await outcome(gateway, "deleteCustomerAccount") == UNCONFIRMED
    sandbox.request_log.clear()
    assert await opened(gateway, {"pass": links["pass"]}) == {"pass": 200}
    assert sandbox.request_log.counts() == {READ: 1}

    sandbox.erase_customer("1234")

    assert await opened(gateway, links) == all_with(404)


async def test_without_effect(gateway: Gateway, sandbox: Sandbox) -> None:
    """A deletion that was lost without effect ends nothing, and can be requested again."""
    links = await links_of(gateway)
    sandbox.faults.add(Fault(DELETE, "reset"))

    assert await outcome(gateway, "deleteCustomerAccount", idempotencyKey="k") == UNCONFIRMED
    assert await outcome(gateway, "deleteCustomerAccount", idempotencyKey="k") == UNCONFIRMED
    assert await opened(gateway, links) == all_with(200)
    assert sandbox.request_log.count(DELETE) == 1
    assert await outcome(gateway, "deleteCustomerAccount", idempotencyKey="another") == ACCEPTED
    assert sandbox.request_log.count(DELETE) == 2


async def test_restart(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> None:
    """What ended stays so after a restart."""
    durable = settings.but(state_path=str(tmp_path / "state"), id_secret=(SecretStr("secret"),))
    async with aiohttp.ClientSession() as http:
        async with gateway_listening(durable, demo_caller, sandbox.clock.now) as url:
            gateway = Gateway(url, http)
            links = await links_of(gateway)
            assert await outcome(gateway, "deleteCustomerAccount", idempotencyKey="k") == ACCEPTED
        async with gateway_listening(durable, demo_caller, sandbox.clock.now) as other:
            moved = {name: other + link.removeprefix(_origin(link)) for name, link in links.items()}
            again = await outcome(Gateway(other, http), "deleteCustomerAccount", idempotencyKey="k")

            assert await opened(Gateway(other, http), moved) == all_with(404)
    assert again == ACCEPTED
    assert sandbox.request_log.count(DELETE) == 1


def _origin(link: str) -> str:
    return "/".join(link.split("/")[:3])


async def test_long_ago(gateway: Gateway, sandbox: Sandbox) -> None:
    """If the account is still there a week after a lost request, links cost no reading any more."""
    sandbox.faults.add(Fault(DELETE, "reset"))
    assert await outcome(gateway, "deleteCustomerAccount") == UNCONFIRMED
    sandbox.clock.advance(8 * 86_400)
    links = await links_of(gateway)
    sandbox.request_log.clear()

    assert await opened(gateway, {"pass": links["pass"]}) == {"pass": 200}
    assert sandbox.request_log.entries == []
