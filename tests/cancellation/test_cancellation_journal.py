"""The journal of cancellations: Order.cancellation, and what a gateway does after a restart."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.faults.kill import gateway_process
from tests.support.cancellations import booked, cancel
from tests.support.clocks import PinnedBootClock
from tests.support.waiting import held, until

CANCELLATION = """
query ($id: ID!) { node(id: $id) { ... on Order { cancellation { requestedAt settledAt state } } } }
"""


async def newest_cancellation(gateway: Gateway, order: str) -> Any:
    return (await gateway.data(CANCELLATION, id=order))["node"]["cancellation"]


async def test_none(gateway: Gateway) -> None:
    """An order that was never cancelled through the gateway has no cancellation."""
    order, _ = await booked(gateway)

    assert await newest_cancellation(gateway, order) is None


async def test_pending_then_cancelled(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation is pending until the order shows it, and is settled from then on."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items)
    pending = await newest_cancellation(gateway, order)
    sandbox.clock.advance(30)

    requested = "2026-11-01T09:00:00.000+00:00"
    settled = "2026-11-01T09:00:30.000+00:00"
    assert pending == {"requestedAt": requested, "settledAt": None, "state": "PENDING"}
    expected = {"requestedAt": requested, "settledAt": settled, "state": "CANCELLED"}
    assert await newest_cancellation(gateway, order) == expected
    sandbox.clock.advance(30)
    assert await newest_cancellation(gateway, order) == expected


async def test_refused_later(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation that the booking system refuses later is refused."""
    order, items = await booked(gateway)
    sandbox.refuse_cancellations(None)
    await cancel(gateway, order, items)
    sandbox.clock.advance(90)

    assert (await newest_cancellation(gateway, order))["state"] == "REFUSED"


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
@pytest.mark.parametrize(("kind", "state"), [("express_400", "NOT_TAKEN"), ("reset", "UNCONFIRMED")])
async def test_failed(gateway: Gateway, sandbox: Sandbox, kind: Any, state: str) -> None:
    """A cancellation that failed is NOT_TAKEN; one whose answer was lost is UNCONFIRMED."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", kind))
    await cancel(gateway, order, items)

    assert (await newest_cancellation(gateway, order))["state"] == state


@dataclass
class Restartable:
    """Starts a gateway over the same state file each time."""

    settings: Settings
    sandbox: Sandbox
    boot_clock: PinnedBootClock

    async def with_gateway(self, use: Any) -> Any:
        """Start a gateway, use it, and stop it."""
        running = gateway_listening(
            self.settings, demo_caller, self.sandbox.clock.now, boot_clock=self.boot_clock
        )
        async with running as url, aiohttp.ClientSession() as http:
            return await use(Gateway(url, http))


@pytest.fixture
def restartable(
    settings: Settings, sandbox: Sandbox, boot_clock: PinnedBootClock, tmp_path: Path
) -> Restartable:
    return Restartable(settings.but(state_path=str(tmp_path / "state.sqlite3")), sandbox, boot_clock)


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
async def test_settles_by_itself(restartable: Restartable, sandbox: Sandbox) -> None:
    """The gateway settles an unconfirmed cancellation by its own readings, without another request."""
    sandbox.faults.add(Fault("PATCH /orders/:id", "late", delay_seconds=3_600))

    async def wait_until_settled(gateway: Gateway) -> tuple[Any, list[str]]:
        order, items = await booked(gateway)
        result = await cancel(gateway, order, items)
        before = states_in_journal(restartable)
        sandbox.faults.clear()
        await until(lambda: states_in_journal(restartable) != before)
        return result, before + states_in_journal(restartable)

    result, states = await restartable.with_gateway(wait_until_settled)

    assert result["__typename"] == "CancellationUnconfirmedError"
    assert states == ["UNCONFIRMED", "PENDING"]
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


def states_in_journal(restartable: Restartable) -> list[str]:
    """States of all cancellations in the state file."""
    with closing(sqlite3.connect(restartable.settings.state_path)) as database:
        return [state for (state,) in database.execute("SELECT state FROM attempt")]


async def test_key_survives_a_restart(restartable: Restartable, sandbox: Sandbox) -> None:
    """After a restart, the same idempotency key gives the first outcome again, without a second PATCH."""
    order, items = await restartable.with_gateway(booked)

    async def call(gateway: Gateway) -> Any:
        return await cancel(gateway, order, items, idempotencyKey="k")

    first, again = await restartable.with_gateway(call), await restartable.with_gateway(call)

    assert first["__typename"] == "CancellationPending"
    assert again == first
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


async def test_key_is_free_after_a_day(restartable: Restartable, sandbox: Sandbox) -> None:
    """After 24 hours a key can be used for another cancellation."""
    order, items = await restartable.with_gateway(booked)
    await restartable.with_gateway(lambda gateway: cancel(gateway, order, items[:1], idempotencyKey="k"))
    sandbox.clock.advance(23 * 3600)

    async def call(gateway: Gateway) -> Any:
        return (await cancel(gateway, order, items, idempotencyKey="k"))["__typename"]

    before = await restartable.with_gateway(call)
    sandbox.clock.advance(2 * 3600)

    assert (before, await restartable.with_gateway(call)) == (
        "IdempotencyKeyReusedError",
        "CancellationPending",
    )


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
async def test_restart_settles(restartable: Restartable, sandbox: Sandbox) -> None:
    """A gateway that starts reads and settles what an earlier one left unconfirmed."""
    order, items = await restartable.with_gateway(booked)
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))
    lost = await restartable.with_gateway(lambda gateway: cancel(gateway, order, items))
    restartable.boot_clock.advance(61)
    sandbox.request_log.clear()

    async def started(_: Gateway) -> None:
        await sandbox.request_log.wait_for("GET /orders/:id")

    await restartable.with_gateway(started)
    state = (await restartable.with_gateway(lambda gateway: newest_cancellation(gateway, order)))["state"]

    assert lost["__typename"] == "CancellationUnconfirmedError"
    assert state == "NOT_TAKEN"
    assert sandbox.request_log.count("PATCH /orders/:id") == 0


async def test_two_processes_share_a_file(imin: tuple[Sandbox, str], tmp_path: Path) -> None:
    """Two processes with the same state file send one PATCH for the same call to both."""
    sandbox, url = imin
    sandbox.clock.advance((datetime.now(UTC) - sandbox.clock.now()).total_seconds())
    sandbox.add_order("1234")
    sandbox.faults.add(held("PATCH /orders/:id"))
    patient = {"GATEWAY_CANCEL_DEADLINE_SECONDS": "300", "GATEWAY_IMIN_CANCEL_TIMEOUT_SECONDS": "300"}
    origin, state = url.removesuffix("/api/v2"), tmp_path / "state.sqlite3"

    async with AsyncExitStack() as running:
        http = await running.enter_async_context(aiohttp.ClientSession())
        processes = [
            await running.enter_async_context(gateway_process(origin, state, **patient)) for _ in range(2)
        ]
        gateways = [Gateway(address, http) for _, address in processes]
        order, items = await booked(gateways[0])
        calls = [asyncio.ensure_future(cancel(gateway, order, items)) for gateway in gateways]
        await sandbox.request_log.wait_for("PATCH /orders/:id")
        for gateway in gateways * 3:  # so that both have had time to begin
            await gateway.data("{ viewer { orders { totalCount } } }")
        sandbox.faults.clear()
        results = await asyncio.gather(*calls)

    assert [result["__typename"] for result in results] == ["CancellationPending"] * 2
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


async def test_unusable_state_file(settings: Settings, tmp_path: Path) -> None:
    """A gateway does not start with a state file that it cannot use, and names the file."""
    broken = tmp_path / "state.sqlite3"
    broken.write_text("not a database, and longer than the header of one" * 10)

    with pytest.raises(Exception, match=r"state\.sqlite3"):
        await gateway_listening(settings.but(state_path=str(broken)), demo_caller).__aenter__()
