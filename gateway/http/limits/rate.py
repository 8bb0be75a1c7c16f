"""Limit the cost that each caller may cause over time: one token bucket for each caller.

Buckets belong to this process; rate_redis.py synchronises those of several replicas.
"""

import math
import time
from dataclasses import dataclass

from cachetools import LRUCache

from gateway.auth import Caller

_MAX_CALLERS = 50_000


@dataclass(frozen=True, slots=True)
class RateRules:
    """cost_per_second: by how much buckets refill. burst: what a full one holds. Cost: requests to imin."""

    cost_per_second: float
    burst: int


@dataclass(slots=True)
class Bucket:
    """Token bucket of one caller. unshared: charged here, not yet known to other replicas."""

    rules: RateRules
    level: float
    filled_at: float
    unshared: int = 0

    def charge(self, cost: int) -> bool:
        """Charge the cost. Returns False, and charges nothing, if the bucket holds less."""
        self._refill()
        if cost > self.level:
            return False
        self.level -= cost
        self.unshared += cost
        return True

    def charge_late(self, cost: int) -> None:
        """Charge work that is done in any case. The level may fall below 0."""
        self._refill()
        self.level -= cost
        self.unshared += cost

    def set_shared_level(self, level: float) -> None:
        """Take over the level that all replicas share, less what was charged here since it was requested."""
        self.level = level - self.unshared
        self.filled_at = time.monotonic()

    def seconds_until(self, cost: int) -> int:
        """Whole seconds until the bucket holds that much, at least 1."""
        missing = min(cost, self.rules.burst) - self.level
        return max(1, math.ceil(missing / self.rules.cost_per_second))

    def headers(self) -> dict[str, str]:
        """Source: IETF draft, RateLimit header fields for HTTP."""
        rules = self.rules
        full = math.ceil((rules.burst - self.level) / rules.cost_per_second)
        window = math.ceil(rules.burst / rules.cost_per_second)
        return {
            "RateLimit-Policy": f'"cost";q={rules.burst};w={window}',
            "RateLimit": f'"cost";r={max(0, int(self.level))};t={full}',
        }

    def _refill(self) -> None:
        now = time.monotonic()
        refill = (now - self.filled_at) * self.rules.cost_per_second
        self.level = min(self.rules.burst, self.level + refill)
        self.filled_at = now


class RateLimited(Exception):
    """The caller's bucket does not hold the cost."""

    def __init__(self, bucket: Bucket, cost: int) -> None:
        super().__init__()
        self.bucket = bucket
        self.cost = cost


class RateLimits:
    """Buckets by caller. Trusted services have none, since they act for many customers at once.

    are_shared: whether `take_charged` is called regularly, to synchronise the buckets with other replicas.
    """

    def __init__(self, rules: RateRules | None, *, are_shared: bool = False) -> None:
        self.are_shared = are_shared
        self._rules = rules
        self._buckets: LRUCache[str, Bucket] = LRUCache(_MAX_CALLERS)
        self._used: dict[str, Bucket] = {}

    def bucket_of(self, caller: Caller) -> Bucket | None:
        """The caller's bucket; None if the caller has no limit."""
        rules = self._rules
        if rules is None or caller.may_name_any_customer:
            return None
        name = caller.customer or ""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(rules, rules.burst, time.monotonic())
        if self.are_shared:
            self._used[name] = bucket
        return bucket

    def take_charged(self) -> list[tuple[str, Bucket]]:
        """Callers and buckets with charges that other replicas do not know of, since the last call."""
        used, self._used = self._used, {}
        return [(name, bucket) for name, bucket in used.items() if bucket.unshared]
