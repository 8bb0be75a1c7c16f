"""What becomes of a change when imin fails: true outcomes, and no request is sent twice."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.accounts import ACTIONS, CREATE, READ, VALID, change, document, outcome
from tests.support.clocks import PinnedBootClock

UNAVAILABLE, UNCONFIRMED = "AccountChangeUnavailableError", "AccountChangeUnconfirmedError"
SUCCESS = {
    "updateCustomerAccount": "CustomerAccountUpdated",
    "setAccessPass": "AccessPassSet",
    "setEntitlement": "EntitlementSet",
}
NOT_SENT = ("kong_401", "429", "503")
WITH_EFFECT = ("reset_after", "status_after", "half_open", "truncate", "cut_json")
ANSWERED = ("500",)
BY_PROXY = ("502_html", "html_200", "redirect")
LOST = ("reset", "black_hole", "empty_200", *BY_PROXY)
QUICK = {"cancel_deadline_seconds": 1.0, "imin_cancel_timeout_seconds": 0.2}


async def result_after(gateway: Gateway, sandbox: Sandbox, route: str, kind: Any, mutation: str) -> str:
    """The outcome of a mutation whose request gets that fault."""
    sandbox.faults.add(Fault(route, kind))
    return await outcome(gateway, mutation, idempotencyKey="k")


@pytest.mark.parametrize("mutation", SUCCESS)
@pytest.mark.parametrize("kind", NOT_SENT)
async def test_not_sent(gateway: Gateway, sandbox: Sandbox, kind: str, mutation: str) -> None:
    """What imin says it has not done is unavailable, without a reading; the key can be used again."""
    assert await result_after(gateway, sandbox, ACTIONS, kind, mutation) == UNAVAILABLE
    assert sandbox.request_log.counts() == {ACTIONS: 1}
    assert await outcome(gateway, mutation, idempotencyKey="k") == SUCCESS[mutation]


@pytest.mark.settings(**QUICK)
@pytest.mark.parametrize("mutation", SUCCESS)
@pytest.mark.parametrize("kind", WITH_EFFECT)
async def test_with_effect(gateway: Gateway, sandbox: Sandbox, kind: str, mutation: str) -> None:
    """An answer that is lost after the change is found out by one reading; the same key gives it again."""
    assert await result_after(gateway, sandbox, ACTIONS, kind, mutation) == SUCCESS[mutation]
    assert await outcome(gateway, mutation, idempotencyKey="k") == SUCCESS[mutation]
    assert sandbox.request_log.counts() == {ACTIONS: 1, READ: 1}


@pytest.mark.settings(**QUICK)
@pytest.mark.parametrize("kind", ANSWERED)
async def test_answered_failure(gateway: Gateway, sandbox: Sandbox, kind: str) -> None:
    """A failure that imin answered changed nothing, if the account shows nothing; the key is free again."""
    mutation = "updateCustomerAccount"

    assert await result_after(gateway, sandbox, ACTIONS, kind, mutation) == UNAVAILABLE
    assert sandbox.request_log.count(ACTIONS) == 1
    assert await outcome(gateway, mutation, idempotencyKey="k") == SUCCESS[mutation]


@pytest.mark.settings(**QUICK)
async def test_partial_effect(gateway: Gateway, sandbox: Sandbox) -> None:
    """A failure that leaves an account with a part of the change is not called "nothing was changed"."""
    person = sandbox.account("1234")["customer"]
    sandbox.faults.add(Fault(ACTIONS, "500"))

    result = await outcome(gateway, "updateCustomerAccount", givenName="Ann", familyName=person["familyName"])

    assert result == UNCONFIRMED


@pytest.mark.settings(cancel_deadline_seconds=0.3, imin_cancel_timeout_seconds=0.1)
@pytest.mark.parametrize("kind", LOST)
async def test_lost(gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock, kind: str) -> None:
    """A request that is lost without effect is unconfirmed, and never sent again under its key."""
    mutation = "setAccessPass"

    assert await result_after(gateway, sandbox, ACTIONS, kind, mutation) == UNCONFIRMED
    assert await outcome(gateway, mutation, idempotencyKey="k") == UNCONFIRMED
    assert sandbox.request_log.count(ACTIONS) == 1
    boot_clock.advance(61)
    assert await outcome(gateway, mutation, idempotencyKey="k") == UNCONFIRMED
    assert sandbox.request_log.count(ACTIONS) == 1


@pytest.mark.settings(cancel_deadline_seconds=0.9, imin_cancel_timeout_seconds=0.1)
@pytest.mark.parametrize("mutation", SUCCESS)
@pytest.mark.parametrize("kind", BY_PROXY)
async def test_answered_by_proxy(gateway: Gateway, sandbox: Sandbox, kind: str, mutation: str) -> None:
    """A proxy's answer does not prove that nothing was changed, and the key sends nothing again."""
    assert await result_after(gateway, sandbox, ACTIONS, kind, mutation) == UNCONFIRMED
    assert await outcome(gateway, mutation, idempotencyKey="k") == UNCONFIRMED
    assert sandbox.request_log.count(ACTIONS) == 1


