"""The guard of an endpoint: what is sent, what waits, what is rejected, and when calls pass again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.imin.client import ClientOptions, IminClient
from gateway.imin.errors import NotFound, TimedOut, Unreadable, UpstreamUnavailable
from gateway.imin.transport.deadline import REQUEST_DEADLINE
from gateway.imin.transport.endpoint_guard import CallRejected, EndpointGuard, EndpointGuardOptions
from gateway.sandbox import Fault, Sandbox
from tests.imin.transport.test_circuit_breaker import Clock

DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"


@dataclass
class Reply:
    status: int = 200
    retry_after: float | None = None
    size: int = 0


async def _answer(reply: Reply) -> Reply:
    return reply


async def test_429_halves_and_successes_restore() -> None:
    """Each 429 halves what may be in flight, down to one; four successes raise it by one."""
    endpoint = EndpointGuard("GET /orders", EndpointGuardOptions(), Clock())
    limits: list[float] = []

    async def send(_: float) -> Reply:
        return Reply(429 if len(limits) < 5 else 200)

    for _ in range(13):
        await endpoint.call(send, 1, is_repeatable=False)
        limits.append(endpoint.limit)

    assert limits == [8, 4, 2, 1, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3]


async def test_rest_beyond_the_deadline() -> None:
    """While imin wants to be left alone for longer than a call has time, calls are turned away unsent."""
    clock = Clock()
    endpoint = EndpointGuard("GET /orders", EndpointGuardOptions(), clock)

    first = await endpoint.call(lambda _: _answer(Reply(503, 7.0)), 1, is_repeatable=True)
    with pytest.raises(CallRejected) as refusal:
        await endpoint.call(lambda _: _answer(Reply()), 1, is_repeatable=True)
    clock.now = 7.0
    last = await endpoint.call(lambda _: _answer(Reply()), 1, is_repeatable=True)

    assert (first.status, last.status) == (503, 200)
    assert (refusal.value.sent, refusal.value.retry_after) == (False, 7.0)
    assert (endpoint.calls, endpoint.attempts, endpoint.rejected) == (3, 2, 1)


async def test_long_rest_is_cut() -> None:
    """However long imin asks to be left alone, it is asked again after half a minute."""
    clock = Clock()
    endpoint = EndpointGuard("GET /orders", EndpointGuardOptions(), clock)

    await endpoint.call(lambda _: _answer(Reply(429, 86_400.0)), 1, is_repeatable=False)
    clock.now = 30.0
    answer = await endpoint.call(lambda _: _answer(Reply()), 1, is_repeatable=False)

    assert answer.status == 200


async def test_crowd() -> None:
    """Sixteen are sent, thirty-two wait, the rest are turned away; then all that wait are served."""
    endpoint = EndpointGuard("GET /orders", EndpointGuardOptions(), Clock())
    gate = asyncio.Event()
    sent = 0
    endpoint._mean_seconds = 1.0  # noqa: SLF001  # an endpoint known to be slow

    async def send(_: float) -> Reply:
        nonlocal sent
        sent += 1
        await gate.wait()
        return Reply()

    calls = [asyncio.ensure_future(endpoint.call(send, 3, is_repeatable=True)) for _ in range(60)]
    while not calls[-1].done():  # noqa: ASYNC110  # its being refused is the event
        await asyncio.sleep(0)
    crowd = (sent, endpoint.running, endpoint.waiting, endpoint.rejected)
    gate.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert crowd == (16, 16, 32, 12)
    assert sum(isinstance(outcome, Reply) for outcome in outcomes) == 48
    assert sum(isinstance(outcome, CallRejected) for outcome in outcomes) == 12
    assert (endpoint.running, endpoint.waiting) == (0, 0)


async def test_crowd_at_a_quick_endpoint() -> None:
    """Where the queue moves fast, more may wait than the promised places: nobody is refused in vain."""
    endpoint = EndpointGuard("GET /orders", EndpointGuardOptions())

    async def send(_: float) -> Reply:
        await asyncio.sleep(0.001)
        return Reply()

    outcomes = await asyncio.gather(*(endpoint.call(send, 3, is_repeatable=True) for _ in range(400)))

    assert {outcome.status for outcome in outcomes} == {200}


@pytest.mark.parametrize(("still", "refused"), [(0.2, 0), (0.3, 52)])
async def test_crowd_after_a_hiccup(still: float, refused: int) -> None:
    """A queue that stood still for a moment, since this process was busy, is none that imin holds up."""
    clock = Clock()
    endpoint = EndpointGuard("GET /orders", EndpointGuardOptions(), clock)
    endpoint._mean_seconds = 0.001  # noqa: SLF001  # an endpoint known to be quick
    gate = asyncio.Event()

    async def send(_: float) -> Reply:
        await gate.wait()
        return Reply()

    async def call() -> Reply:
        return await endpoint.call(send, 1, is_repeatable=False)

    calls = [asyncio.ensure_future(call()) for _ in range(48)]
    while endpoint.waiting < 32:  # noqa: ASYNC110  # its having joined the queue is the event
        await asyncio.sleep(0)
    clock.now += still
    calls += [asyncio.ensure_future(call()) for _ in range(52)]
    while endpoint.waiting + endpoint.rejected < 84:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0)
    rejected = endpoint.rejected
    gate.set()
    await asyncio.gather(*calls, return_exceptions=True)

    assert rejected == refused


async def test_cancelled_while_waiting() -> None:
    """A call that is given up while it waits leaves its place to the others."""
    endpoint = EndpointGuard("GET /orders", EndpointGuardOptions(in_flight=1))
    gate = asyncio.Event()

    async def send(_: float) -> Reply:
        await gate.wait()
        return Reply()

    calls = [asyncio.ensure_future(endpoint.call(send, 3, is_repeatable=True)) for _ in range(4)]
    while endpoint.waiting < 3:  # noqa: ASYNC110  # their waiting is the event
        await asyncio.sleep(0)
    calls[0].cancel()
    calls[2].cancel()
    gate.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [
        asyncio.CancelledError,
        Reply,
        asyncio.CancelledError,
        Reply,
    ]
    assert (endpoint.running, endpoint.waiting) == (0, 0)


def _client(url: str, **changes: Any) -> IminClient:
    values: dict[str, Any] = {
        "base_url": url,
        "api_key": SecretStr("sandbox-key"),
        "timeout_seconds": 0.3,
        "cancel_timeout_seconds": 0.3,
        "max_answer_bytes": 1_048_576,
        "max_receipt_bytes": 1_048_576,
        "customer_accounts_path": "customer-accounts",
    }
    return IminClient(ClientOptions(**(values | changes)))


@asynccontextmanager
async def _open(imin: tuple[Sandbox, str], **changes: Any) -> AsyncIterator[IminClient]:
    async with _client(imin[1], **changes) as client:
        yield client


async def _fails(call: Callable[[], Any]) -> type[BaseException]:
    with pytest.raises(UpstreamUnavailable) as failure:
        await call()
    return failure.type


async def test_breaker_spares_imin(imin: tuple[Sandbox, str]) -> None:
    """A failing endpoint is asked five times, then not at all until it may be probed; others go on."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders/:id", "500", times=None))

    async with _open(imin) as client:
        kinds = [await _fails(lambda: client.order(DOCUMENTED)) for _ in range(8)]
        page = await client.orders("1234", 1)

    assert kinds == [UpstreamUnavailable] * 5 + [CallRejected] * 3
    assert page.total == 1917
    assert sandbox.ledger.counts() == {"GET /orders/:id": 5, "GET /orders": 1}


