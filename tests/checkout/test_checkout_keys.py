"""createCheckoutSession under idempotency keys: sent once, and unknown outcomes are said to be unknown."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, get_args

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, FaultKind, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.faults.kill import gateway_process
from tests.support.cancellations import booked, cancel
from tests.support.checkout import CREATE, create, for_sale
from tests.support.clocks import PinnedBootClock
from tests.support.disclosure import disclosed


def input_of(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    identifier, offer = for_sale(sandbox)
    return {"opportunityId": identifier, "offerId": offer, **more}


@asynccontextmanager
async def of_customer(
    settings: Settings, sandbox: Sandbox, gateway: Gateway, customer: str, state: Path
) -> AsyncIterator[Gateway]:
    """A gateway of one customer over a state file."""

    async def caller(_request: object) -> Caller:
        return Caller(customer)

    own = settings.but(state_path=str(state))
    async with gateway_listening(own, caller, sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)


async def test_again(mine: Gateway, sandbox: Sandbox) -> None:
    """The same key and input give the first session again, together and later, in one request."""
    given = input_of(sandbox, idempotencyKey="a")

    together = await asyncio.gather(*(create(mine, **given) for _ in range(4)))
    later = await create(mine, **given)

    assert together == [later] * 4
    assert later["__typename"] == "CheckoutSession"
    assert sandbox.request_log.counts() == {CREATE: 1}


async def test_double_click(mine: Gateway, sandbox: Sandbox) -> None:
    """Two equal calls at the same time are one session, also without a key; a later one is a new session."""
    both = await asyncio.gather(*(create(mine, **input_of(sandbox)) for _ in range(2)))
    later = await create(mine, **input_of(sandbox))

    assert both[0] == both[1] != later
    assert sandbox.request_log.counts() == {CREATE: 2}


async def test_two_processes(imin: tuple[Sandbox, str], gateway: Gateway, tmp_path: Path) -> None:
    """Processes that share a state file give one session for one key, also at the same time."""
    sandbox, base, state = imin[0], imin[1].removesuffix("/api/v2"), tmp_path / "state.sqlite3"
    given = input_of(sandbox, idempotencyKey="a")
    sandbox.faults.add(Fault(CREATE, "delay", times=None, delay_seconds=0.1))

    async with gateway_process(base, state) as (_, one), gateway_process(base, state) as (_, two):
        results = await asyncio.gather(
            *(create(Gateway(url, gateway.http), **given) for url in (one, two) * 2)
        )

    assert [result["__typename"] for result in results] == ["CheckoutSession"] * 4
    assert all(result == results[0] for result in results)
    assert sandbox.request_log.count(CREATE) == 1


async def test_refusal_again(mine: Gateway, sandbox: Sandbox) -> None:
    """A refusal is an outcome too: it is given again, though the session could be booked by now."""
    given = input_of(sandbox, idempotencyKey="a")
    sandbox.search.set_places(given["opportunityId"], 0)
    first = await create(mine, **given)
    sandbox.search.set_places(given["opportunityId"], 5)

    again, new = await create(mine, **given), await create(mine, **given | {"idempotencyKey": "b"})

    assert first == again
    assert (again["code"], new["__typename"]) == ("UNAVAILABLE_OPPORTUNITY", "CheckoutSession")


async def test_after_restart(settings: Settings, gateway: Gateway, sandbox: Sandbox, tmp_path: Path) -> None:
    """After a restart, a key gives what it gave before, and nothing of it can be read in the state file."""
    given, state = input_of(sandbox, idempotencyKey="my-secret-key"), tmp_path / "state.sqlite3"
    async with of_customer(settings, sandbox, gateway, "1234", state) as before:
        first = await create(before, **given)
        stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240  # small files
    async with of_customer(settings, sandbox, gateway, "1234", state) as after:
        again = await create(after, **given)

    secrets = (first["url"], first["id"], given["opportunityId"], given["offerId"], "my-secret-key")
    assert (first, first["__typename"]) == (again, "CheckoutSession")
    assert [text for text in secrets if text.encode() in stored] == []
    assert sandbox.request_log.counts() == {CREATE: 1}


async def test_key_of_another_caller(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Another caller's key is unknown to a customer: it gives them a session of their own."""
    given, state = input_of(sandbox, idempotencyKey="a"), tmp_path / "state.sqlite3"
    async with of_customer(settings, sandbox, gateway, "1234", state) as first:
        mine = await create(first, **given)
    async with of_customer(settings, sandbox, gateway, "group", state) as second:
        theirs = await create(second, **given)

    assert [one["customer"]["identifier"] for one in (mine, theirs)] == ["1234", "group"]
    assert mine["url"] != theirs["url"]


async def test_reused(mine: Gateway, sandbox: Sandbox) -> None:
    """A key stands for one input of one mutation."""
    given = input_of(sandbox, idempotencyKey="a")
    await create(mine, **given)
    order, items = await booked(mine)
    sandbox.request_log.clear()

    results = [
        await create(mine, **given | {"returnUrl": "https://app.example.org/"}),
        await cancel(mine, order, items, idempotencyKey="a"),
    ]

    assert [result["code"] for result in results] == ["IDEMPOTENCY_KEY_REUSED"] * 2
    assert sandbox.request_log.counts() == {}


