"""A brownout: an endpoint of imin that stops answering. `python -m tests.endurance.brownout` measures one."""

import asyncio
import time
from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway
from tests.endurance.brownout import HEALTHY, SICK
from tests.support.waiting import held, until

ROUTE = "GET /order-items"


def code_of(answer: dict[str, Any]) -> str | None:
    errors = answer.get("errors")
    return errors[0]["extensions"]["code"] if errors else None


async def test_others_go_on(gateway: Gateway, sandbox: Sandbox) -> None:
    """Queries that need other endpoints are answered while those of the brownout wait."""
    sandbox.faults.add(held(ROUTE))
    sick = [asyncio.ensure_future(gateway.answer(SICK)) for _ in range(60)]
    await sandbox.request_log.wait_for(ROUTE)

    healthy = await asyncio.gather(*(gateway.answer(HEALTHY) for _ in range(30)))

    assert [code_of(answer) for answer in healthy] == [None] * 30
    assert not any(answer.done() for answer in sick)
    sandbox.faults.clear()
    assert [code_of(answer) for answer in await asyncio.gather(*sick)] == [None] * 60


@pytest.mark.settings(imin_timeout_seconds=0.3)
async def test_refused_and_forgiven(gateway: Gateway, sandbox: Sandbox) -> None:
    """After twenty timeouts no request is sent; after the repair the first one that is sent is answered."""
    sandbox.faults.add(Fault(ROUTE, "black_hole", times=None))

    timeouts = []
    for _ in range(2):
        timeouts += await asyncio.gather(*(gateway.answer(SICK) for _ in range(10)))
    began = time.monotonic()
    refusals = [code_of(await gateway.answer(SICK)) for _ in range(20)]
    seconds = time.monotonic() - began
    requests = sandbox.request_log.count(ROUTE)
    sandbox.faults.clear()
    afterwards: list[str | None] = []

    async def works_again() -> bool:
        afterwards.append(code_of(await gateway.answer(SICK)))
        return afterwards[-1] is None

    await until(works_again)

    assert [code_of(answer) for answer in timeouts] == ["UPSTREAM_TIMEOUT"] * 20
    assert set(refusals) <= {"UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT"}
    # On a slow machine there was time for a probe each second.
    assert requests == 20 + refusals.count("UPSTREAM_TIMEOUT") <= 20 + seconds
    assert sandbox.request_log.count(ROUTE) - requests == 1 + afterwards.count("UPSTREAM_TIMEOUT")