@pytest.mark.settings(**QUICK)
async def test_newer_change(gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock) -> None:
    """A repeat of an unconfirmed change does not overwrite a newer one, however late it comes."""
    mutation = "updateCustomerAccount"
    sandbox.faults.add(Fault(ACTIONS, "reset_after"))
    sandbox.faults.add(Fault(READ, "500", times=50))
    first = await outcome(gateway, mutation, givenName="Old", idempotencyKey="k1")
    sandbox.faults.clear()
    newer = await outcome(gateway, mutation, givenName="New", idempotencyKey="k2")
    boot_clock.advance(61)
    again = await outcome(gateway, mutation, givenName="Old", idempotencyKey="k1")

    assert (first, newer, again) == (UNCONFIRMED, SUCCESS[mutation], UNCONFIRMED)
    assert sandbox.account("1234")["customer"]["givenName"] == "New"
    assert sandbox.request_log.count(ACTIONS) == 2


@pytest.mark.settings(imin_cancel_timeout_seconds=0.2)
@pytest.mark.parametrize("kind", [*WITH_EFFECT, *ANSWERED, *LOST])
async def test_creation_is_lost(
    gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock, kind: Any
) -> None:
    """Nothing shows whether an account was made: unconfirmed for as long as the key is remembered."""
    first = await result_after(gateway, sandbox, CREATE, kind, "createCustomerAccount")
    boot_clock.advance(3_600)
    again = await outcome(gateway, "createCustomerAccount", idempotencyKey="k")
    unchanged = await outcome(gateway, "createCustomerAccount", idempotencyKey="another")

    assert (first, again, unchanged) == (UNCONFIRMED, UNCONFIRMED, "CustomerAccountCreated")
    assert sandbox.request_log.counts() == {CREATE: 2}


async def test_creation_without_key(gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock) -> None:
    """Without a key, a lost creation is not repeated while imin may still act on it."""
    sandbox.faults.add(Fault(CREATE, "reset_after"))

    results = [await outcome(gateway, "createCustomerAccount") for _ in range(2)]
    boot_clock.advance(61)
    results.append(await outcome(gateway, "createCustomerAccount"))

    assert results == [UNCONFIRMED, UNCONFIRMED, "CustomerAccountCreated"]
    assert sandbox.request_log.counts() == {CREATE: 2}


async def test_double_click(gateway: Gateway, sandbox: Sandbox) -> None:
    """Calls under one key at one time are one request, and get one result."""
    results = await asyncio.gather(
        *(
            change(gateway, "createCustomerAccount", **VALID["createCustomerAccount"], idempotencyKey="k")
            for _ in range(4)
        )
    )

    assert [result["__typename"] for result in results] == ["CustomerAccountCreated"] * 4
    assert len({result["customer"]["identifier"] for result in results}) == 1
    assert sandbox.request_log.counts() == {CREATE: 1}


async def test_client_disconnects(gateway: Gateway, sandbox: Sandbox) -> None:
    """A change goes on when its client does not wait for it."""
    sandbox.faults.add(Fault(ACTIONS, "delay", delay_seconds=0.05))
    body = {"query": document("updateCustomerAccount"), "variables": {"input": {"givenName": "Ann"}}}

    async with aiohttp.ClientSession() as http:
        call = asyncio.ensure_future(http.post(f"{gateway.url}/graphql", json=body))
        await sandbox.request_log.wait_for(ACTIONS)
        call.cancel()
    again = await outcome(gateway, "updateCustomerAccount")

    assert again == "CustomerAccountUpdated"
    assert sandbox.account("1234")["customer"]["givenName"] == "Ann"


@pytest.mark.parametrize(
    ("mutation", "route", "expected"),
    [
        ("updateCustomerAccount", ACTIONS, "CustomerAccountUpdated"),
        ("createCustomerAccount", CREATE, UNCONFIRMED),
    ],
)
async def test_another_process(  # noqa: PLR0913, PLR0917  # fixtures and a table's columns
    settings: Settings, sandbox: Sandbox, tmp_path: Path, mutation: str, route: str, expected: str
) -> None:
    """A request that a process left behind is neither repeated nor forgotten by the next one."""
    durable = settings.but(
        state_path=str(tmp_path / "state"), id_secret=(SecretStr("secret"),), cancel_deadline_seconds=0.3
    )
    sandbox.faults.add(Fault(route, "half_open"))
    async with aiohttp.ClientSession() as http:
        async with gateway_listening(durable, demo_caller, sandbox.clock.now) as one:
            first = await outcome(Gateway(one, http), mutation, idempotencyKey="k")
            sandbox.request_log.clear()
        async with gateway_listening(durable, demo_caller, sandbox.clock.now) as other:
            second = await outcome(Gateway(other, http), mutation, idempotencyKey="k")

    assert first in {expected, UNCONFIRMED}
    assert second == expected
    assert sandbox.request_log.count(route) == 0


async def test_nothing_personal_is_stored(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> None:
    """The state file has no detail of any customer, and no identifier of one whose account was changed."""
    durable = settings.but(state_path=str(tmp_path / "state"))
    details = {"email": "zebedee@example.org", "givenName": "Zebedee", "telephone": "020 7946 0123"}
    async with (
        aiohttp.ClientSession() as http,
        gateway_listening(durable, demo_caller, sandbox.clock.now) as url,
    ):
        gateway = Gateway(url, http)
        await change(gateway, "updateCustomerAccount", **details, idempotencyKey="k")
        await change(gateway, "createCustomerAccount", **details, familyName="Quirke", idempotencyKey="l")
        await change(gateway, "deleteCustomerAccount", confirm=True, idempotencyKey="m")
        files = [path.read_bytes() for path in tmp_path.iterdir()]  # noqa: ASYNC240  # small files
    stored = b"".join(files)

    assert b"idempotency_key" in stored
    secrets = (b"Applied", b"zebedee@", b"Zebedee", b"7946", b"Quirke")
    assert [secret for secret in secrets if secret in stored] == []
