"""The cache by itself, over an imin that answers when it is told to."""

import asyncio

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.imin.cache import Cache, CacheOptions, Found, Question
from gateway.imin.errors import TimedOut, UpstreamUnavailable
from gateway.imin.transport.deadline import request_deadline


class Clock:
    """A clock that is told the time."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Upstream:
    """Something to ask, whose answers tell who asked and how often it has been asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = False
        self.gate: asyncio.Event | None = None

    def question(self, customer: str, name: str = "1", *, is_lasting: bool = True) -> Question[str]:
        async def ask() -> bytes:
            self.asked += 1
            mine = self.asked
            if self.gate is not None:
                await self.gate.wait()
            if self.is_down:
                raise UpstreamUnavailable("down")
            return f"{customer} {name} {mine}".encode()

        def read(json: bytes | None) -> Found[str]:
            return Found((json or b"").decode(), frozenset({f"order-{name}"}), is_lasting)

        return Question((customer, "orders", name), ask, read)


OPTIONS = CacheOptions(fresh_seconds=3, stale_seconds=2, error_seconds=600, max_bytes=10_000)


def ignore(_age: float) -> None:
    """Nobody to tell."""


async def test_ages() -> None:
    """Fresh, then given while asked for anew, then asked for first, then only if imin is down, then never."""
    clock, upstream = Clock(), Upstream()
    ages: list[float] = []
    cache = Cache(OPTIONS, clock=clock)
    question = upstream.question("ann")

    async def at(seconds: float) -> str:
        clock.now = 1_000 + seconds
        value = await cache.get(question, ages.append)
        await asyncio.gather(*cache._tasks)  # noqa: SLF001  # what goes on behind an answer's back
        return value

    given = [await at(0), await at(2.9), await at(4.9), await at(5), await at(11)]
    upstream.is_down = True
    given += [await at(17), await at(615)]
    with pytest.raises(UpstreamUnavailable):
        await at(617)

    assert given == ["ann 1 1", "ann 1 1", "ann 1 1", "ann 1 2", "ann 1 3", "ann 1 3", "ann 1 3"]
    assert ages == [6, 604]
    assert cache.counts == {"fresh": 2, "stale": 1, "error": 2, "joined": 0, "replica": 0, "miss": 6}
    await cache.close()


async def test_leader_gives_up() -> None:
    """The first of those who share a question may give up; the others get their answer."""
    upstream = Upstream()
    upstream.gate = asyncio.Event()
    cache = Cache(OPTIONS)
    question = upstream.question("ann")

    waiting = [asyncio.ensure_future(cache.get(question, ignore)) for _ in range(3)]
    while not upstream.asked:  # noqa: ASYNC110  # its being asked is the event
        await asyncio.sleep(0)
    waiting[0].cancel()
    with request_deadline(0.01), pytest.raises(TimedOut):
        await cache.get(question, ignore)
    upstream.gate.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert outcomes[1:] == ["ann 1 1", "ann 1 1"]
    assert upstream.asked == 1


@pytest.mark.parametrize("change", ["order", "customer"])
async def test_change_while_asking(change: str) -> None:
    """An answer that was on its way when something changed is not kept, nor given to who asks later."""
    upstream = Upstream()
    upstream.gate = asyncio.Event()
    cache = Cache(OPTIONS)
    question = upstream.question("ann")

    before = asyncio.ensure_future(cache.get(question, ignore))
    while upstream.asked < 1:  # noqa: ASYNC110  # its being asked is the event
        await asyncio.sleep(0)
    await (cache.order_changed("order-1") if change == "order" else cache.customer_changed("ann"))
    after = asyncio.ensure_future(cache.get(question, ignore))
    while upstream.asked < 2:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0)
    upstream.gate.set()

    assert list(await asyncio.gather(before, after)) == ["ann 1 1", "ann 1 2"]
    assert await cache.get(question, ignore) == "ann 1 2"


async def test_change_spares_others() -> None:
    """A change makes those forgotten who have the order, and nobody else."""
    upstream, cache = Upstream(), Cache(OPTIONS)
    for customer, name in (("ann", "1"), ("bob", "1"), ("cat", "2")):
        await cache.get(upstream.question(customer, name), ignore)

    await cache.order_changed("order-1")
    given = [
        await cache.get(upstream.question(customer, name), ignore)
        for customer, name in (("ann", "1"), ("bob", "1"), ("cat", "2"))
    ]

    assert given == ["ann 1 4", "bob 1 5", "cat 2 3"]


async def test_pending_is_not_kept() -> None:
    """What must not last is not kept, and takes older answers that tell of the same order with it."""
    upstream, cache = Upstream(), Cache(OPTIONS)

    await cache.get(upstream.question("ann"), ignore)
    await cache.get(upstream.question("ann", is_lasting=False), ignore, anew=True)
    given = await cache.get(upstream.question("ann"), ignore)

    assert given == "ann 1 3"


async def test_bounded() -> None:
    """What is kept stays within its bytes, and the least used goes first."""
    upstream = Upstream()
    cache = Cache(OPTIONS)
    for number in range(1_000):
        await cache.get(upstream.question("ann", str(number)), ignore)
        await cache.get(upstream.question("ann", "0"), ignore)
        assert cache.bytes_held <= 10_000

    assert upstream.asked == 1_000


Action = tuple[str, str, str]


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["get", "anew", "pending", "order", "customer", "wait", "down", "up", "land"]),
        st.sampled_from(["ann", "bob", "", "ann\x00", "an"]),
        st.sampled_from(["1", "2", "n1", ""]),
    ),
    min_size=1,
    max_size=60,
)


@given(actions=ACTIONS)
@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_crosses_customers(actions: list[Action]) -> None:
    """Whatever is asked, changed, lost and joined in whatever order: an answer is its asker's, and
    was not asked for before the last change that its asker knows of.
    """
    asyncio.run(_play(actions))


async def _play(actions: list[Action]) -> None:
    clock, upstream = Clock(), Upstream()
    cache = Cache(CacheOptions(3, 2, 10, 400), clock=clock)
    gets: list[tuple[asyncio.Future[str], str, str, int]] = []
    changed_at: dict[str, int] = {}
    for action, customer, name in actions:
        match action:
            case "get" | "anew" | "pending":
                question = upstream.question(customer, name, is_lasting=action != "pending")
                asked = cache.get(question, ignore, anew=action == "anew")
                gets.append((asyncio.ensure_future(asked), customer, name, changed_at.get(customer, 0)))
                await asyncio.sleep(0)
            case "order":
                await cache.order_changed(f"order-{name}")
            case "customer":
                changed_at[customer] = upstream.asked
                await cache.customer_changed(customer)
            case "wait":
                clock.now += 2
            case "down" | "up":
                upstream.is_down = action == "down"
            case "land":
                await _settle(upstream)
                upstream.gate = asyncio.Event()
    await _settle(upstream)
    for get, customer, name, changed in gets:
        try:
            answer = await get
        except UpstreamUnavailable:
            continue
        owner, asked_for, number = answer.rsplit(" ", 2)
        assert owner == customer
        assert asked_for == name
        assert int(number) > changed
    await cache.close()


async def _settle(upstream: Upstream) -> None:
    if upstream.gate is not None:
        upstream.gate.set()
    for _ in range(20):
        await asyncio.sleep(0)