@pytest.mark.parametrize("kind", ["reset", "reset_after", "status_after", "500", "502_html", "html_200"])
async def test_lost(mine: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock, kind: Any) -> None:
    """An unknown outcome stays unknown under its key; a new key is a new session."""
    given = input_of(sandbox, idempotencyKey="a")
    sandbox.faults.add(Fault(CREATE, kind))

    first = await create(mine, **given)
    boot_clock.advance(3_600)
    again = await create(mine, **given)
    requests = sandbox.request_log.count(CREATE)
    new = await create(mine, **given | {"idempotencyKey": "b"})

    assert (
        first
        == again
        == {
            "__typename": "CheckoutUnconfirmedError",
            "code": "CHECKOUT_UNCONFIRMED",
            "message": "We do not know whether the checkout was opened. Nothing was booked or paid. "
            "Please try again from the start.",
        }
    )
    assert (requests, new["__typename"]) == (1, "CheckoutSession")


@pytest.mark.settings(imin_cancel_timeout_seconds=0.2, cancel_deadline_seconds=0.3)
@pytest.mark.parametrize("kind", get_args(FaultKind))
async def test_every_fault(mine: Gateway, sandbox: Sandbox, kind: FaultKind) -> None:
    """Whatever imin does, it gets one request, and the outcome claims no more than is true."""
    sandbox.faults.add(Fault(CREATE, kind, delay_seconds=0.01))

    result = await create(mine, **input_of(sandbox, idempotencyKey="a"))
    again = await create(mine, **input_of(sandbox, idempotencyKey="a"))

    sessions = [session.identifier for session in sandbox.checkout.sessions()]
    match result["__typename"]:
        case "CheckoutSession":
            assert (again, sessions) == (result, [result["id"]])
        case "CheckoutUnconfirmedError":
            assert (again, len(sessions) <= 1) == (result, True)
        case "CheckoutRefusedError":
            assert (again, sessions) == (result, [])
        case kind_:
            assert kind_ == "CheckoutUnavailableError"
            assert sessions == [again["id"]]
    assert sandbox.request_log.count(CREATE) == 1 + (result["__typename"] == "CheckoutUnavailableError")


async def test_lost_without_key(mine: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock) -> None:
    """Without a key, the same input is not sent again while imin may still act on the first request."""
    sandbox.faults.add(Fault(CREATE, "reset_after"))

    before = [await create(mine, **input_of(sandbox)) for _ in range(2)]
    requests = sandbox.request_log.count(CREATE)
    boot_clock.advance(61)
    after = [await create(mine, **input_of(sandbox)) for _ in range(2)]

    assert [one["__typename"] for one in before] == ["CheckoutUnconfirmedError"] * 2
    assert [one["__typename"] for one in after] == ["CheckoutSession"] * 2
    assert (requests, sandbox.request_log.count(CREATE)) == (1, 3)


@pytest.mark.parametrize("kind", ["429", "503", "kong_401"])
async def test_not_processed(mine: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """What imin has refused to process left nothing behind, and the key can be used again."""
    given = input_of(sandbox, idempotencyKey="a")
    sandbox.faults.add(Fault(CREATE, kind))

    first, again = await create(mine, **given), await create(mine, **given)

    assert first == {
        "__typename": "CheckoutUnavailableError",
        "code": "UPSTREAM_UNAVAILABLE",
        "message": "The checkout cannot be reached at the moment. Nothing was booked. "
        "Please try again later.",
    }
    assert again["__typename"] == "CheckoutSession"


async def test_not_recorded(settings: Settings, gateway: Gateway, sandbox: Sandbox, tmp_path: Path) -> None:
    """What cannot be recorded is not sent."""
    state = tmp_path / "state.sqlite3"
    async with of_customer(settings, sandbox, gateway, "1234", state) as mine:
        with closing(sqlite3.connect(state, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            result = await create(mine, **input_of(sandbox, idempotencyKey="a"))
            other.execute("ROLLBACK")

    assert (result["__typename"], result["message"]) == (
        "CheckoutUnavailableError",
        "The checkout cannot be opened at the moment. Nothing was booked. Please try again later.",
    )
    assert sandbox.request_log.counts() == {}


async def test_disclosure(
    mine: Gateway, sandbox: Sandbox, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Logs and metrics name neither the customer nor what they buy, whatever becomes of it."""
    caplog.set_level(logging.DEBUG)
    given = input_of(sandbox, idempotencyKey="my-secret-key", returnUrl="https://app.example.org/ann")
    sandbox.faults.add(Fault(CREATE, "reset"))
    results = [await create(mine, **given | {"idempotencyKey": key}) for key in ("my-secret-key", "b")]
    await create(mine, **given | {"customerId": "group"})
    async with mine.http.get(f"{mine.url}/metrics") as response:
        metrics = await response.text()
    written = "".join(capfd.readouterr()) + caplog.text

    secrets = (*map(str, given.values()), results[1]["url"], results[1]["id"], "1234", "group", "sandbox-key")
    assert "POST /graphql" in written
    assert disclosed(written, *secrets) == disclosed(metrics, *secrets) == []
    assert 'gateway_changes_total{outcome="createCheckoutSession Unconfirmed"} 1.0' in metrics
    assert 'gateway_changes_total{outcome="createCheckoutSession Known"} 1.0' in metrics
