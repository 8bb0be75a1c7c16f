"""Short browsing sessions: what caches and Redis save. The figures: `python -m tests.endurance.browsing`."""

from tests.endurance.browsing import CASES, Figures, measure
from tests.support.redis_server import needs_redis


@needs_redis
async def test_browsing() -> None:
    """The cache sends each request of a browsing customer to imin once, also with two replicas and Redis."""
    generous = {"GATEWAY_CACHE_FRESH_SECONDS": "60", "GATEWAY_REDIS_TIMEOUT_SECONDS": "2"}
    plain, one, apart, shared = [await measure(case, ("1234",), (0.05, 0.05), **generous) for case in CASES]

    assert plain == Figures(clicks=12, calls=19, hits=0)
    assert one == shared == Figures(clicks=12, calls=5, hits=14 / 19)
    assert apart == Figures(clicks=12, calls=13, hits=6 / 19)
