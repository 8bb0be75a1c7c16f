"""The cache by itself, over an upstream that answers when a test lets it."""

import asyncio

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.imin.cache import Cache, CacheOptions
from gateway.imin.cacheable_read import CacheableRead, Decoded
from gateway.imin.endpoints.declaration import PUBLIC
from gateway.imin.errors import TimedOut, UpstreamUnavailable
from gateway.imin.transport.deadline import request_deadline


class Clock:
    """A clock that a test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Upstream:
    """Gives responses that name their customer and count the requests."""

    def __init__(self) -> None:
        self.requests = 0
        self.is_down = False
        self.gate: asyncio.Event | None = None

    def read(
        self,
        customer: str,
        name: str = "1",
        *,
        is_cacheable: bool = True,
        fresh_seconds: float | None = None,
    ) -> CacheableRead[str]:
        async def fetch() -> bytes:
            self.requests += 1
            mine = self.requests
            if self.gate is not None:
                await self.gate.wait()
            if self.is_down:
                raise UpstreamUnavailable("down")
            return f"{customer} {name} {mine}".encode()

        def decode(json: bytes | None) -> Decoded[str]:
            orders = frozenset() if customer == PUBLIC else frozenset({f"order-{name}"})
            return Decoded((json or b"").decode(), orders, is_cacheable)

        return CacheableRead((customer, "orders", name), fetch, decode, fresh_seconds)


OPTIONS = CacheOptions(fresh_seconds=3, stale_seconds=2, error_seconds=600, max_bytes=10_000)


def ignore(_age: float) -> None:
    pass


async def test_ages() -> None:
    """Fresh, then used while it is refreshed, then requested first, then used if imin is down, then never."""
    clock, upstream = Clock(), Upstream()
    ages: list[float] = []
    cache = Cache(OPTIONS, clock=clock)
    read = upstream.read("ann")

    async def at(seconds: float) -> str:
        clock.now = 1_000 + seconds
        value = await cache.get(read, ages.append)
        await asyncio.gather(*cache._tasks)  # noqa: SLF001  # refreshes in the background
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


async def test_first_caller_leaves() -> None:
    """The first of the callers that share a request may be cancelled; the others get their response."""
    upstream = Upstream()
    upstream.gate = asyncio.Event()
    cache = Cache(OPTIONS)
    read = upstream.read("ann")

    waiting = [asyncio.ensure_future(cache.get(read, ignore)) for _ in range(3)]
    while not upstream.requests:  # noqa: ASYNC110  # the request is the event
        await asyncio.sleep(0)
    waiting[0].cancel()
    with request_deadline(0.01), pytest.raises(TimedOut):
        await cache.get(read, ignore)
    upstream.gate.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert outcomes[1:] == ["ann 1 1", "ann 1 1"]
    assert upstream.requests == 1


@pytest.mark.parametrize("change", ["order", "customer"])
async def test_change_in_flight(change: str) -> None:
    """A response that was on its way when something changed is neither stored nor given to later callers."""
    upstream = Upstream()
    upstream.gate = asyncio.Event()
    cache = Cache(OPTIONS)
    read = upstream.read("ann")

    before = asyncio.ensure_future(cache.get(read, ignore))
    while upstream.requests < 1:  # noqa: ASYNC110  # the request is the event
        await asyncio.sleep(0)
    await (cache.order_changed("order-1") if change == "order" else cache.customer_changed("ann"))
    after = asyncio.ensure_future(cache.get(read, ignore))
    while upstream.requests < 2:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0)
    upstream.gate.set()

    assert list(await asyncio.gather(before, after)) == ["ann 1 1", "ann 1 2"]
    assert await cache.get(read, ignore) == "ann 1 2"


async def test_change_spares_others() -> None:
    """A change of an order outdates the responses of customers who have it, and of no others."""
    upstream, cache = Upstream(), Cache(OPTIONS)
    for customer, name in (("ann", "1"), ("bob", "1"), ("cat", "2")):
        await cache.get(upstream.read(customer, name), ignore)

    await cache.order_changed("order-1")
    given = [
        await cache.get(upstream.read(customer, name), ignore)
        for customer, name in (("ann", "1"), ("bob", "1"), ("cat", "2"))
    ]

    assert given == ["ann 1 4", "bob 1 5", "cat 2 3"]


async def test_pending_is_not_stored() -> None:
    """What is not cacheable is not stored, and older responses that show the same order are dropped."""
    upstream, cache = Upstream(), Cache(OPTIONS)

    await cache.get(upstream.read("ann"), ignore)
    await cache.get(upstream.read("ann", is_cacheable=False), ignore, refresh=True)
    given = await cache.get(upstream.read("ann"), ignore)

    assert given == "ann 1 3"


async def test_bounded() -> None:
    """The memory of what is stored stays within its bounds, and the least recently used goes first."""
    upstream = Upstream()
    cache = Cache(OPTIONS)
    for number in range(1_000):
        await cache.get(upstream.read("ann", str(number)), ignore)
        await cache.get(upstream.read("ann", "0"), ignore)
        assert cache.bytes_held <= 10_000

    assert upstream.requests == 1_000


async def test_own_freshness() -> None:
    """A response may be fresh for longer than others, and after that is stale and then usable as they are."""
    clock, upstream = Clock(), Upstream()
    cache = Cache(OPTIONS, clock=clock)
    read = upstream.read(PUBLIC, fresh_seconds=3_600)

    async def at(seconds: float) -> str:
        clock.now = 1_000 + seconds
        value = await cache.get(read, ignore)
        await asyncio.gather(*cache._tasks)  # noqa: SLF001  # refreshes in the background
        return value

    given = [await at(0), await at(3_599), await at(3_601), await at(3_602), await at(7_300)]

    assert given == ["* 1 1", "* 1 1", "* 1 1", "* 1 2", "* 1 3"]


async def test_change_outlives_long_freshness() -> None:
    """A change outdates a response for as long as that could be fresh."""
    clock, upstream = Clock(), Upstream()
    cache = Cache(OPTIONS, clock=clock)
    read = upstream.read("ann", fresh_seconds=3_600)
    await cache.get(read, ignore)
    await cache.customer_changed("ann")
    clock.now += 3_599

    assert await cache.get(read, ignore) == "ann 1 2"


async def test_all_ages_zero() -> None:
    """If all ages are 0 nothing is stored, whatever an endpoint declares."""
    upstream, cache = Upstream(), Cache(CacheOptions(0, 0, 0, 10_000))
    read = upstream.read(PUBLIC, fresh_seconds=3_600)

    assert [await cache.get(read, ignore), await cache.get(read, ignore)] == ["* 1 1", "* 1 2"]
    assert cache.bytes_held == 0


async def test_changed_orders_spare_public_data() -> None:
    """A changed order outdates nothing that belongs to no customer, not even what is on its way."""
    upstream, cache = Upstream(), Cache(OPTIONS)
    upstream.gate = asyncio.Event()
    get = asyncio.ensure_future(cache.get(upstream.read(PUBLIC), ignore))
    while not upstream.requests:  # noqa: ASYNC110  # the request is the event
        await asyncio.sleep(0)
    await cache.order_changed("order-1")
    upstream.gate.set()

    assert [await get, await cache.get(upstream.read(PUBLIC), ignore)] == ["* 1 1", "* 1 1"]


Action = tuple[str, str, str]


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["get", "refresh", "pending", "order", "customer", "wait", "down", "up", "land"]),
        st.sampled_from(["ann", "bob", "", "ann\x00", "an", PUBLIC]),
        st.sampled_from(["1", "2", "n1", ""]),
    ),
    min_size=1,
    max_size=60,
)


@given(actions=ACTIONS)
@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_crosses_customers(actions: list[Action]) -> None:
    """Whatever is read, changed, lost and shared in whatever order: a response belongs to the customer of its
    caller, and was not requested before the last change that the caller knows of.
    """
    asyncio.run(_play(actions))


async def _play(actions: list[Action]) -> None:
    clock, upstream = Clock(), Upstream()
    cache = Cache(CacheOptions(3, 2, 10, 400), clock=clock)
    gets: list[tuple[asyncio.Future[str], str, str, int]] = []
    changed_at: dict[str, int] = {}
    for action, customer, name in actions:
        match action:
            case "get" | "refresh" | "pending":
                read = upstream.read(customer, name, is_cacheable=action != "pending")
                get = cache.get(read, ignore, refresh=action == "refresh")
                gets.append((asyncio.ensure_future(get), customer, name, changed_at.get(customer, 0)))
                await asyncio.sleep(0)
            case "order":
                await cache.order_changed(f"order-{name}")
            case "customer":
                changed_at[customer] = upstream.requests
                await cache.customer_changed(customer)
            case "wait":
                clock.now += 2
            case "down" | "up":
                upstream.is_down = action == "down"
            case "land":
                await _settle(upstream)
                upstream.gate = asyncio.Event()
    await _settle(upstream)
    for result, customer, name, changed in gets:
        try:
            answer = await result
        except UpstreamUnavailable:
            continue
        owner, requested, number = answer.rsplit(" ", 2)
        assert owner == customer
        assert requested == name
        assert int(number) > changed
    await cache.close()


async def _settle(upstream: Upstream) -> None:
    if upstream.gate is not None:
        upstream.gate.set()
    for _ in range(20):
        await asyncio.sleep(0)
