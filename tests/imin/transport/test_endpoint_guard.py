"""The guard of an endpoint: what is sent, what waits, what is rejected, and when calls pass again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.imin.client import ClientOptions, IminClient
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.errors import CallRejected, TimedOut, Unreadable, UpstreamUnavailable
from gateway.imin.transport.deadline import REQUEST_DEADLINE
from gateway.imin.transport.endpoint_guard import EndpointGuard, EndpointGuardOptions
from gateway.sandbox import Fault, Sandbox
from tests.imin.transport.test_circuit_breaker import ManualClock
from tests.support.imin import read_order, read_orders
from tests.support.waiting import HANGS_AFTER, PLENTY

DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"


@dataclass
class Response:
    status: int = 200
    retry_after: float | None = None
    size: int = 0


async def _respond(response: Response) -> Response:
    return response


async def test_429_halves_and_successes_restore() -> None:
    """Each 429 halves the limit of calls in flight, down to one; four successes raise it by one."""
    guard = EndpointGuard("GET /orders", EndpointGuardOptions(), ManualClock())
    limits: list[float] = []

    async def send(_: float) -> Response:
        return Response(429 if len(limits) < 5 else 200)

    for _ in range(13):
        await guard.call(send, 1, is_repeatable=False)
        limits.append(guard.bulkhead.limit)

    assert limits == [8, 4, 2, 1, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3]


async def test_pause_beyond_the_deadline() -> None:
    """While the Retry-After lasts for longer than a call may take, calls are rejected without being sent."""
    clock = ManualClock()
    guard = EndpointGuard("GET /orders", EndpointGuardOptions(), clock)

    first = await guard.call(lambda _: _respond(Response(503, 7.0)), 1, is_repeatable=True)
    with pytest.raises(CallRejected) as rejection:
        await guard.call(lambda _: _respond(Response()), 1, is_repeatable=True)
    clock.now = 7.0
    last = await guard.call(lambda _: _respond(Response()), 1, is_repeatable=True)

    assert (first.status, last.status) == (503, 200)
    assert (rejection.value.sent, rejection.value.retry_after) == (False, 7.0)
    assert (guard.calls, guard.attempts, guard.rejected) == (3, 2, 1)


async def test_long_pause_is_limited() -> None:
    """However long the Retry-After is, requests are sent again after half a minute."""
    clock = ManualClock()
    guard = EndpointGuard("GET /orders", EndpointGuardOptions(), clock)

    await guard.call(lambda _: _respond(Response(429, 86_400.0)), 1, is_repeatable=False)
    clock.now = 30.0
    answer = await guard.call(lambda _: _respond(Response()), 1, is_repeatable=False)

    assert answer.status == 200


async def test_full_bulkhead() -> None:
    """Sixteen calls are sent, thirty-two wait, the rest are rejected; then all that wait are sent."""
    guard = EndpointGuard("GET /orders", EndpointGuardOptions(), ManualClock())
    may_respond = asyncio.Event()
    sent = 0
    guard.bulkhead.mean_seconds = 100.0  # the endpoint is known to be slow

    async def send(_: float) -> Response:
        nonlocal sent
        sent += 1
        await may_respond.wait()
        return Response()

    calls = [asyncio.ensure_future(guard.call(send, PLENTY, is_repeatable=True)) for _ in range(60)]
    while not calls[-1].done():  # noqa: ASYNC110  # the call has been rejected
        await asyncio.sleep(0)
    counts = (sent, guard.bulkhead.in_flight, guard.bulkhead.waiting, guard.rejected)
    may_respond.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert counts == (16, 16, 32, 12)
    assert sum(isinstance(outcome, Response) for outcome in outcomes) == 48
    assert sum(isinstance(outcome, CallRejected) for outcome in outcomes) == 12
    assert (guard.bulkhead.in_flight, guard.bulkhead.waiting) == (0, 0)


async def test_long_queue_of_a_quick_endpoint() -> None:
    """If the queue moves fast, more calls may wait than are reserved: none is rejected needlessly."""
    clock = ManualClock()
    guard = EndpointGuard("GET /orders", EndpointGuardOptions(), clock)

    async def send(_: float) -> Response:
        await asyncio.sleep(0)
        clock.now += 0.0001
        return Response()

    outcomes = await asyncio.gather(*(guard.call(send, 3, is_repeatable=True) for _ in range(400)))

    assert {outcome.status for outcome in outcomes} == {200}


@pytest.mark.parametrize(("standstill", "expected"), [(0.2, 0), (0.3, 52)])
async def test_queue_after_a_hiccup(standstill: float, expected: int) -> None:
    """A queue that stood still for a moment because this process was busy does not count as slow."""
    clock = ManualClock()
    guard = EndpointGuard("GET /orders", EndpointGuardOptions(), clock)
    guard.bulkhead.mean_seconds = 0.001  # the endpoint is known to be quick
    may_respond = asyncio.Event()

    async def send(_: float) -> Response:
        await may_respond.wait()
        return Response()

    async def call() -> Response:
        return await guard.call(send, 1, is_repeatable=False)

    calls = [asyncio.ensure_future(call()) for _ in range(48)]
    while guard.bulkhead.waiting < 32:  # noqa: ASYNC110  # the calls have joined the queue
        await asyncio.sleep(0)
    clock.now += standstill
    calls += [asyncio.ensure_future(call()) for _ in range(52)]
    while guard.bulkhead.waiting + guard.rejected < 84:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0)
    rejected = guard.rejected
    may_respond.set()
    await asyncio.gather(*calls, return_exceptions=True)

    assert rejected == expected


async def test_cancelled_while_waiting() -> None:
    """A call that is cancelled while it waits leaves its slot to the others."""
    guard = EndpointGuard("GET /orders", EndpointGuardOptions(in_flight=1))
    may_respond = asyncio.Event()

    async def send(_: float) -> Response:
        await may_respond.wait()
        return Response()

    calls = [asyncio.ensure_future(guard.call(send, PLENTY, is_repeatable=True)) for _ in range(4)]
    while guard.bulkhead.waiting < 3:  # noqa: ASYNC110  # the calls have joined the queue
        await asyncio.sleep(0)
    calls[0].cancel()
    calls[2].cancel()
    may_respond.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [
        asyncio.CancelledError,
        Response,
        asyncio.CancelledError,
        Response,
    ]
    assert (guard.bulkhead.in_flight, guard.bulkhead.waiting) == (0, 0)


def _client(url: str, **changes: Any) -> IminClient:
    values: dict[str, Any] = {
        "base_url": url,
        "api_key": SecretStr("sandbox-key"),
        "timeout_seconds": PLENTY,
        "cancel_timeout_seconds": PLENTY,
        "max_answer_bytes": 1_048_576,
        "max_receipt_bytes": 1_048_576,
        "customer_accounts_path": "customer-accounts",
    }
    return IminClient(ClientOptions(**(values | changes)))


@asynccontextmanager
async def open_client(imin: tuple[Sandbox, str], **changes: Any) -> AsyncIterator[IminClient]:
    """A client of the sandbox whose timeouts are never reached."""
    async with _client(imin[1], **changes) as client:
        yield client


async def _fails(call: Callable[[], Any]) -> type[BaseException]:
    with pytest.raises(UpstreamUnavailable) as failure:
        await call()
    return failure.type


async def test_breaker_spares_imin(imin: tuple[Sandbox, str]) -> None:
    """A failing endpoint gets twenty requests, then none until it may be probed; others work on."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders/:id", "500", times=None))

    async with open_client(imin) as client:
        kinds = [await _fails(lambda: read_order(client, DOCUMENTED)) for _ in range(23)]
        page = await read_orders(client, "1234", 1)

    assert kinds == [UpstreamUnavailable] * 20 + [CallRejected] * 3
    assert page.total == 1917
    assert sandbox.request_log.counts() == {"GET /orders/:id": 20, "GET /orders": 1}


