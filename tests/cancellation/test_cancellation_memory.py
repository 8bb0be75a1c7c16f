"""What the gateway remembers of cancellations: Order.cancellation, and what a restart finds."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.__main__ import gateway_listening
from gateway.auth import demo_caller
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.faults.kill import gateway_process
from tests.support.cancellations import UNCONFIRMED, booked, cancel

CANCELLATION = """
query ($id: ID!) { node(id: $id) { ... on Order { cancellation { requestedAt settledAt state } } } }
"""


async def remembered(gateway: Gateway, order: str) -> Any:
    return (await gateway.data(CANCELLATION, id=order))["node"]["cancellation"]


async def test_none(gateway: Gateway) -> None:
    """An order whose cancellation was never asked for here has none."""
    order, _ = await booked(gateway)

    assert await remembered(gateway, order) is None


async def test_pending_then_cancelled(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation is pending until the order reads as cancelled, which settles it."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items)
    pending = await remembered(gateway, order)
    sandbox.clock.advance(30)

    asked = "2026-11-01T09:00:00.000+00:00"
    settled = "2026-11-01T09:00:30.000+00:00"
    assert pending == {"requestedAt": asked, "settledAt": None, "state": "PENDING"}
    expected = {"requestedAt": asked, "settledAt": settled, "state": "CANCELLED"}
    assert await remembered(gateway, order) == expected
    sandbox.clock.advance(30)
    assert await remembered(gateway, order) == expected


async def test_refused_later(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation that the booking system refuses reads as refused."""
    order, items = await booked(gateway)
    sandbox.refuse_cancellations(None)
    await cancel(gateway, order, items)
    sandbox.clock.advance(90)

    assert (await remembered(gateway, order))["state"] == "REFUSED"


@pytest.mark.parametrize(("kind", "state"), [("express_400", "NOT_TAKEN"), ("reset", "UNCONFIRMED")])
async def test_failed(gateway: Gateway, sandbox: Sandbox, kind: Any, state: str) -> None:
    """One that failed is said not to be taken; one that was lost, to be unconfirmed."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", kind))
    await cancel(gateway, order, items)

    assert (await remembered(gateway, order))["state"] == state


async def test_settles_by_itself(gateway: Gateway, sandbox: Sandbox) -> None:
    """What was unconfirmed is settled by the gateway's own readings, without anybody asking."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "late", delay_seconds=1.3))
    result = await cancel(gateway, order, items)
    while not sandbox.cancellations.accepted:  # noqa: ASYNC110  # the sandbox works behind its own back
        await asyncio.sleep(0.01)
    sandbox.ledger.clear()
    await sandbox.ledger.reached("GET /orders/:id")

    assert result == UNCONFIRMED | {"orderItemIds": items}
    assert (await remembered(gateway, order))["state"] == "PENDING"
    assert sandbox.ledger.count("PATCH /orders/:id") == 0


@dataclass
class Restartable:
    """A gateway that can be stopped and started over the same state."""

    settings: Settings
    sandbox: Sandbox

    async def with_gateway(self, use: Any) -> Any:
        running = gateway_listening(self.settings, demo_caller, self.sandbox.clock.now)
        async with running as url, aiohttp.ClientSession() as http:
            return await use(Gateway(url, http))


@pytest.fixture
def restartable(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> Restartable:
    return Restartable(settings.but(state_path=str(tmp_path / "state.sqlite3")), sandbox)


async def test_key_outlives_the_process(restartable: Restartable, sandbox: Sandbox) -> None:
    """The same idempotency key gives the first outcome also after a restart, without a second PATCH."""
    order, items = await restartable.with_gateway(booked)

    async def ask(gateway: Gateway) -> Any:
        return await cancel(gateway, order, items, idempotencyKey="k")

    first, again = await restartable.with_gateway(ask), await restartable.with_gateway(ask)

    assert first["__typename"] == "CancellationPending"
    assert again == first
    assert sandbox.ledger.count("PATCH /orders/:id") == 1


async def test_key_is_kept_a_day(restartable: Restartable, sandbox: Sandbox) -> None:
    """After 24 hours a key is free for another cancellation."""
    order, items = await restartable.with_gateway(booked)
    await restartable.with_gateway(lambda gateway: cancel(gateway, order, items[:1], idempotencyKey="k"))
    sandbox.clock.advance(23 * 3600)

    async def ask(gateway: Gateway) -> Any:
        return (await cancel(gateway, order, items, idempotencyKey="k"))["__typename"]

    before = await restartable.with_gateway(ask)
    sandbox.clock.advance(2 * 3600)

    assert (before, await restartable.with_gateway(ask)) == (
        "IdempotencyKeyReusedError",
        "CancellationPending",
    )


async def test_restart_settles(restartable: Restartable, sandbox: Sandbox) -> None:
    """What was unconfirmed when the gateway stopped is read and settled when it starts."""
    order, items = await restartable.with_gateway(booked)
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))
    lost = await restartable.with_gateway(lambda gateway: cancel(gateway, order, items))
    sandbox.clock.advance(61)
    sandbox.ledger.clear()

    async def started(_: Gateway) -> None:
        await sandbox.ledger.reached("GET /orders/:id")

    await restartable.with_gateway(started)
    state = (await restartable.with_gateway(lambda gateway: remembered(gateway, order)))["state"]

    assert lost["__typename"] == "CancellationUnconfirmedError"
    assert state == "NOT_TAKEN"
    assert sandbox.ledger.count("PATCH /orders/:id") == 0


async def test_two_processes_share_a_file(imin: tuple[Sandbox, str], tmp_path: Path) -> None:
    """Two processes over the same state file send one PATCH for what both are asked at the same time."""
    sandbox, url = imin
    sandbox.clock.advance((datetime.now(UTC) - sandbox.clock.now()).total_seconds())
    sandbox.add_order("1234")
    sandbox.faults.add(Fault("PATCH /orders/:id", "delay", delay_seconds=0.2))
    origin, state = url.removesuffix("/api/v2"), tmp_path / "state.sqlite3"

    async with AsyncExitStack() as running:
        http = await running.enter_async_context(aiohttp.ClientSession())
        processes = [await running.enter_async_context(gateway_process(origin, state)) for _ in range(2)]
        gateways = [Gateway(address, http) for _, address in processes]
        order, items = await booked(gateways[0])
        results = await asyncio.gather(*(cancel(gateway, order, items) for gateway in gateways))

    assert [result["__typename"] for result in results] == ["CancellationPending"] * 2
    assert sandbox.ledger.count("PATCH /orders/:id") == 1


async def test_state_file_that_cannot_be(settings: Settings, tmp_path: Path) -> None:
    """A state file that cannot be used is refused at the start, by its name."""
    broken = tmp_path / "state.sqlite3"
    broken.write_text("this is no database, and longer than a header of one would be" * 10)

    with pytest.raises(Exception, match=r"state\.sqlite3"):
        await gateway_listening(settings.but(state_path=str(broken)), demo_caller).__aenter__()