async def test_breaker_closes_after_repair(imin: tuple[Sandbox, str]) -> None:
    """Once imin is repaired, the first probe brings good answers back."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders/:id", "500", times=None))

    async with _open(imin, endpoint_guard=EndpointGuardOptions(rest_seconds=0.05)) as client:
        for _ in range(5):
            await _fails(lambda: client.order(DOCUMENTED))
        sandbox.faults.clear()
        breaker = client.endpoint_guards.of("GET /orders/:id").breaker
        while breaker.state != "half-open":  # noqa: ASYNC110  # time is the event
            await asyncio.sleep(breaker.seconds_to_probe)
        order = await client.order(DOCUMENTED)
        await client.order(DOCUMENTED)

    assert order.order_number == "29"


@pytest.mark.parametrize("kind", ["express_400", "html_200", "wrong_order"])
async def test_breaker_ignores_what_is_no_outage(imin: tuple[Sandbox, str], kind: Any) -> None:
    """An endpoint that answers, however oddly, is not failing: one odd order bars no other."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders/:id", kind, times=6))

    async with _open(imin) as client:
        for _ in range(6):
            with pytest.raises(Exception):  # noqa: B017, PT011  # whatever it is, told elsewhere
                await client.order(DOCUMENTED)
        with pytest.raises(NotFound):
            await client.order("nothing")
        order = await client.order(DOCUMENTED)

    assert order.order_number == "29"


async def test_retry_after_within_the_time(imin: tuple[Sandbox, str]) -> None:
    """A wait that imin asks for and that fits into the time is kept, and then the GET is sent again."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders", "429", times=1, retry_after=0))

    async with _open(imin) as client:
        page = await client.orders("1234", 1)

    assert page.total == 1917
    assert sandbox.ledger.counts() == {"GET /orders": 2}


async def test_request_deadline(imin: tuple[Sandbox, str]) -> None:
    """No call outlasts the client's own request."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
    loop = asyncio.get_running_loop()

    async with _open(imin, timeout_seconds=10) as client:
        started = loop.time()
        token = REQUEST_DEADLINE.set(started + 0.1)
        with pytest.raises(TimedOut):
            await client.orders("1234", 1)
        REQUEST_DEADLINE.reset(token)

    assert loop.time() - started < 1


async def test_bulkhead_apart(imin: tuple[Sandbox, str]) -> None:
    """However many calls hang at one endpoint, another answers at once."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))

    async with _open(imin) as client:
        hung = [asyncio.ensure_future(client.orders("1234", page)) for page in range(1, 80)]
        order = await client.order(DOCUMENTED)
        outcomes = await asyncio.gather(*hung, return_exceptions=True)

    assert order.order_number == "29"
    assert {type(outcome) for outcome in outcomes} <= {TimedOut, CallRejected}
    # Until its breaker opens with the fifth, each that gives up may let one more in.
    assert 16 <= sandbox.ledger.count("GET /orders") <= 20


async def test_unreadable_is_not_repeated(imin: tuple[Sandbox, str]) -> None:
    """What came but cannot be read is not asked for again."""
    sandbox, _ = imin
    sandbox.faults.add(Fault("GET /orders", "html_200", times=None))

    async with _open(imin) as client:
        with pytest.raises(Unreadable):
            await client.orders("1234", 1)

    assert sandbox.ledger.counts() == {"GET /orders": 1}
