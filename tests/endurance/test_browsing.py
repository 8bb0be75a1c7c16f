"""Short browsing sessions: what caches and Redis save. The figures: `python -m tests.endurance.browsing`."""

from tests.endurance.browsing import CASES, Case, Figures, measure
from tests.support.redis_server import needs_redis

BEST = Figures(clicks=12, calls=5, hits=14 / 19)


async def test_browsing() -> None:
    """The cache sends each request of a browsing customer to imin once, for each replica."""
    plain, one, apart, _ = CASES

    assert await browse(plain) == Figures(clicks=12, calls=19, hits=0)
    assert await browse(one) == BEST
    assert await browse(apart) == Figures(clicks=12, calls=13, hits=6 / 19)


@needs_redis
async def test_browsing_with_redis() -> None:
    """Two replicas that share a Redis send no more requests to imin than one does."""
    figures = []
    # A response is stored in Redis after it was sent: on a slow machine the next click may be earlier.
    for pause in (0.05, 0.5, 2.0):
        figures.append(await browse(CASES[3], pause))
        if figures[-1] == BEST:
            break

    assert figures[-1] == BEST


async def browse(case: Case, pause: float = 0.0) -> Figures:
    return await measure(case, ("1234",), (pause, pause), GATEWAY_CACHE_FRESH_SECONDS="3600")