async def test_breaker_closes_after_recovery(imin: tuple[Sandbox, str]) -> None:
    """Once imin has recovered, the first probe closes the breaker."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders/:id", "500", times=None))

    async with open_client(imin, endpoint_guard=EndpointGuardOptions(rest_seconds=0.05)) as client:
        for _ in range(20):
            await _fails(lambda: read_order(client, DOCUMENTED))
        sandbox.faults.clear()
        breaker = client.endpoint_guards.of("GET /orders/:id").breaker
        while breaker.state != "half-open":  # noqa: ASYNC110  # until the probe is due
            await asyncio.sleep(breaker.seconds_to_probe)
        order = await read_order(client, DOCUMENTED)
        await read_order(client, DOCUMENTED)

    assert order.order_number == "29"


@pytest.mark.parametrize("kind", ["express_400", "html_200", "wrong_order"])
async def test_breaker_ignores_readable_and_odd_responses(imin: tuple[Sandbox, str], kind: Any) -> None:
    """An endpoint that responds, however oddly, is not failing: one odd order blocks no other."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders/:id", kind, times=6))

    async with open_client(imin) as client:
        for _ in range(6):
            with pytest.raises(Exception):  # noqa: B017, PT011  # which error it is, other tests say
                await read_order(client, DOCUMENTED)
        assert await client.fetch(ORDER, ("", "nothing")) is None
        order = await read_order(client, DOCUMENTED)

    assert order.order_number == "29"


async def test_retry_after_before_the_deadline(imin: tuple[Sandbox, str]) -> None:
    """If the Retry-After ends before the deadline, the GET is sent again after it."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders", "429", times=1, retry_after=0))

    async with open_client(imin) as client:
        page = await read_orders(client, "1234", 1)

    assert page.total == 1917
    assert sandbox.request_log.counts() == {"GET /orders": 2}


async def test_request_deadline(imin: tuple[Sandbox, str]) -> None:
    """No call lasts longer than the client's own request may."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
    loop = asyncio.get_running_loop()

    async with open_client(imin) as client:
        token = REQUEST_DEADLINE.set(loop.time() + 0.1)
        async with asyncio.timeout(HANGS_AFTER):
            with pytest.raises(TimedOut):
                await read_orders(client, "1234", 1)
        REQUEST_DEADLINE.reset(token)


async def test_bulkhead_per_endpoint(imin: tuple[Sandbox, str]) -> None:
    """However many calls hang at one endpoint, another one responds."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))

    async with open_client(imin) as client:
        hanging = [asyncio.ensure_future(read_orders(client, "1234", page)) for page in range(1, 80)]
        await sandbox.request_log.wait_for("GET /orders", 16)
        order = await read_order(client, DOCUMENTED)
        rejections = [call.exception() for call in hanging if call.done()]
        for call in hanging:
            call.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    assert order.order_number == "29"
    assert {type(rejection) for rejection in rejections} <= {CallRejected}
    assert sandbox.request_log.count("GET /orders") == 16


async def test_unreadable_is_not_retried(imin: tuple[Sandbox, str]) -> None:
    """A response that cannot be read is not requested again."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders", "html_200", times=None))

    async with open_client(imin) as client:
        with pytest.raises(Unreadable):
            await read_orders(client, "1234", 1)

    assert sandbox.request_log.counts() == {"GET /orders": 1}
