"""The subscription customerChanged: the account, then again whenever what it shows has changed."""

from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.sandbox.data.entitlements import ENTITLEMENTS
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.live_feeds import QUIET, event, start
from tests.support.subscriptions import socket_of
from tests.support.waiting import PLENTY, until

READ = "GET /customer-accounts/:id"
PERSON = """id name givenName familyName email telephone birthDate gender genderText is13OrOver
  address { addressLocality } emergencyContact { name telephone }"""
FIELDS = f"{PERSON} accessPasses {{ text }} entitlements {{ validThrough entitlementType {{ prefLabel }} }}"
CHANGED = f"subscription ($of: ID) {{ customerChanged(customerIdentifier: $of) {{ {FIELDS} }} }}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.but(imin_webhook_key=SecretStr("key"))


def change(sandbox: Sandbox, **values: Any) -> None:
    sandbox.accounts.act("1234", {"@type": "CustomerUpdateAction", "object": values})


async def webhook(gateway: Gateway) -> None:
    url, headers = f"{gateway.url}/webhooks/customer-accounts", {"X-Api-Key": "key"}
    async with gateway.http.post(url, json={"identifier": "1234"}, headers=headers) as response:
        assert response.status == 204


@pytest.mark.settings(**QUIET, cache_enabled=True, cache_fresh_seconds=PLENTY)
async def test_webhook(gateway: Gateway, sandbox: Sandbox) -> None:
    """imin's webhook reaches the subscriber at once, with the account as a query then shows it."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, CHANGED)
        first = await event(socket)
        change(sandbox, familyName="Newname")

        await webhook(gateway)
        second = await event(socket)

    assert second == first | {"familyName": "Newname", "name": second["name"]}
    assert sandbox.request_log.count(READ) == 2
    assert (await gateway.data(f"{{ viewer {{ {FIELDS} }} }}"))["viewer"] == second


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"givenName": "Nova"}, "givenName"),
    ({"email": "nova@example.com"}, "email"),
    ({"telephone": "1"}, "telephone"),
    ({"birthDate": "2000-01-01"}, "birthDate"),
    ({"gender": "https://schema.org/Female"}, "gender"),
    ({"imin:is13OrOver": True}, "is13OrOver"),
    ({"address": {"@type": "PostalAddress", "addressLocality": "Leeds"}}, "address"),
    ({"emergencyContact": {"@type": "Person", "name": "Ann", "telephone": "2"}}, "emergencyContact"),
]


async def test_every_field(gateway: Gateway, sandbox: Sandbox) -> None:
    """Each field is compared, also those of the account itself."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, CHANGED)
        states = [await event(socket)]
        for values, _ in CHANGES:
            change(sandbox, **values)
            states.append(await event(socket))
        account = sandbox.accounts
        account.act("1234", {"@type": "imin:AccessPassUpdateAction", "object": {"text": "ABC1"}})
        states.append(await event(socket))
        concept = ENTITLEMENTS["concept"][0]
        entitlement = {"validUntil": "2030-01-01T00:00:00Z", "entitlementType": concept}
        account.act("1234", {"@type": "imin:EntitlementUpdateAction", "object": entitlement})
        states.append(await event(socket))

    names = [name for _, name in CHANGES] + ["accessPasses", "entitlements"]
    changed = [{name for name in after if before[name] != after[name]} for before, after in pairwise(states)]
    assert all(name in found for name, found in zip(names, changed, strict=True))
    assert states[-1]["accessPasses"] == [{"text": "ABC1"}]


@pytest.mark.settings(**QUIET)
async def test_nothing_shown_has_changed(gateway: Gateway, sandbox: Sandbox) -> None:
    """A change of what the schema does not show, or none at all, is no event."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, CHANGED)
        first = await event(socket)
        for values in ({"email": first["email"]}, {"disambiguatingDescription": "x"}):
            change(sandbox, **values)
            reads = sandbox.request_log.count(READ)
            await webhook(gateway)
            await sandbox.request_log.wait_for(READ, reads + 1)
        change(sandbox, telephone="7")
        await webhook(gateway)

        assert await event(socket) == first | {"telephone": "7"}


@pytest.mark.settings(**QUIET)
async def test_shared(gateway: Gateway, sandbox: Sandbox) -> None:
    """Twenty subscribers share each reading, and a later query for orders is no part of it."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        for number in range(20):
            await start(socket, CHANGED, str(number))
        for _ in range(20):
            await event(socket)
        before = sandbox.request_log.count(READ)
        change(sandbox, telephone="7")
        await webhook(gateway)
        states = [await event(socket) for _ in range(20)]

    assert {state["telephone"] for state in states} == {"7"}
    assert sandbox.request_log.count(READ) == before + 1


async def test_account_appears(gateway: Gateway, sandbox: Sandbox) -> None:
    """Without an account the fields are null; an account that is erased makes them null."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, "subscription { customerChanged { identifier givenName } }")
        first = await event(socket)
        sandbox.erase_customer("1234")

        assert first["givenName"]
        assert await event(socket) == {"identifier": "1234", "givenName": None}


@pytest.mark.parametrize(
    ("caller", "of", "seen"),
    [
        (Caller("1234"), None, "1234"),
        (Caller("1234"), "1234", "1234"),
        (Caller("1234"), "abc", None),
        (Caller("1234"), "../x", None),
        (Caller(None, may_name_any_customer=True, name="service"), None, None),
        (Caller(None, may_name_any_customer=True, name="service"), "abc", "abc"),
    ],
)
@pytest.mark.parametrize("field", ["customerChanged", "ordersChanged", "upcomingOrderItemsChanged"])
async def test_callers(  # noqa: PLR0913, PLR0917  # the columns of the table
    settings: Settings, sandbox: Sandbox, caller: Caller, of: str | None, seen: str | None, field: str
) -> None:
    """A customer gets their own updates, a service those of the customer it names, others null."""

    async def authenticate(_request: object) -> Caller:
        return caller

    query = f"subscription ($of: ID) {{ {field}(customerIdentifier: $of) {{ __typename }} }}"
    async with (
        gateway_listening(settings, authenticate) as url,
        aiohttp.ClientSession() as http,
        socket_of(Gateway(url, http)) as socket,
    ):
        await socket.connect()
        await start(socket, query, of=of)
        state = await event(socket)
        end = await socket.receive() if state is None else None

    asked = {
        entry.query.get("customerIdentifier") or entry.path.rpartition("/")[2]
        for entry in sandbox.request_log.entries
    }
    assert asked == ({seen} if seen else set())
    assert end == (None if seen else {"id": "1", "type": "complete"})


async def test_outages(gateway: Gateway, sandbox: Sandbox) -> None:
    """If the account cannot be read at first, the client gets a coded error; later, polling goes on."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        sandbox.faults.add(Fault(READ, "html_200", times=1))
        await start(socket, CHANGED)
        refused = await socket.receive()
        await start(socket, CHANGED, "2")
        await event(socket)
        sandbox.faults.add(Fault(READ, "html_200", times=2))
        await until(lambda: not sandbox.faults.waiting)
        change(sandbox, telephone="7")
        state = await event(socket)

    assert [error["extensions"]["code"] for error in refused["payload"]] == ["UPSTREAM_INVALID"]
    assert state["telephone"] == "7"
