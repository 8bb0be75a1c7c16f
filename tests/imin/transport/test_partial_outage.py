"""An endpoint that works for half of the calls: its circuit breaker refuses none of them."""

import asyncio
from collections.abc import Iterable
from itertools import cycle, islice
from random import Random

import pytest

from gateway.imin.client import IminClient
from gateway.imin.errors import CallRejected, IminError, TimedOut, UpstreamUnavailable
from gateway.imin.transport.endpoint_guard import EndpointGuard, EndpointGuardOptions
from gateway.journal.rejections import despite_rejections
from gateway.sandbox import Fault, FaultKind, Sandbox
from tests.imin.transport.test_circuit_breaker import ManualClock
from tests.imin.transport.test_endpoint_guard import DOCUMENTED, Response, open_client
from tests.support.imin import read_order

READ, PATCH = "GET /orders/:id", "PATCH /orders/:id"
_DEAD = 20
"""Failures in a row after which an endpoint counts as dead."""


async def _call(guard: EndpointGuard, failure: IminError | Response | None) -> Response:
    """A call that fails, or succeeds for None."""

    async def send(_: float) -> Response:
        if isinstance(failure, IminError):
            raise failure
        return failure or Response()

    return await guard.call(send, 1, is_repeatable=False)


async def _outcomes(guard: EndpointGuard, failures: Iterable[IminError | Response | None]) -> None:
    for failure in failures:
        try:
            await _call(guard, failure)
        except CallRejected:
            raise
        except IminError:
            pass


FAILURES: dict[str, IminError | Response] = {
    "500": Response(500),
    "reset": UpstreamUnavailable("the connection broke"),
    "hangs": TimedOut("took too long"),
}


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("pattern", ["fs", "sf", "ffss", "f" * 10 + "s" * 10, "f" * 19 + "s" * 19])
async def test_pattern(kind: str, pattern: str) -> None:
    """Whatever fails half of the calls by turns, none is refused."""
    guard = EndpointGuard(READ, EndpointGuardOptions(), ManualClock())

    outcomes = islice(cycle(pattern), 1_000)
    await _outcomes(guard, (FAILURES[kind] if one == "f" else None for one in outcomes))

    assert (guard.attempts, guard.rejected) == (1_000, 0)


@pytest.mark.parametrize("seed", range(5))
async def test_at_random(seed: int) -> None:
    """Calls of which half fail at random are not refused."""
    guard = EndpointGuard(READ, EndpointGuardOptions(), ManualClock())
    random = Random(seed)  # noqa: S311  # a repeatable draw

    await _outcomes(guard, (random.choice([None, random.choice([*FAILURES.values()])]) for _ in range(2_000)))

    assert (guard.attempts, guard.rejected) == (2_000, 0)


@pytest.mark.parametrize("kind", FAILURES)
async def test_dead(kind: str) -> None:
    """After twenty failures in a row only one call a second is sent; once one succeeds, all are."""
    clock = ManualClock()
    guard = EndpointGuard(READ, EndpointGuardOptions(), clock)
    await _outcomes(guard, [FAILURES[kind]] * _DEAD)

    sent = []
    for clock.now in (0.0, 0.9, 1.0, 1.5):
        try:
            await _call(guard, FAILURES[kind])
        except CallRejected:
            sent.append(False)
        except IminError:
            sent.append(True)
        else:
            sent.append(True)
    clock.now = 2.0
    await _outcomes(guard, [None] * 50)

    assert sent == [False, False, True, False]
    assert (guard.attempts, guard.rejected) == (_DEAD + 1 + 50, 3)


@pytest.mark.parametrize("kind", ["500", "reset", "truncate"])
async def test_over_http(imin: tuple[Sandbox, str], kind: FaultKind) -> None:
    """Every second response fails: all reads get one, and the breaker stays closed."""
    sandbox, _ = imin
    for number in range(60):
        sandbox.faults.add(Fault(READ, "delay" if number % 2 else kind))  # a delay of no time

    async with open_client(imin) as client:
        results = await asyncio.gather(*(_read(client) for _ in range(30)))
        guard = client.endpoint_guards.of(READ)

    assert CallRejected not in results
    assert (guard.rejected, guard.breaker.state) == (0, "closed")


async def _read(client: IminClient) -> type[object]:
    try:
        return type(await read_order(client, DOCUMENTED))
    except UpstreamUnavailable as error:
        return type(error)


async def test_cancellation_waits_for_a_probe() -> None:
    """A call that may not be refused on old evidence is sent as soon as the breaker may probe."""
    guard = EndpointGuard(PATCH, EndpointGuardOptions(rest_seconds=0.05))
    await _outcomes(guard, [Response(500)] * _DEAD)

    answers = await asyncio.gather(*(despite_rejections(lambda: _call(guard, None)) for _ in range(10)))

    assert answers == [Response()] * 10
    assert guard.attempts == _DEAD + 10


async def test_cancellation_is_refused_in_the_end() -> None:
    """A call that is rejected all the time is not sent; it fails once its time is over."""
    guard = EndpointGuard(PATCH, EndpointGuardOptions(rest_seconds=1_000))
    await _outcomes(guard, [Response(500)] * _DEAD)
    until = asyncio.get_running_loop().time() + 0.1

    with pytest.raises(CallRejected) as rejection:
        await despite_rejections(lambda: _call(guard, None), until)

    assert rejection.value.by == "breaker"
    assert guard.attempts == _DEAD
