"""The web service by which Apple's wallets keep passes up to date, under /wallet/v1."""

import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yarl
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_apple_passes import link
from tests.http.test_receipt_links import no_caller
from tests.support.calendars import book
from tests.support.wallets import PASS_TYPE, apple_settings, pass_of

START = "2026-11-08T10:00:00+00:00"
DEVICE = "8c10b0d9e2a14f8d"


class Pass(NamedTuple):
    """A pass on a device. modified: its Last-Modified."""

    serial: str
    token: str
    modified: str


class Device:
    """A phone that has Apple's wallet, for passes of one gateway."""

    def __init__(self, gateway: Gateway, name: str = DEVICE, base: str = "") -> None:
        self.gateway, self.name = gateway, name
        self._base = base or gateway.url

    async def send(
        self, method: str, path: str, token: str = "", body: Any = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of a response. token: of the pass."""
        if token:
            headers["Authorization"] = f"ApplePass {token}"
        data = json.dumps(body) if body is not None else None
        url = yarl.URL(f"{self._base}/wallet/v1/{path}", encoded=True)
        async with self.gateway.http.request(method, url, data=data, headers=headers) as response:
            return response.status, await response.read(), dict(response.headers)

    async def add(self, order: str) -> Pass:
        """Download the pass of an order's item."""
        async with self.gateway.http.get(await link(self.gateway, order)) as response:
            content = pass_of(await response.read())
            modified = response.headers["Last-Modified"]
        return Pass(content["serialNumber"], content["authenticationToken"], modified)

    async def register(self, one: Pass, push_token: str = "push-1") -> int:  # noqa: S107  # made up
        path = f"devices/{self.name}/registrations/{PASS_TYPE}/{one.serial}"
        return (await self.send("POST", path, one.token, {"pushToken": push_token}))[0]

    async def unregister(self, one: Pass) -> int:
        path = f"devices/{self.name}/registrations/{PASS_TYPE}/{one.serial}"
        return (await self.send("DELETE", path, one.token))[0]

    async def changed(self, since: str = "") -> tuple[list[str], str]:
        """Serial numbers of passes that have changed, and the tag for the next call."""
        query = f"?passesUpdatedSince={since}" if since else ""
        status, body, _ = await self.send("GET", f"devices/{self.name}/registrations/{PASS_TYPE}{query}")
        assert status == (200 if body else 204)
        answer: dict[str, Any] = json.loads(body) if body else {"serialNumbers": [], "lastUpdated": since}
        return answer["serialNumbers"], answer["lastUpdated"]

    async def latest(self, one: Pass, modified: str = "") -> tuple[int, bytes, dict[str, str]]:
        headers = {"If-Modified-Since": modified} if modified else {}
        return await self.send("GET", f"passes/{PASS_TYPE}/{one.serial}", one.token, **headers)


@pytest.fixture
async def device(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> AsyncIterator[Device]:
    """A device that uses a gateway with a certificate for Apple Wallet."""
    async with gateway_listening(apple_settings(settings), demo_caller, sandbox.clock.now) as url:
        yield Device(Gateway(url, gateway.http))


async def test_life_of_a_pass(device: Device, sandbox: Sandbox) -> None:
    """A device registers, learns of a change, fetches the pass, and unregisters."""
    order, _ = book(sandbox, START)
    one = await device.add(order)
    statuses = [await device.register(one), await device.register(one, "push-2")]
    sandbox.clock.advance(60)
    changed, tag = await device.changed()
    unchanged = await device.changed(tag)
    sandbox.clock.advance(60)
    sandbox.store.for_update(order)["orderedItem"][0]["orderItemStatus"] = "CustomerCancelled"
    sandbox.request_log.clear()

    later, next_tag = await device.changed(tag)
    status, body, headers = await device.latest(one, one.modified)

    assert sandbox.request_log.counts() == {"GET /orders/:id": 2}
    assert (statuses, changed, unchanged, later) == ([201, 200], [one.serial], ([], tag), [one.serial])
    assert int(next_tag) > int(tag)
    assert (status, headers["Content-Type"]) == (200, "application/vnd.apple.pkpass")
    content = pass_of(body)
    assert (content["voided"], content["serialNumber"]) == (True, one.serial)
    assert headers["Last-Modified"] == "Sun, 01 Nov 2026 09:02:00 GMT"
    assert await device.unregister(one) == 200
    sandbox.request_log.clear()
    assert await device.changed(tag) == ([], tag)
    assert sandbox.request_log.entries == []


async def test_unchanged(device: Device, sandbox: Sandbox) -> None:
    """A pass that the device has is not sent again, and one that has changed is."""
    order, item = book(sandbox, START)
    one = await device.add(order)
    sandbox.clock.advance(60)

    first = await device.latest(one, one.modified)
    sandbox.changes.move_session(order, item, datetime.fromisoformat("2026-11-09T10:00:00+00:00"), None)
    second = await device.latest(one, one.modified)
    third = await device.latest(one, second[2]["Last-Modified"])
    others = [await device.latest(one, text) for text in ("", "soon")]

    assert (first[:2], third[:2]) == ((304, b""), (304, b""))
    assert second[2]["Last-Modified"] == "Sun, 01 Nov 2026 09:01:00 GMT"
    assert pass_of(second[1])["relevantDate"] == "2026-11-09T10:00:00+00:00"
    assert [status for status, _, _ in others] == [200, 200]


@pytest.mark.settings(cache_enabled=True)
async def test_cancelled_through_the_gateway(device: Device, sandbox: Sandbox) -> None:
    """A cancellation changes the pass at once, also if imin's response was cached for another reader."""
    order, item = book(sandbox, START)
    one = await device.add(order)
    before = await device.latest(one)
    mutation = """mutation ($input: CancelOrderItemsInput!) { cancelOrderItems(input: $input) {
      result { __typename } } }"""
    input_ = {"orderId": order, "orderItemIds": [item]}
    sandbox.clock.advance(60)
    result = await device.gateway.data(mutation, input=input_)

    status, body, _ = await device.latest(one, before[2]["Last-Modified"])

    assert result["cancelOrderItems"]["result"] == {"__typename": "CancellationPending"}
    assert status == 200
    back = pass_of(body)["eventTicket"]["backFields"]
    assert back[0]["value"].startswith(("You have asked to cancel", "You have cancelled"))


async def test_only_what_changed(device: Device, sandbox: Sandbox) -> None:
    """Of several passes only those that have changed are listed, and none is missed."""
    orders = [book(sandbox, START)[0] for _ in range(3)]
    passes = [await device.add(order) for order in orders]
    for one in passes:
        await device.register(one)
    sandbox.clock.advance(60)
    everything, tag = await device.changed()
    seen = []

    for at in (1, 2):
        sandbox.clock.advance(1 if at == 2 else 60)
        sandbox.store.for_update(orders[at])["orderedItem"][0]["orderItemStatus"] = "SellerCancelled"
        serials, tag = await device.changed(tag)
        seen.append(serials)

    assert sorted(everything) == sorted(one.serial for one in passes)
    assert seen[0] == [passes[1].serial]
    assert passes[2].serial in seen[1]
    assert passes[0].serial not in seen[1]


async def test_same_serial(device: Device, sandbox: Sandbox) -> None:
    """An item's pass has the same serial number for all who query it, and another item's another one."""
    order, _ = book(sandbox, START)
    other, _ = book(sandbox, START)
    query = """{ customer(identifier: "small") { orders(first: 5) { nodes { identifier items {
      walletPass { appleUrl } } } } } }"""
    nodes = (await device.gateway.data(query))["customer"]["orders"]["nodes"]
    [url] = [node["items"][0]["walletPass"]["appleUrl"] for node in nodes if node["identifier"] == order]

    async with device.gateway.http.get(url) as response:
        serial = pass_of(await response.read())["serialNumber"]

    assert serial == (await device.add(order)).serial != (await device.add(other)).serial


async def test_foreign_tokens(device: Device, sandbox: Sandbox) -> None:
    """Without the pass's own token nothing is registered, removed or fetched, and nothing is requested."""
    one, other = [await device.add(book(sandbox, START)[0]) for _ in range(2)]
    await device.register(one)
    tokens = ["", other.token, one.token[:-1], one.token + "0", one.token.upper(), "é", "0" * 32]
    tokens += [f"Bearer {one.token}", one.serial]
    passes = f"passes/{PASS_TYPE}"
    registration = f"devices/{DEVICE}/registrations/{PASS_TYPE}"
    body = {"pushToken": "push-3"}
    sandbox.request_log.clear()
    statuses = set()

    for token in tokens:
        for method, path in (("GET", passes), ("POST", registration), ("DELETE", registration)):
            statuses.add((await device.send(method, f"{path}/{one.serial}", token, body))[0])
    for serial in (one.serial[:-1], one.serial + "A", "%00", "..%2F..", "A" * 2_000):
        statuses.add((await device.send("GET", f"{passes}/{serial}", one.token))[0])
    other_type = f"devices/{DEVICE}/registrations/pass.of.another/{one.serial}"
    for method, path in (("GET", f"passes/pass.of.another/{one.serial}"), ("POST", other_type)):
        statuses.add((await device.send(method, path, one.token, body))[0])
    lists = [
        (await device.send("GET", f"devices/{name}/registrations/{PASS_TYPE}"))[0]
        for name in ("unknown", DEVICE[:-1], DEVICE.upper(), "%27%20OR%201")
    ]

    assert statuses == {401}
    assert lists == [204, 204, 204, 404]
    assert sandbox.request_log.entries == []
    assert (await device.changed())[0] == [one.serial]


@pytest.mark.settings(id_secret=(SecretStr("the-first-secret-of-all"),))
async def test_rotation(settings: Settings, device: Device, sandbox: Sandbox) -> None:
    """A pass stays up to date while the secret that made its token is listed, and gets a new token."""
    order, _ = book(sandbox, START)
    one = await device.add(order)
    tokens, statuses = [], []

    for secrets in (("the-second-secret-of-all", "the-first-secret-of-all"), ("the-second-secret-of-all",)):
        changed = apple_settings(settings, id_secret=tuple(map(SecretStr, secrets)))
        async with gateway_listening(changed, demo_caller, sandbox.clock.now) as base:
            status, body, _ = await Device(device.gateway, base=base).latest(one)
            statuses.append(status)
            if status == 200:
                content = pass_of(body)
                assert content["serialNumber"] == one.serial
                tokens.append(content["authenticationToken"])

    assert statuses == [200, 401]
    assert tokens[0] != one.token


async def test_restart(settings: Settings, device: Device, sandbox: Sandbox, tmp_path: Path) -> None:
    """Registrations survive a restart, and their push tokens are where the operator finds them."""
    one = await device.add(book(sandbox, START)[0])
    state = tmp_path / "state.sqlite3"
    changed = apple_settings(settings, state_path=str(state))
    async with gateway_listening(changed, no_caller, sandbox.clock.now) as base:
        await Device(device.gateway, base=base).register(one, "push-4711")

    async with gateway_listening(changed, no_caller, sandbox.clock.now) as base:
        found, _ = await Device(device.gateway, base=base).changed()
    with sqlite3.connect(state) as database:
        rows = database.execute("SELECT device, serial, push_token FROM wallet_registration").fetchall()
    database.close()

    assert found == [one.serial]
    assert rows == [(DEVICE, one.serial, "push-4711")]


async def test_bounds(device: Device, sandbox: Sandbox) -> None:
    """A pass has twenty devices at most; one that leaves makes room."""
    one = await device.add(book(sandbox, START)[0])
    devices = [Device(device.gateway, f"device-{at}") for at in range(21)]

    statuses = [await each.register(one) for each in devices]
    again = await devices[0].register(one)
    await devices[1].unregister(one)

    assert (statuses, again) == ([201] * 20 + [403], 200)
    assert await devices[20].register(one) == 201


@pytest.mark.parametrize("body", [None, [], {}, {"pushToken": ""}, {"pushToken": "a b"}, {"pushToken": 1}])
async def test_invalid_bodies(device: Device, sandbox: Sandbox, body: Any) -> None:
    """A registration without a push token is refused."""
    one = await device.add(book(sandbox, START)[0])
    path = f"devices/{DEVICE}/registrations/{PASS_TYPE}/{one.serial}"

    status, _, _ = await device.send("POST", path, one.token, body)

    assert (status, await device.changed()) == (400, ([], ""))


async def test_gone(device: Device, sandbox: Sandbox) -> None:
    """An order that is gone is not listed as changed, and its pass is not found."""
    order, _ = book(sandbox, START)
    one = await device.add(order)
    await device.register(one)
    sandbox.remove_order(order)

    assert await device.changed() == ([], "")
    assert (await device.latest(one))[0] == 404


async def test_imin_fails(device: Device, sandbox: Sandbox) -> None:
    """While imin fails nothing is reported as unchanged: the device asks again later."""
    one = await device.add(book(sandbox, START)[0])
    await device.register(one)
    sandbox.faults.add(Fault("GET /orders/:id", "503", times=None))

    answers = [
        await device.send("GET", f"devices/{DEVICE}/registrations/{PASS_TYPE}"),
        await device.latest(one, one.modified),
    ]

    assert [(status, headers["Retry-After"]) for status, _, headers in answers] == [(503, "60")] * 2


@pytest.mark.settings(rate_burst_cost=2, rate_cost_per_second=0.001)
async def test_rate(device: Device, sandbox: Sandbox) -> None:
    """What a device or a pass may cause is limited as a customer is."""
    one = await device.add(book(sandbox, START)[0])
    await device.register(one)

    fetched = [(await device.latest(one))[0] for _ in range(3)]
    path = f"devices/{DEVICE}/registrations/{PASS_TYPE}"
    listed = [(await device.send("GET", path))[0] for _ in range(3)]

    assert (fetched, listed) == ([200, 200, 429], [200, 200, 429])


async def test_log(device: Device, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Problems of wallets are logged without tokens, serial numbers and devices; no endpoint logs these."""
    one = await device.add(book(sandbox, START)[0])
    await device.register(one, "push-secret")
    await device.latest(one)
    await device.changed()
    text = f"Get pass task (device {DEVICE}, serial {one.serial}) encountered error: Authentication failure"

    bodies: tuple[Any, ...] = ({"logs": [text]}, {"logs": 1}, [])
    statuses = [(await device.send("POST", "log", body=body))[0] for body in bodies]

    assert statuses == [200, 400, 400]
    logged = "".join(capsys.readouterr())
    assert "Authentication failure" in logged
    assert not [part for part in (one.token, one.serial, DEVICE, "push-secret") if part in logged]


async def test_without_a_certificate(gateway: Gateway) -> None:
    """Without a certificate there is no service."""
    statuses = [
        (await Device(gateway).send(method, path, body={}))[0]
        for method, path in (("POST", "log"), ("GET", f"passes/{PASS_TYPE}/1"))
    ]

    assert statuses == [404, 404]
